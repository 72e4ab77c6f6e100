import Foundation
import Testing
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneTestSupport

@testable import TouchstoneAttribution

/// Synergy, orders and fit against an independent oracle in exact fractions (`Tests/References/chain_studies.py`).
@Suite struct ChainStudyReferenceTests {
  /// The inputs that this machine has: PathData lies beside the project, not in it.
  static let inputs = ["small_paths", "PathData"].filter { file($0) != nil }

  /// Where it is absent, the tests below have one input less; this one then says so.
  @Test(.needsShared("data/PathData.csv")) func pathDataIsAmongTheInputs() {
    #expect(Self.inputs.contains("PathData"))
  }

  static func file(_ input: String) -> URL? {
    input == "PathData" ? Repository.shared("data/PathData.csv") : Repository.reference("small_paths.csv")
  }

  static func table(_ input: String) throws -> PathTable {
    try PathTableReader().read(.file(file(input)!.path)).table
  }

  static func reference(_ input: String) throws -> [String: Any] {
    let document = try Repository.json(Repository.reference("chain_studies.json"))
    return (document["inputs"] as! [String: [String: Any]])[input]!
  }

  @Test(arguments: inputs)
  func synergiesEqualTheOracle(_ input: String) throws {
    let table = try Self.table(input)
    let synergies = try Synergies(table)
    let names = table.touchpoints.names
    let reference = try Self.reference(input)
    let chain = (reference["chainSynergy"] as! [String: Any])["pairs"] as! [[String: Any]]
    let observed = reference["observedSynergy"] as! [[String: Any]]
    #expect(synergies.pairs.count == chain.count && chain.count == observed.count)
    for pair in synergies.pairs {
      let own = Set([names[pair.first], names[pair.second]])
      let expected = try #require(chain.first { Set([$0["i"] as! String, $0["j"] as! String]) == own })
      let total = table.totals.conversions
      #expect(abs(pair.chainInteraction - (expected["interaction"] as! Double)) < 1e-12 * total)
      #expect(abs(pair.shapleyInteraction! - (expected["shapleyInteraction"] as! Double)) < 1e-12 * total)
      let cells = try #require(observed.first { Set([$0["i"] as! String, $0["j"] as! String]) == own })
      let (first, second) =
        cells["i"] as! String == names[pair.first] ? ("onlyI", "onlyJ") : ("onlyJ", "onlyI")
      let (journeys, conversions) = (cells["journeys"] as! [String: Double], cells["conversions"] as! [String: Double])
      func cell(_ key: String) -> PairCells.Cell {
        PairCells.Cell(journeys: journeys[key]!, conversions: conversions[key]!)
      }
      #expect(
        pair.observed
          == PairCells(
            both: cell("both"), firstAlone: cell(first), secondAlone: cell(second), neither: cell("neither")))
      let predicted = (cells["multiplicative"] as! [String: Any])["predicted"] as? Double
      if let predicted { #expect(isClose(pair.observed.expectedRate!, predicted, relative: 1e-12)) }
    }
    let excess = synergies.pairs.map { abs($0.observed.excessConversions ?? 0) }
    #expect(excess == excess.sorted(by: >))
  }

  /// The oracle's folds, which need no random numbers: journeys in the order of their paths, converting ones of a path
  /// first, in turn.
  static func dealtInTurn(_ rows: CanonicalRows) -> Folds {
    let order = (0..<rows.count).sorted { left, right in
      rows.touches[rows.starts[left]..<rows.starts[left + 1]].lexicographicallyPrecedes(
        rows.touches[rows.starts[right]..<rows.starts[right + 1]])
    }
    var shares = [[PathTotals]](
      repeating: [PathTotals](repeating: PathTotals(conversions: 0), count: rows.count), count: 10)
    var number = 0
    for row in order {
      for _ in 0..<Int(rows.totals[row].conversions) {
        shares[number % 10][row].conversions += 1
        number += 1
      }
      for _ in 0..<Int(rows.totals[row].nonConverting) {
        shares[number % 10][row].nonConverting += 1
        number += 1
      }
    }
    return Folds(shares: shares)
  }

