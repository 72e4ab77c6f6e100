import BigInt
import Testing
import TouchstoneJourneys
import TouchstoneLinearAlgebra
import TouchstoneParallel
import TouchstoneTestSupport

@testable import TouchstoneAttribution

@Suite struct MarkovTests {
  // MARK: Slow twins

  /// Transition counts of order k straight from the definition: windows of k symbols, padded at the start.
  static func countedNaively(_ rows: [PathRow], order: Int) -> [[String]: [String: Double]] {
    var counts: [[String]: [String: Double]] = [:]
    for row in rows where row.totals.journeys > 0 {
      var window = [String](repeating: "^", count: order)
      for touch in row.path {
        counts[window, default: [:]][touch, default: 0] += row.totals.journeys
        window = Array((window + [touch]).dropFirst())
      }
      if row.totals.conversions > 0 {
        counts[window, default: [:]]["(conversion)", default: 0] += row.totals.conversions
      }
      if row.totals.nonConverting > 0 {
        counts[window, default: [:]]["(null)", default: 0] += row.totals.nonConverting
      }
    }
    return counts
  }

  /// The probability to convert, exactly, with all states removed whose last touch is `removed`.
  static func conversionProbability(
    _ counts: [[String]: [String: Double]], order: Int, removing removed: String? = nil
  ) -> Rational {
    let start = [String](repeating: "^", count: order)
    // The start comes first, since its probability is what is asked for.
    let states =
      [start]
      + counts.keys.filter { $0 != start && $0.last != removed }
      .sorted { $0.lexicographicallyPrecedes($1) }
    let index = Dictionary(uniqueKeysWithValues: zip(states, states.indices))
    var matrix = states.indices.map { i in
      states.indices.map { Rational(i == $0 ? 1 : 0) }
    }
    var rightSide = states.map { _ in Rational(0) }
    for (i, state) in states.enumerated() {
      let total = counts[state, default: [:]].values.reduce(0, +)
      for (symbol, count) in counts[state, default: [:]] {
        let probability = Rational(whole: count) / Rational(whole: total)
        if symbol == "(conversion)" {
          rightSide[i] = probability
        } else if symbol != "(null)", symbol != removed {
          let j = index[Array((state + [symbol]).dropFirst())]!
          matrix[i][j] = matrix[i][j] - probability
        }
      }
    }
    return Rational.solve(matrix, rightSide)[0]
  }

  // MARK: Counting

  @Test(arguments: [1, 2, 3, 5, 9], [1, 3])
  func countsEqualTheNaiveOnes(order: Int, threads: Int) throws {
    let rows = randomRows(seed: order, rows: 300, touchpoints: 6, longest: 8)
    let chain = try Parallel.$maximumThreads.withValue(threads) {
      try MarkovChain(PathTable(rows), order: order)
    }
    Self.expectEqual(chain, Self.countedNaively(rows, order: order))
  }

  /// Many touchpoints and a high order: windows need 128 bits.
  @Test func countsInWideWindows() throws {
    let rows = randomRows(seed: 3, rows: 400, touchpoints: 300, longest: 12)
    let chain = try MarkovChain(PathTable(rows), order: 9)
    Self.expectEqual(chain, Self.countedNaively(rows, order: 9))
  }

