import Testing
import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneTestSupport

/// What every model must obey. A new model joins by its name in the catalogue.
@Suite struct ModelContractTests {
  static let specifications =
    ModelCatalogue.entries.map(\.name)
    + [
      "position-based:shape=j", "position-based:first=0,last=0", "position-decay:half-life=3",
      "markov:order=2", "markov:order=3", "last-non-direct:direct=t1|t2",
    ]

  static func model(_ specification: String) throws -> any AttributionModel {
    try #require(try ModelCatalogue.models(specification).first)
  }

  /// Credits by name.
  static func credits(
    _ specification: String, _ rows: [PathRow]
  ) throws -> [String: Credit] {
    let table = timedTable(rows)
    let attribution = try model(specification).attribute(Evidence(paths: table))
    return Dictionary(uniqueKeysWithValues: zip(table.touchpoints.names, attribution.credits))
  }

  static func expectSame(
    _ left: [String: Credit], _ right: [String: Credit], _ tolerance: Double = 1e-10,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(left.keys.sorted() == right.keys.sorted(), sourceLocation: sourceLocation)
    let scale = left.values.reduce(1) { max($0, abs($1.conversions), abs($1.value)) }
    for (name, credit) in left {
      let other = right[name] ?? Credit()
      #expect(
        isClose(credit.conversions, other.conversions, relative: tolerance, absolute: tolerance * scale)
          && isClose(credit.value, other.value, relative: tolerance, absolute: tolerance * scale),
        "\(name): \(credit) and \(other)", sourceLocation: sourceLocation)
    }
  }

  static let rows = randomRows(seed: 42, rows: 200, touchpoints: 7)

  @Test(arguments: specifications)
  func creditsAndBaselineSumToTheTotal(_ specification: String) throws {
    let model = try Self.model(specification)
    for seed in 0..<5 {
      let rows =
        randomRows(seed: seed, rows: 1 + 60 * seed, touchpoints: 2 + 3 * seed)
        + [([], PathTotals(conversions: 3, value: 4, nonConverting: 5))]
      let table = timedTable(rows)
      let attribution = try model.attribute(Evidence(paths: table))
      #expect(attribution.baseline == Credit(conversions: 3, value: 4))
      guard model.traits.contains(.sumsToTotal) else {
        #expect(!attribution.sumsToTotal)
        continue
      }
      let total = attribution.creditTotal
      #expect(isClose(total.conversions + 3, table.totals.conversions, relative: 1e-12))
      #expect(isClose(total.value + 4, table.totals.value, relative: 1e-12))
    }
  }

  @Test(arguments: specifications)
  func renamingTouchpointsRenamesCredits(_ specification: String) throws {
    // The names of t1 and t2 mean something to last-non-direct; the others trade places.
    let names = ["t0": "t5", "t3": "t0", "t4": "t6", "t5": "t3", "t6": "t4"]
    let renamed = Self.rows.map { ($0.path.map { names[$0] ?? $0 }, $0.totals) }
    var expected: [String: Credit] = [:]
    for (name, credit) in try Self.credits(specification, Self.rows) {
      expected[names[name] ?? name] = credit
    }
    Self.expectSame(try Self.credits(specification, renamed), expected)
  }

  @Test(arguments: specifications)
  func rowOrderMeansNothing(_ specification: String) throws {
    var generator = TestGenerator(seed: 5)
    Self.expectSame(
      try Self.credits(specification, Self.rows),
      try Self.credits(specification, Self.rows.shuffled(using: &generator)))
  }

  @Test(arguments: specifications)
  func splittingARowChangesNothing(_ specification: String) throws {
    let split = Self.rows.flatMap { row -> [PathRow] in
      let half = PathTotals(
        conversions: row.totals.conversions / 4, value: row.totals.value / 4,
        nonConverting: row.totals.nonConverting / 4)
      return [PathRow](repeating: (row.path, half), count: 4)
    }
    Self.expectSame(
      try Self.credits(specification, Self.rows), try Self.credits(specification, split))
  }

  @Test(arguments: specifications)
  func weightTwoIsTwice(_ specification: String) throws {
    let doubled = Self.rows.map { row in
      (
        row.path,
        PathTotals(
          conversions: 2 * row.totals.conversions, value: 2 * row.totals.value,
          nonConverting: 2 * row.totals.nonConverting)
      )
    }
    Self.expectSame(
      try Self.credits(specification, Self.rows + Self.rows),
      try Self.credits(specification, doubled))
  }

  @Test(arguments: specifications)
  func whoTookNoPartEarnsNothing(_ specification: String) throws {
    let rows = Self.rows + [(["nobody"], PathTotals(conversions: 0))]
    let credits = try Self.credits(specification, rows)
    #expect(credits["nobody"] == Credit())
  }

  @Test(arguments: specifications)
  func degenerateTablesHaveAnswers(_ specification: String) throws {
    #expect(try Self.credits(specification, []) == [:])
    let noConversions = try Self.credits(
      specification, [(["a", "b"], PathTotals(conversions: 0, nonConverting: 4))])
    #expect(noConversions == ["a": Credit(), "b": Credit()])
    let oneTouch = try Self.credits(
      specification, [(["a"], PathTotals(conversions: 3, value: 6, nonConverting: 1))])
    #expect(isClose(oneTouch["a"]!.conversions, 3, relative: 1e-14))
    #expect(isClose(oneTouch["a"]!.value, 6, relative: 1e-14))
    // Nothing but conversions: each model has an answer, and it sums up.
    let all = try Self.credits(specification, [(["a", "b", "a"], PathTotals(conversions: 2))])
    #expect(all.values.reduce(0) { $0 + $1.conversions } >= 2 - 1e-12)
  }

  @Test(arguments: specifications)
  func orderMattersOnlyWhereSaid(_ specification: String) throws {
    guard try !Self.model(specification).traits.contains(.orderSensitive) else { return }
    let reversed = Self.rows.map { (Array($0.path.reversed()), $0.totals) }
    Self.expectSame(
      try Self.credits(specification, Self.rows), try Self.credits(specification, reversed))
  }

  @Test(arguments: specifications)
  func refundsKeepTheSum(_ specification: String) throws {
    let rows = Self.rows.enumerated().map { index, row in
      var totals = row.totals
      if index % 2 == 0 { totals.value = -totals.value }
      return (row.path, totals)
    }
    try Self.expectSum(specification, rows)
    try Self.expectSum(
      specification,
      [
        (["a", "b"], PathTotals(conversions: 1, value: 5)),
        (["b", "a"], PathTotals(conversions: 1, value: -5)),
        (["a"], PathTotals(conversions: 1, value: 1e-9)),
      ])
    try Self.expectSum(
      specification,
      [
        (["a", "b"], PathTotals(conversions: 1, value: 3e12)),
        (["b", "c"], PathTotals(conversions: 3, value: -3e12, nonConverting: 1)),
        (["a"], PathTotals(conversions: 1, value: 1)), (["c"], PathTotals(conversions: 0)),
      ])
  }

  /// Credits are finite, and those that share the total out miss it by rounding alone: ten times less than an
  /// attribution tolerates before it traps, so that a model which loses digits fails here and with a message.
  static func expectSum(
    _ specification: String, _ rows: [PathRow], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let table = timedTable(rows)
    let model = try model(specification)
    let attribution = try model.attribute(Evidence(paths: table))
    #expect(
      attribution.credits.allSatisfy { $0.conversions.isFinite && $0.value.isFinite }, "\(attribution.credits)",
      sourceLocation: sourceLocation)
    guard model.traits.contains(.sumsToTotal) else { return }
    let magnitude = attribution.credits.reduce(table.valueMagnitude) { $0 + abs($1.value) }
    let missing = attribution.creditTotal.value + attribution.baseline.value - table.totals.value
    #expect(abs(missing) <= 1e-10 * magnitude, "value is missed by \(missing)", sourceLocation: sourceLocation)
    #expect(
      isClose(
        attribution.creditTotal.conversions + attribution.baseline.conversions, table.totals.conversions,
        relative: 1e-10), sourceLocation: sourceLocation)
  }

  @Test(arguments: specifications + ["shapley-rate:permutations=10"])
  func threadsChangeNoBit(_ specification: String) throws {
    let many = specification.contains("permutations") ? 30 : 9
    let table = timedTable(randomRows(seed: 6, rows: 500, touchpoints: many, longest: 8))
    let model = try Self.model(specification)
    let one = try Parallel.$maximumThreads.withValue(1) {
      try model.attribute(Evidence(paths: table)).credits
    }
    let three = try Parallel.$maximumThreads.withValue(3) {
      try model.attribute(Evidence(paths: table)).credits
    }
    #expect(one == three)
  }

  /// The part without touches must not cost the rest its digits.
  @Test(arguments: specifications)
  func aHugeBaselineCostsNoDigits(_ specification: String) throws {
    let rows: [PathRow] = [
      (["a", "b"], PathTotals(conversions: 1e-3, nonConverting: 1)),
      (["b"], PathTotals(conversions: 2e-3, nonConverting: 0)),
    ]
    let huge: PathRow = ([], PathTotals(conversions: 1e15, nonConverting: 1e15))
    Self.expectSame(try Self.credits(specification, rows), try Self.credits(specification, rows + [huge]))
  }

  @Test func timeDecayNamesTheRemedy() {
    #expect(throws: AttributionError.timesMissing(model: "time-decay")) {
      try TimeDecay().attribute(Evidence(paths: PathTable(Self.rows)))
    }
    #expect(throws: AttributionError.halfLifeMissing(halfLife: 3, known: [7])) {
      try TimeDecay(halfLife: 3).attribute(Evidence(paths: timedTable(Self.rows)))
    }
    #expect("\(AttributionError.timesMissing(model: "time-decay"))".contains("position-decay"))
  }
}