  @Test(arguments: inputs)
  func ordersEqualTheOracle(_ input: String) throws {
    let rows = CanonicalRows(try Self.table(input))
    let study = try OrderStudy(
      rows, upTo: 5, Self.dealtInTurn(rows), .journeys, memoryLimit: Markov.defaultMemoryLimit)
    let reference = try Self.reference(input)["orders"] as! [String: Any]
    let byOrder = reference["byOrder"] as! [String: [String: Any]]
    for order in study.orders {
      let expected = byOrder["\(order.order)"]!
      #expect(isClose(order.logLikelihood, expected["logLikelihood"] as! Double, relative: 1e-12))
      #expect(isClose(order.bic, expected["bic"] as! Double, relative: 1e-12))
      #expect(order.states == expected["states"] as! Int && order.parameters == expected["parameters"] as! Int)
      let heldOut = expected["heldOutLogLikelihood"] as! [String: Any]
      for (own, other) in zip(order.logLikelihoods, heldOut["folds"] as! [Double]) {
        #expect(isClose(own, other, relative: 1e-11))
      }
      #expect(isClose(order.heldOut.standardError, heldOut["standardError"] as! Double, relative: 1e-9))
      let areas = expected["auc"] as! [String: Any]
      for (own, other) in zip(order.areas, areas["folds"] as! [Double]) {
        // The oracle scores in exact fractions, so that contexts which convert alike are ties.
        #expect(isClose(try #require(own), other, relative: 1e-10))
      }
    }
    let best = reference["best"] as! [String: Int]
    #expect(study.best == best["heldOutLogLikelihood"]!)
    #expect(study.recommended == best["heldOutLogLikelihoodWithinOneStandardError"]!)
  }

  @Test(arguments: inputs)
  func fitsEqualTheOracle(_ input: String) throws {
    let table = try Self.table(input)
    let reference = try Self.reference(input)["fit"] as! [String: Any]
    let observed = reference["observed"] as! [String: Any]
    for order in [1, 2] {
      let fit = try ChainFit(table, order: order)
      let fitted = (reference["orders"] as! [String: [String: Any]])["\(order)"]!
      func check(_ figure: ChainFit.Figure, _ expected: (Any?, Any?)) {
        #expect(isClose(figure.observed, expected.0 as! Double, relative: 1e-12))
        #expect(isClose(figure.fitted, expected.1 as! Double, relative: 1e-9, absolute: 1e-12))
      }
      check(fit.conversionRate, (observed["conversionProbability"], fitted["conversionProbability"]))
      check(fit.meanLength, (observed["meanLength"], fitted["meanLength"]))
      let lengths = [observed, fitted].map { ($0["lengths"] as! [Double]) + [$0["longer"] as! Double] }
      for (index, figure) in fit.lengths.enumerated() { check(figure, (lengths[0][index], lengths[1][index])) }
      for (key, figures) in [("reach", fit.reach), ("reachAmongConverting", fit.convertingReach)] {
        let (own, other) = (observed[key] as! [String: Double], fitted[key] as! [String: Double])
        for (id, name) in table.touchpoints.names.enumerated() { check(figures[id], (own[name], other[name])) }
      }
    }
  }