  static func expectEqual(_ chain: MarkovChain, _ counts: [[String]: [String: Double]]) {
    #expect(chain.stateCount == counts.count)
    func symbols(_ state: Int) -> [String] {
      chain.symbols[state * chain.order..<(state + 1) * chain.order].map {
        $0 == 0 ? "^" : chain.touchpoints.names[Int($0) - 1]
      }
    }
    for transition in chain.allTransitions() {
      let (target, symbol) =
        switch transition.to {
        case .state(let state): (Optional(symbols(state)), symbols(state).last!)
        case .conversion: (nil, "(conversion)")
        case .null: (nil, "(null)")
        }
      let from = symbols(transition.from)
      if let target { #expect(target == Array((from + [symbol]).dropFirst())) }
      #expect(counts[from]?[symbol] == transition.count)
    }
    #expect(chain.allTransitions().count == counts.values.reduce(0) { $0 + $1.count })
  }

  // MARK: Removal effects

  @Test(arguments: [1, 2, 3])
  func denseAndSparseEqualExactRemoval(order: Int) throws {
    for seed in 0..<3 {
      let rows = randomRows(seed: 50 + seed, rows: 25, touchpoints: 4, longest: 5, persistence: 0.3)
      let chain = try MarkovChain(PathTable(rows), order: order)
      let counts = Self.countedNaively(rows, order: order)
      let whole = Self.conversionProbability(counts, order: order)
      let dense = RemovalEffects.dense(chain)
      let sparse = try RemovalEffects.sparse(chain)
      #expect(isClose(dense.conversionProbability, whole.double, relative: 1e-14))
      for (id, name) in chain.touchpoints.names.enumerated() {
        let without = Self.conversionProbability(counts, order: order, removing: name)
        let exact = ((whole - without) / whole).double
        #expect(isClose(dense.conversions[id], exact, relative: 1e-12))
        #expect(isClose(sparse.conversions[id], exact, relative: 1e-11))
      }
      #expect(dense.residual < 1e-12)
      #expect(sparse.residual < 1e-12)
    }
  }

  /// Numbers of touchpoints around the eight lanes of a block, and state counts around the dense limit.
  @Test(arguments: [1, 7, 8, 9, 16, 17, 40])
  func sparseEqualsDense(touchpoints: Int) throws {
    for order in [1, 2] {
      let rows = randomRows(
        seed: touchpoints, rows: 400, touchpoints: touchpoints, longest: 9, persistence: 0.4)
      let chain = try MarkovChain(PathTable(rows), order: order)
      let dense = RemovalEffects.dense(chain)
      let sparse = try RemovalEffects.sparse(chain)
      for id in chain.touchpoints.names.indices {
        #expect(isClose(dense.conversions[id], sparse.conversions[id], relative: 1e-11))
        #expect(isClose(dense.value[id], sparse.value[id], relative: 1e-10))
      }
    }
  }

  /// Brute force on chains of growing size: cut the touchpoint out and solve again.
  @Test(arguments: [2, 31, 32, 33, 64, 65, 130])
  func denseEqualsCuttingOut(touchpoints: Int) throws {
    let rows = randomRows(seed: touchpoints, rows: 20 * touchpoints, touchpoints: touchpoints)
    let chain = try MarkovChain(PathTable(rows), order: 1)
    let effects = RemovalEffects.dense(chain)
    let counts = chain.transitions.dense()
    for touchpoint in stride(from: 0, to: chain.touchpoints.count, by: 1 + touchpoints / 8) {
      let kept = (0..<chain.stateCount).filter { chain.lastTouchpoint(ofState: $0) != touchpoint }
      var system = counts.submatrix(kept)
      for i in kept.indices {
        for j in kept.indices { system[i, j] = -system[i, j] }
        system[i, i] += chain.departures[kept[i]]
      }
      let without = try LUFactorization(system).solve(kept.map { chain.conversions[$0] })[0]
      #expect(
        isClose(
          effects.conversions[touchpoint], 1 - without / effects.conversionProbability,
          relative: 1e-9, absolute: 1e-12))
    }
  }

  /// Journeys that circle a hundred thousand times before they end, and conversions that are one in a billion.
  @Test func nearlySingularAndNearlyAbsorbingChainsKeepTheirDigits() throws {
    let circle = [String](repeating: "a", count: 1) + (0..<20_000).flatMap { _ in ["b", "a"] }
    let rows: [PathRow] = [
      (circle, PathTotals(conversions: 1)), (["a", "b"], PathTotals(conversions: 1, nonConverting: 1e9)),
      (["c", "b"], PathTotals(conversions: 2, nonConverting: 5)),
    ]
    let chain = try MarkovChain(PathTable(rows), order: 1)
    let counts = Self.countedNaively(rows, order: 1)
    let whole = Self.conversionProbability(counts, order: 1)
    let dense = RemovalEffects.dense(chain)
    let sparse = try RemovalEffects.sparse(chain)
    for (id, name) in chain.touchpoints.names.enumerated() {
      let exact =
        ((whole - Self.conversionProbability(counts, order: 1, removing: name)) / whole).double
      #expect(isClose(dense.conversions[id], exact, relative: 1e-10), "dense \(name)")
      #expect(isClose(sparse.conversions[id], exact, relative: 1e-10), "sparse \(name)")
    }

    // Only long circles: the condition number is the journeys' length.
    let long: [PathRow] = [(circle, PathTotals(conversions: 1, nonConverting: 1)), (["a"], PathTotals(conversions: 1))]
    let loop = try RemovalEffects(MarkovChain(PathTable(long), order: 1))
    #expect(isClose(loop.conversionProbability, 2.0 / 3, relative: 1e-11))
    #expect(isClose(loop.conversions[0], 1, relative: 1e-11))
  }

