import Foundation
import Testing
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneTestSupport

@testable import TouchstoneAttribution

@Suite struct BootstrapTests {
  static let table = timedTable(
    randomRows(seed: 31, rows: 150, touchpoints: 6)
      + [([], PathTotals(conversions: 4, value: 9, nonConverting: 2))])

  static func models(_ list: String) throws -> [any AttributionModel] {
    try ModelCatalogue.models(list, meets: EvidenceNeeds(halfLives: [7]))
  }

  /// Every model worked out again by its fast way, on the data as they are and on replicates, equals the model on a
  /// table made anew with those weights.
  @Test(arguments: ModelCatalogue.entries.map(\.name))
  func fastWaysEqualTheModel(_ name: String) throws {
    let model = try Self.models(name)[0]
    let rows = CanonicalRows(Self.table)
    let fast = try model.resampled(ResampledJourneys(rows)).resampler
    let resampling = PoissonResampling(rows, seed: 5)
    var weights = RowWeights(rows: rows.count)
    for replicate in 0..<6 {
      if replicate < 4 {
        resampling.draw(replicate, into: &weights)
      } else {
        resampling.leaveOut(replicate, into: &weights)
      }
      let slow = try TableResampler(model: model, rows: rows).credits(weights)
      let quick = try fast.credits(weights)
      for id in slow.indices {
        #expect(isClose(quick[id].conversions, slow[id].conversions, relative: 1e-10, absolute: 1e-10))
        #expect(isClose(quick[id].value, slow[id].value, relative: 1e-9, absolute: 1e-9))
        if model is Markov {
          #expect(isClose(quick[id].removalEffect, slow[id].removalEffect, relative: 1e-10))
        }
      }
    }
  }

  /// The distribution's estimate is the model's credit: percentile intervals of a huge level enclose it, and the
  /// touchpoints keep the table's ids whatever the order of names.
  @Test func touchpointsKeepTheirPlaces() throws {
    let rows: [PathRow] = [
      (["z"], PathTotals(conversions: 400, value: 800, nonConverting: 10)),
      (["a", "z"], PathTotals(conversions: 10, value: 5, nonConverting: 30)),
      (["m"], PathTotals(conversions: 90, value: 5, nonConverting: 30)),
    ]
    let table = PathTable(rows)
    let distribution = try Bootstrap(replicates: 200).distributions(of: [LastTouch()], on: Evidence(paths: table))[0]
    let credits = try LastTouch().attribute(Evidence(paths: table)).credits
    #expect(table.touchpoints.names == ["z", "a", "m"])
    for id in 0..<3 {
      let interval = distribution.interval(id, level: 0.99, method: .percentile)
      #expect(interval.contains(credits[id].conversions))
      // A sum of n journeys has a standard error of √n.
      let expected = credits[id].conversions.squareRoot()
      let bounds = Chance.interval(
        mean: expected, standardDeviation: expected / (2.0 * 199).squareRoot(), falseAlarm: 1e-4)
      #expect(bounds.contains(distribution.standardError(id)))
    }
    #expect(distribution.probabilitiesOfTop(1) == [1, 0, 0])
    #expect(distribution.probabilitiesOfTop(2) == [1, 0, 1])
    #expect(distribution.probability(of: 0, above: 2) == 1 && distribution.probability(of: 1, above: 1) == 0.5)
    #expect(!distribution.has(.removalEffect))
  }

  /// Neither the order of rows, nor the order in which touchpoints are met, nor threads change a bit.
  @Test func onlyContentsMatter() throws {
    let rows = randomRows(seed: 8, rows: 120, touchpoints: 7)
    let models = try Self.models("linear,shapley,markov,markov:order=2,shapley-markov")
    func figures(_ rows: [PathRow], threads: Int) throws -> [[String: [Double]]] {
      let table = PathTable(rows)
      let distributions = try Parallel.$maximumThreads.withValue(threads) {
        try Bootstrap(replicates: 30, seed: 3).distributions(of: models, on: Evidence(paths: table))
      }
      return distributions.map { distribution in
        Dictionary(
          uniqueKeysWithValues: table.touchpoints.names.enumerated().map { ($1, distribution.values($0)) })
      }
    }
    let first = try figures(rows, threads: 1)
    var generator = TestGenerator(seed: 1)
    #expect(try figures(rows.shuffled(using: &generator), threads: 3) == first)
    #expect(try figures(rows.reversed(), threads: 2) == first)
  }