  /// Reach by the sparse way, which chains of higher orders take, against the dense way.
  @Test func sparseReachEqualsDenseReach() throws {
    let chain = try MarkovChain(PathTable(randomRows(seed: 4, rows: 400, touchpoints: 9)), order: 2)
    let (dense, sparse) = (RemovalEffects.dense(chain), try RemovalEffects.sparse(chain))
    for (own, other) in zip(sparse.reach, dense.reach) { #expect(isClose(own, other, relative: 1e-11)) }
  }
}

@Suite struct OrderStudyTests {
  /// Journeys from a chain that remembers one touch need order 1; journeys whose end depends on the touch before the
  /// last need order 2.
  @Test func findsTheOrderThatMadeTheJourneys() throws {
    func journeys(_ converts: ([String]) -> Double) -> [PathRow] {
      var generator = TestGenerator(seed: 3)
      return (0..<20_000).map { _ in
        var path = [["a", "b", "c"].randomElement(using: &generator)!]
        while Double.random(in: 0..<1, using: &generator) < 0.7 {
          path.append(["a", "b", "c"].randomElement(using: &generator)!)
        }
        let converted = Double.random(in: 0..<1, using: &generator) < converts(path)
        return (path, PathTotals(conversions: converted ? 1 : 0, nonConverting: converted ? 0 : 1))
      }
    }
    let first = try OrderStudy(PathTable(journeys { $0.last == "a" ? 0.5 : 0.1 }), upTo: 4)
    #expect(first.recommended == 1)
    let second = try OrderStudy(PathTable(journeys { $0.dropLast().last == "a" ? 0.6 : 0.1 }), upTo: 4)
    #expect(second.recommended == 2 && second.orders[1].area!.mean > second.orders[0].area!.mean + 0.1)
  }

  /// Neither row order nor threads change a bit.
  @Test func onlyContentsMatter() throws {
    let rows = randomRows(seed: 6, rows: 500, touchpoints: 5)
    func figures(_ rows: [PathRow], threads: Int, _ unit: OrderStudy.Unit) throws -> [[Double]] {
      try Parallel.$maximumThreads.withValue(threads) {
        try OrderStudy(PathTable(rows), upTo: 3, folds: 5, by: unit).orders.map(\.logLikelihoods)
      }
    }
    for unit in OrderStudy.Unit.allCases {
      let one = try figures(rows, threads: 1, unit)
      #expect(try figures(rows.reversed(), threads: 3, unit) == one)
    }
  }

  /// Every journey is in one fold, also where counts are not whole or large; paths stay whole where that is asked for;
  /// folds are about as large.
  @Test func foldsShareAllJourneysOut() throws {
    let rows: [PathRow] = [
      (["a"], PathTotals(conversions: 2.5, nonConverting: 0.75)),
      (["b"], PathTotals(conversions: 13, nonConverting: 4)),
      (["c"], PathTotals(conversions: 100_000, nonConverting: 900)),
    ]
    let canonical = CanonicalRows(PathTable(rows))
    for unit in OrderStudy.Unit.allCases {
      let folds = Folds(canonical, count: 4, unit, seed: 1)
      for row in 0..<canonical.count {
        let (shares, totals) = (folds.shares.map { $0[row] }, canonical.totals[row])
        #expect(isClose(shares.reduce(0) { $0 + $1.conversions }, totals.conversions, relative: 1e-14))
        #expect(isClose(shares.reduce(0) { $0 + $1.nonConverting }, totals.nonConverting, relative: 1e-14))
        if unit == .paths { #expect(shares.count { $0 == totals } == 1) }
        if unit == .journeys && totals.conversions > 1_000 {
          let bounds = Chance.interval(count: 100_000, probability: 0.25)
          #expect(shares.allSatisfy { bounds.contains($0.conversions) })
        }
      }
    }
  }

  @Test func automaticOrderIsTheRecommendedOne() throws {
    let table = PathTable(randomRows(seed: 15, rows: 800, touchpoints: 4))
    let model = try ModelCatalogue.models("markov:order=auto")[0]
    let order = try OrderStudy(table, upTo: AutomaticMarkov.usualLargestOrder).recommended
    let own = try model.attribute(Evidence(paths: table))
    #expect(own.credits == (try Markov(order: order).attribute(Evidence(paths: table)).credits))
    #expect(ModelCatalogue.label(of: model) == "markov:order=auto")
    let evidence = Evidence(paths: table)
    let automatic = try Bootstrap(replicates: 20).distributions(of: [model], on: evidence)[0]
    let chosen = try Bootstrap(replicates: 20).distributions(of: [Markov(order: order)], on: evidence)[0]
    #expect(automatic.values(0) == chosen.values(0))
  }

  @Test func tooFewJourneysAreRefusedAndFewStudied() throws {
    #expect(throws: AttributionError.nothingToHoldOut(unit: "journeys")) {
      try OrderStudy(PathTable([PathRow]()), upTo: 2)
    }
    // Three journeys: folds without any say nothing.
    let few = try OrderStudy(PathTable([(["a", "b"], PathTotals(conversions: 3))]), upTo: 2, folds: 50)
    #expect(few.folds <= 3 && few.orders.allSatisfy { $0.area == nil && $0.heldOut.mean < -0.3 })
    #expect(throws: AttributionError.self) {
      try OrderStudy(PathTable(randomRows(seed: 1, rows: 50, touchpoints: 5)), upTo: 60)
    }
  }
}