  @Test func noneAndAllConvert() throws {
    let paths = [["a", "b"], ["b"], ["c", "a"]]
    let none = try RemovalEffects(
      MarkovChain(PathTable(paths.map { (path: $0, totals: PathTotals(conversions: 0, nonConverting: 2)) }), order: 1))
    #expect(none.conversionProbability == 0)
    #expect(none.conversions == [0, 0, 0])
    // Where all convert the effect is the share of walks that visit a touchpoint.
    let all = try RemovalEffects(
      MarkovChain(PathTable(paths.map { (path: $0, totals: PathTotals(conversions: 2)) }), order: 2))
    #expect(all.conversionProbability == 1)
    #expect(isClose(all.conversions[0], 2.0 / 3, relative: 1e-14))
    #expect(isClose(all.conversions[2], 1.0 / 3, relative: 1e-14))
  }

  @Test func selfLoopsDoNotMatter() throws {
    let rows = randomRows(seed: 12, rows: 100, touchpoints: 5, persistence: 0.5)
    let collapsed = rows.map { row in
      (
        row.path.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }, row.totals
      )
    }
    let with = try ModelContractTests.credits("markov", rows)
    let without = try ModelContractTests.credits("markov", collapsed)
    for (name, credit) in with {
      #expect(isClose(credit.conversions, without[name]!.conversions, relative: 1e-11))
    }
  }

  /// A touchpoint that every journey passes has effect 1, however little it does.
  @Test func ubiquityEarnsCredit() throws {
    let rows: [PathRow] = [
      (["everywhere", "a"], PathTotals(conversions: 3, nonConverting: 2)),
      (["b", "everywhere"], PathTotals(conversions: 1, nonConverting: 9)),
    ]
    let effects = try RemovalEffects(MarkovChain(PathTable(rows), order: 1))
    #expect(isClose(effects.conversions[0], 1, relative: 1e-14))
  }

  /// A path of many distinct touchpoints is a chain without circles: a sweep in each direction settles it.
  @Test func straightChainsSettleAtOnce() throws {
    let path = (0..<600).map { "t\($0)" }
    let chain = try MarkovChain(PathTable([(path: path, totals: PathTotals(conversions: 1))]), order: 1)
    let effects = try RemovalEffects.sparse(chain)
    #expect(effects.conversions.allSatisfy { isClose($0, 1, relative: 1e-14) })
    guard case .sparse(let sweeps) = effects.method else { return }
    #expect(sweeps <= 3)
  }

  /// Journeys that circle for thousands of touches: sweeps give up, and the dense way answers.
  @Test func longCirclesFallBackToTheDenseWay() throws {
    var generator = TestGenerator(seed: 4)
    let path = (0..<20_000).map { _ in "t\(Int.random(in: 0..<450, using: &generator))" }
    let table = PathTable([(path: path, totals: PathTotals(conversions: 1, nonConverting: 1))])
    let chain = try MarkovChain(table, order: 1)
    #expect(throws: AttributionError.self) { try RemovalEffects.sparse(chain) }
    let effects = try RemovalEffects(chain)
    #expect(effects.method == .dense)
    #expect(isClose(effects.conversionProbability, 0.5, relative: 1e-11))
    // Removing any touchpoint of so long a walk loses nearly everything.
    #expect(effects.conversions.allSatisfy { $0 > 0.9 && $0 <= 1 + 1e-11 })
  }

  // MARK: Refusals

  @Test func tooLargeAnOrderIsRefused() {
    let table = PathTable(randomRows(seed: 1, rows: 3_000, touchpoints: 300))
    #expect(throws: AttributionError.orderTooLarge(order: 14, touchpoints: table.touchpoints.count, largest: 13)) {
      try MarkovChain(table, order: 14)
    }
  }

  @Test func tooManyStatesAreCountedBeforeTheyAreRefused() throws {
    let table = PathTable(randomRows(seed: 2, rows: 5_000, touchpoints: 20, longest: 10))
    let states = try MarkovChain(table, order: 4).stateCount
    do throws(AttributionError) {
      _ = try MarkovChain(table, order: 4, memoryLimit: 100_000)
      Issue.record("nothing was thrown")
    } catch {
      guard case .tooManyStates(4, let estimate, let bytes, 100_000) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(abs(Double(estimate) / Double(states) - 1) < 0.02)
      #expect(bytes > 100_000)
      #expect("\(error)".contains("--memory-limit"))
    }
  }
}