  /// BCa moves a skewed interval outward where percentiles sit too far inward: for few Poisson events, the exact
  /// interval is skewed.
  @Test func bcaIsSkewed() throws {
    let rows: [PathRow] = [
      (["rare"], PathTotals(conversions: 10)), (["common"], PathTotals(conversions: 1_000)),
    ]
    let table = PathTable(rows)
    let distribution = try Bootstrap(replicates: 20_000, seed: 2).distributions(
      of: [LastTouch()], on: Evidence(paths: table))[0]
    let percentile = distribution.interval(0, method: .percentile)
    let bca = distribution.interval(0, method: .bca)
    #expect(percentile == 4...17)
    // Exact for ten events: 4.8 to 18.4.
    #expect(bca.lowerBound >= 4 && bca.upperBound >= 17 && bca.upperBound <= 20)
    #expect(bca.lowerBound + bca.upperBound > percentile.lowerBound + percentile.upperBound)
  }

  @Test func nothingToCreditGivesIntervalsOfNoWidth() throws {
    for rows: [PathRow] in [
      [(["a"], PathTotals(conversions: 0, nonConverting: 5))], [([], PathTotals(conversions: 3))],
    ] {
      let distributions = try Bootstrap(replicates: 10).distributions(
        of: try Self.models("linear,markov,shapley-rate,markov:order=2"), on: Evidence(paths: PathTable(rows)))
      for distribution in distributions {
        for id in 0..<distribution.touchpointCount { #expect(distribution.interval(id) == 0...0) }
      }
    }
  }
}

@Suite struct AnalyticUncertaintyTests {
  /// The gradient against differences: weights of single transitions are moved by adding journeys of one step.
  @Test func agreesWithTheBootstrap() throws {
    let table = PathTable(randomRows(seed: 12, rows: 4_000, touchpoints: 5, longest: 4))
    let analytic = try #require(try Markov().analyticUncertainty(table, level: 0.95))
    let distribution = try Bootstrap(replicates: 2_000).distributions(of: [Markov()], on: Evidence(paths: table))[0]
    for id in 0..<5 {
      // Random paths have no memory, so that transitions are independent as the formula supposes. The replicates' own
      // error is 1.6 %; 10 % leaves room for the chain's fit.
      #expect(
        isClose(
          analytic.removalEffects![id].standardError, distribution.standardError(id, .removalEffect), relative: 0.1))
      #expect(isClose(analytic.conversions[id].standardError, distribution.standardError(id), relative: 0.1))
    }
  }

  @Test func higherOrdersHaveNoAnalyticIntervals() throws {
    #expect(try Markov(order: 2).analyticUncertainty(PathTable([PathRow]()), level: 0.9) == nil)
    let empty = try #require(try Markov().analyticUncertainty(PathTable([PathRow]()), level: 0.9))
    #expect(empty.conversions.isEmpty)
  }
}

/// Standard errors on the shared PathData against an independent bootstrap in numpy
/// (`Tests/References/bootstrap_pathdata.py`).
@Suite(.needsShared("data/PathData.csv"))
struct BootstrapReferenceTests {
  @Test func standardErrorsEqualNumpys() throws {
    let table = try PathTableReader().read(.file(Repository.shared("data/PathData.csv")!.path)).table
    let reference = try Repository.json(Repository.reference("bootstrap_pathdata.json"))
    let expected = reference["models"] as! [String: [String: [String: Any]]]
    let names = ["first-touch", "last-touch", "linear", "shapley", "markov-1"]
    let models = try ModelCatalogue.models("first-touch,last-touch,linear,shapley,markov")
    let replicates = 2_000
    let distributions = try Bootstrap(replicates: replicates).distributions(of: models, on: Evidence(paths: table))
    // The reference has 20,000 replicates; a standard error's own error is 0.6 % there at the most.
    let tolerance = Chance.deviations() * 0.006 * (1 + 20_000 / Double(replicates)).squareRoot()
    for (name, distribution) in zip(names, distributions) {
      for (id, touchpoint) in table.touchpoints.names.enumerated() {
        let errors = try #require(expected[name]?[touchpoint]?["standardError"] as? [String: Double])
        var quantities: [(BootstrapDistribution.Quantity, String)] = [
          (.conversions, "conversions"), (.value, "value"),
        ]
        if distribution.has(.removalEffect) { quantities.append((.removalEffect, "removalEffect")) }
        for (quantity, key) in quantities {
          let own = distribution.standardError(id, quantity)
          #expect(
            isClose(own, errors[key]!, relative: tolerance), "\(name) \(touchpoint) \(key): \(own) \(errors[key]!)")
        }
      }
    }
  }
}