@Suite struct PlaceboTests {
  /// A touchpoint that is on journeys by chance already is given what its placebo is; one that all conversions need is
  /// not.
  @Test func toldFromATouchpointThatMatters() throws {
    var generator = TestGenerator(seed: 9)
    let rows: [PathRow] = (0..<30_000).map { _ in
      var path = ["base"]
      let cause = Double.random(in: 0..<1, using: &generator) < 0.3
      if cause { path.append("cause") }
      if Double.random(in: 0..<1, using: &generator) < 0.3 {
        path.insert("chance", at: Int.random(in: 0...path.count, using: &generator))
      }
      let converted = Double.random(in: 0..<1, using: &generator) < (cause ? 0.4 : 0.02)
      return (path, PathTotals(conversions: converted ? 1 : 0, nonConverting: converted ? 0 : 1))
    }
    let table = PathTable(rows)
    let models = try ModelCatalogue.models("linear,shapley,markov,last-touch")
    let chance = try PlaceboTest(table, models: models, original: Int(table.touchpoints.id(of: "chance")!))
    let cause = try PlaceboTest(table, models: models, original: Int(table.touchpoints.id(of: "cause")!))
    for (own, other) in zip(chance.scores, cause.scores) {
      #expect(own.meanShare > 0.02 && own.spread < 0.2 * own.meanShare)
      if own.model.name != "last-touch" {
        // The placebo shares journeys with the original, so a little less is left for it.
        #expect(own.meanShare / own.originalShare > 0.6 && own.meanShare / own.originalShare < 1.1, "\(own)")
      }
      #expect(other.meanShare < 0.5 * other.originalShare, "\(other)")
    }
  }

  @Test func repeatsAndIgnoresThreads() throws {
    let rows = randomRows(seed: 2, rows: 200, touchpoints: 4)
    func shares(_ rows: [PathRow], _ threads: Int) throws -> [Double] {
      let table = PathTable(rows)
      return try Parallel.$maximumThreads.withValue(threads) {
        try PlaceboTest(
          table, models: [Linear()], original: Int(table.touchpoints.id(of: "t1")!), shuffles: 4
        ).scores[0].shares
      }
    }
    let one = try shares(rows, 1)
    #expect(try shares(rows, 3) == one && Set(one).count > 1)
    #expect(PlaceboTest.usualOriginal(PathTable([PathRow]())) == nil)
  }

  /// All journeys stay, with their conversions and value; visits are about as many as the original's.
  @Test func keepsJourneys() throws {
    let table = PathTable(randomRows(seed: 5, rows: 300, touchpoints: 3))
    let test = try PlaceboTest(table, models: [Participation()], original: 0, shuffles: 3)
    #expect(test.scores[0].shares.allSatisfy { $0 > 0.1 && $0 < 0.6 })
  }
}
