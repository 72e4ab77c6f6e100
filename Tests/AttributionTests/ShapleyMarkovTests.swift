import Testing
import TouchstoneJourneys
import TouchstoneLinearAlgebra
import TouchstoneParallel
import TouchstoneTestSupport

@testable import TouchstoneAttribution

@Suite struct ShapleyMarkovTests {
  /// The conversions and value of a coalition, by a dense solve of the chain in which all other touchpoints lead
  /// nowhere.
  static func worth(_ coalition: Int, _ chain: MarkovChain) throws -> Credit {
    let states = (0..<chain.stateCount).filter { state in
      chain.lastTouchpoint(ofState: state).map { coalition >> $0 & 1 == 1 } ?? true
    }
    let counts = chain.transitions.dense()
    var system = Matrix(rows: states.count, columns: states.count)
    for (i, from) in states.enumerated() {
      for (j, to) in states.enumerated() {
        system[i, j] = (i == j ? 1 : 0) - counts[from, to] / chain.departures[from]
      }
    }
    let factors = try LUFactorization(system)
    func total(_ exits: [Double]) -> Double {
      factors.solve(states.map { exits[$0] / chain.departures[$0] })[0] * chain.departures[0]
    }
    return Credit(conversions: total(chain.conversions), value: total(chain.value))
  }

  /// By the definition: over all subsets, with factorials.
  static func shapleyValues(_ worth: [Double]) -> [Double] {
    let count = worth.count.trailingZeroBitCount
    func factorial(_ n: Int) -> Double { n < 2 ? 1 : (2...n).reduce(1) { $0 * Double($1) } }
    return (0..<count).map { player in
      worth.indices.filter { $0 >> player & 1 == 0 }.reduce(0) { sum, subset in
        let size = subset.nonzeroBitCount
        let weight = factorial(size) * factorial(count - size - 1) / factorial(count)
        return sum + weight * (worth[subset | 1 << player] - worth[subset])
      }
    }
  }

  @Test(arguments: 1...10)
  func equalsBruteForce(_ touchpoints: Int) throws {
    let table = PathTable(
      randomRows(seed: 100 + touchpoints, rows: 40 * touchpoints, touchpoints: touchpoints))
    let chain = try MarkovChain(table, order: 1)
    let count = table.touchpoints.count
    let worth = try (0..<1 << count).map { try Self.worth($0, chain) }
    let fast = ShapleyMarkov.worthOfAllCoalitions(CoalitionChain(chain))
    let total = table.totals
    for coalition in worth.indices {
      #expect(abs(fast.conversions[coalition] - worth[coalition].conversions) < 1e-12 * total.conversions)
      #expect(abs(fast.value[coalition] - worth[coalition].value) < 1e-12 * table.valueMagnitude)
    }
    let credits = try ShapleyMarkov().attribute(Evidence(paths: table)).credits
    let conversions = Self.shapleyValues(worth.map(\.conversions))
    let value = Self.shapleyValues(worth.map(\.value))
    for id in 0..<count {
      #expect(abs(credits[id].conversions - conversions[id]) < 1e-12 * total.conversions)
      #expect(abs(credits[id].value - value[id]) < 1e-12 * table.valueMagnitude)
    }
  }

  /// Contributions averaged over all orders are the Shapley values.
  @Test func everyOrderTogetherIsExact() throws {
    let table = PathTable(randomRows(seed: 5, rows: 80, touchpoints: 5))
    let chain = CoalitionChain(try MarkovChain(table, order: 1))
    var orders: [[Int]] = [[]]
    for next in 0..<chain.count {
      orders = orders.flatMap { order in
        (0...order.count).map { Array(order[..<$0]) + [next] + Array(order[$0...]) }
      }
    }
    var sums = [Double](repeating: 0, count: chain.count)
    for order in orders {
      let contributions = ShapleyMarkov.contributions(of: order, chain)
      let sum = contributions.reduce(0) { $0 + $1.conversions }
      #expect(isClose(sum, table.totals.conversions, relative: 1e-12))
      for id in sums.indices { sums[id] += contributions[id].conversions / Double(orders.count) }
    }
    let exact = try ShapleyMarkov().attribute(Evidence(paths: table)).credits
    for id in sums.indices { #expect(isClose(sums[id], exact[id].conversions, relative: 1e-11)) }
  }

  /// Touchpoints that paths treat alike earn alike; one that leads to no conversion and from nowhere to one earns
  /// nothing.
  @Test func likeTouchpointsEarnAlikeAndNullPlayersNothing() throws {
    func swapped(_ path: [String]) -> [String] { path.map { $0 == "a" ? "b" : $0 == "b" ? "a" : $0 } }
    let base: [PathRow] = [
      (["a", "c"], PathTotals(conversions: 3, value: 5, nonConverting: 2)),
      (["c", "a", "b"], PathTotals(conversions: 1, value: 2, nonConverting: 7)),
      (["b", "d"], PathTotals(conversions: 0, nonConverting: 4)),
    ]
    let table = PathTable(base + base.map { (swapped($0.path), $0.totals) })
    let credits = try ShapleyMarkov().attribute(Evidence(paths: table)).credits
    func credit(_ name: String) -> Credit { credits[Int(table.touchpoints.id(of: name)!)] }
    #expect(isClose(credit("a").conversions, credit("b").conversions, relative: 1e-13))
    #expect(isClose(credit("a").value, credit("b").value, relative: 1e-13))
    #expect(credit("d").conversions == 0 && credit("d").value == 0)
  }

  /// Sampling stops at the precision asked for, says its error, and is within it of the exact answer.
  @Test func sampledAgreesWithExact() throws {
    let table = PathTable(randomRows(seed: 77, rows: 3_000, touchpoints: 18))
    let chain = CoalitionChain(try MarkovChain(table, order: 1))
    let exact = try ShapleyMarkov().attribute(Evidence(paths: table)).credits
    let sample = SampledOrders(
      count: chain.count, effort: SampledOrders.Effort(orders: 100_000, precision: 0.01, seed: 3)
    ) { ShapleyMarkov.contributions(of: $0, chain) }
    #expect(sample.orders < 100_000 && sample.largestRelativeError <= 0.01)
    for id in exact.indices {
      let deviation = abs(sample.credits[id].conversions - exact[id].conversions)
      #expect(deviation < Chance.deviations() * sample.standardErrors[id] + 1e-9)
    }
  }

  @Test func manyTouchpointsAreSampledWithTheirError() throws {
    let table = PathTable(randomRows(seed: 9, rows: 4_000, touchpoints: 60))
    func run(_ threads: Int) throws -> Attribution {
      try Parallel.$maximumThreads.withValue(threads) {
        try ShapleyMarkov(permutations: 512, seed: 4).attribute(Evidence(paths: table))
      }
    }
    let (one, three) = (try run(1), try run(3))
    #expect(one.credits == three.credits)
    let errors = one.diagnostics.first { $0.name == "standardError" }
    guard case .perTouchpoint(let values)? = errors?.finding else {
      Issue.record("no standard error")
      return
    }
    #expect(values.allSatisfy { $0 >= 0 && $0.isFinite })
  }
}
