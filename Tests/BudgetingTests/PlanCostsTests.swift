import Testing
import TouchstoneJourneys
import TouchstoneText

@testable import TouchstoneBudgeting

@Suite struct PlanCostsTests {
  static let day = Microseconds.perDay

  /// A unit of money a day.
  static func costs(days: Range<Int64>, of touchpoint: String = "tv") -> PlanCosts {
    PlanCosts(CostTable(rows: days.map { CostTable.Row(date: $0 * day, touchpoint: touchpoint, cost: 1) }))
  }

  static func covering(
    _ costs: PlanCosts, _ period: ClosedRange<Int64>?
  ) throws(InputError) -> (costs: PlanCosts, remarks: [String]) {
    try costs.covering(period, source: "c.csv", day: { "day \($0 / Self.day)" })
  }

  @Test func allCostsCountWhereTheTimeIsUnknown() throws {
    let (costs, remarks) = try Self.covering(Self.costs(days: 0..<10), nil)
    #expect(costs.table.rows.count == 10 && remarks.isEmpty && costs.conversionPeriods?.starts.count == 10)
  }

  @Test func costsOutsideTheTimeAreLeftOut() throws {
    let (costs, remarks) = try Self.covering(Self.costs(days: 0..<10), 2 * Self.day...6 * Self.day - 1)
    #expect(costs.table.rows.map(\.date) == (2..<6).map { $0 * Self.day })
    #expect(costs.periods == SpendPeriods(costs.table))
    #expect(remarks == ["costs of 6.0 lie on days outside the log's period and are left out"])
  }

  @Test func costsOfAPartOfTheTimeAreRemarkedOn() throws {
    let (costs, remarks) = try Self.covering(Self.costs(days: 0..<8), 0...10 * Self.day)
    #expect(costs.table.rows.count == 8 && remarks.count == 1)
    #expect(remarks[0].hasPrefix("the costs are of day 0 to day 7 only, and the journeys of day 0 to day 10: "))
    #expect(try Self.covering(Self.costs(days: 0..<9), 0...10 * Self.day).remarks.isEmpty)
  }

  @Test func costsOfAnotherTimeAreRefused() {
    #expect(
      throws: InputError(
        .badData, source: "c.csv", problem: "the costs are of day 0 to day 3, and the journeys of day 8 to day 9",
        remedy: "give costs of the time that the journeys cover")
    ) { try Self.covering(Self.costs(days: 0..<4), 8 * Self.day...9 * Self.day) }
  }

  @Test func costsOfWhatNoJourneyHoldsAreRefused() throws {
    try Self.costs(days: 0..<2).check(names: ["tv"], source: "c.csv")
    #expect(
      throws: InputError(
        .badData, source: "c.csv", problem: "no journey holds \"serch\", which costs 2.0",
        remedy: "did you mean \"search\"? name it as the journeys do, or take its rows out; the journeys have \"tv\","
          + " \"search\"")
    ) { try Self.costs(days: 0..<2, of: "serch").check(names: ["tv", "search"], source: "c.csv") }
  }
}
