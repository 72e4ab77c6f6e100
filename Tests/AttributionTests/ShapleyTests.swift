import Testing
import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneTestSupport

@Suite struct ShapleyTests {
  /// Shapley values of any game by the definition, over all orders of at most seven players.
  static func bruteForce(_ players: Int, _ game: (Set<Int>) -> Double) -> [Double] {
    var values = [Double](repeating: 0, count: players)
    var orders = 0
    func walk(_ joined: [Int]) {
      if joined.count == players {
        orders += 1
        var coalition: Set<Int> = []
        for player in joined {
          let before = game(coalition)
          coalition.insert(player)
          values[player] += game(coalition) - before
        }
        return
      }
      for player in 0..<players where !joined.contains(player) { walk(joined + [player]) }
    }
    walk([])
    return values.map { $0 / Double(orders) }
  }

  static func game(
    _ rows: [PathRow], _ names: [String], _ worth: @escaping (PathTotals) -> Double
  ) -> (Set<Int>) -> Double {
    { coalition in
      let members = Set(coalition.map { names[$0] })
      var sum = PathTotals(conversions: 0)
      for row in rows where members.isSuperset(of: row.path) {
        sum = PathTotals(
          conversions: sum.conversions + row.totals.conversions,
          value: sum.value + row.totals.value,
          nonConverting: sum.nonConverting + row.totals.nonConverting)
      }
      return worth(sum)
    }
  }

  @Test(arguments: [1, 2, 3, 5, 6])
  func closedFormEqualsBruteForce(players: Int) throws {
    let rows = randomRows(seed: players, rows: 60, touchpoints: players)
    let table = PathTable(rows)
    let names = table.touchpoints.names
    let brute = Self.bruteForce(names.count, Self.game(rows, names) { $0.conversions })
    for specification in ["shapley", "shapley-ordered"] {
      let credits = try ModelContractTests.credits(specification, rows)
      for (id, name) in names.enumerated() {
        #expect(isClose(credits[name]!.conversions, brute[id], relative: 1e-12, absolute: 1e-12))
      }
    }
  }

  @Test(arguments: [1, 2, 3, 5, 6])
  func rateEqualsBruteForce(players: Int) throws {
    let rows = randomRows(seed: 20 + players, rows: 60, touchpoints: players)
    let table = PathTable(rows)
    let names = table.touchpoints.names
    let journeys = table.totals.journeys
    let brute = Self.bruteForce(
      names.count,
      Self.game(rows, names) { $0.journeys > 0 ? $0.conversions / $0.journeys : 0 })
    let value = Self.bruteForce(
      names.count, Self.game(rows, names) { $0.journeys > 0 ? $0.value / $0.journeys : 0 })
    let credits = try ModelContractTests.credits("shapley-rate", rows)
    for (id, name) in names.enumerated() {
      #expect(isClose(credits[name]!.conversions, brute[id] * journeys, relative: 1e-11, absolute: 1e-11))
      #expect(isClose(credits[name]!.value, value[id] * journeys, relative: 1e-11, absolute: 1e-10))
    }
  }

  /// Above 12 players the lattice is worked on in blocks; a game with a known answer crosses that border.
  @Test(arguments: [11, 12, 13, 15])
  func rateAcrossBlocksEqualsAKnownGame(players: Int) throws {
    // Single-touch journeys with the same rate for everybody: symmetry gives all the same.
    let rows: [PathRow] = (0..<players).map {
      (["p\($0)"], PathTotals(conversions: 1, nonConverting: 3))
    }
    let credits = try ModelContractTests.credits("shapley-rate", rows)
    for credit in credits.values { #expect(isClose(credit.conversions, 1, relative: 1e-12)) }
    // One journey over all players: an equal split.
    let all = try ModelContractTests.credits(
      "shapley-rate", [((0..<players).map { "p\($0)" }, PathTotals(conversions: 5, nonConverting: 1))])
    for credit in all.values {
      #expect(isClose(credit.conversions, 5 / Double(players), relative: 1e-12))
    }
  }

  /// Sampling is forced by 25 touchpoints of which most are rare; the exact answer is that of a table in which
  /// rare touchpoints do not exist, because they never convert nor appear with others.
  @Test func sampledRateAgreesWithinItsError() throws {
    let rows = randomRows(seed: 9, rows: 300, touchpoints: 25)
    let table = PathTable(rows)
    #expect(table.touchpoints.count > ShapleyRate.largestExact)
    func run(_ permutations: Int, _ seed: UInt64) throws -> Attribution {
      try ShapleyRate(permutations: permutations, seed: seed)
        .attribute(Evidence(paths: table))
    }
    let precise = try run(20_000, 1)
    let rough = try run(400, 2)
    let errors = try #require(
      rough.diagnostics.compactMap { diagnostic -> [Double]? in
        if case .perTouchpoint(let values) = diagnostic.finding { values } else { nil }
      }.first)
    for id in errors.indices {
      let difference = abs(rough.credits[id].conversions - precise.credits[id].conversions)
      // The precise run has an error as well, √50 times smaller.
      #expect(difference <= Chance.deviations() * (1 + 1 / 50.0).squareRoot() * errors[id] + 1e-9)
    }
  }

  @Test func orderedBreakdownSumsUp() throws {
    let rows = randomRows(seed: 31, rows: 80, touchpoints: 5)
    let table = PathTable(rows)
    let attribution = try ShapleyOrdered().attribute(Evidence(paths: table))
    guard case .perPosition(let byPosition) = attribution.diagnostics[0].finding else {
      Issue.record("the breakdown is missing")
      return
    }
    // The slow twin, from the definition.
    var twin: [String: [Double]] = [:]
    for row in rows {
      var distinct: [String] = []
      for touch in row.path where !distinct.contains(touch) { distinct.append(touch) }
      for (position, name) in distinct.enumerated() {
        twin[name, default: [Double](repeating: 0, count: 5)][position] +=
          row.totals.conversions / Double(distinct.count)
      }
    }
    for (id, name) in table.touchpoints.names.enumerated() {
      for (position, credit) in byPosition[id].enumerated() {
        #expect(isClose(credit, twin[name]![position], relative: 1e-12, absolute: 1e-12))
      }
    }
  }

  @Test func shaoLiEqualsTheFormulaByHand() throws {
    // P(y|a) = 3/6, P(y|b) = 3/4, P(y|a,b) = 2/2.
    let rows: [PathRow] = [
      (["a", "b"], PathTotals(conversions: 2)), (["a"], PathTotals(conversions: 1, nonConverting: 3)),
      (["b"], PathTotals(conversions: 1, nonConverting: 1)),
    ]
    let interaction = (1 - 0.5 - 0.75) / 2
    let raw = ["a": 2 * (0.5 + interaction) + 0.5, "b": 2 * (0.75 + interaction) + 0.75]
    let credits = try ModelContractTests.credits("shao-li", rows)
    let sum = raw.values.reduce(0, +)
    for (name, score) in raw {
      #expect(isClose(credits[name]!.conversions, 4 * score / sum, relative: 1e-13))
    }
  }
}
