import Testing
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneText

@testable import TouchstoneBudgeting

@Suite struct SpendPeriodsTests {
  static func table(_ text: String) throws -> CostTable {
    try CostTableReader().read(bytes: Array(("date,touchpoint,cost\n" + text).utf8), name: "costs.csv")
  }

  @Test func periodsAreDaysWeeksOrMonths() throws {
    let days = SpendPeriods(
      try Self.table("2024-03-01,a,1\n2024-03-02,b,2\n2024-03-04,a,3\n2024-03-04,a,4\n2024-03-05,a,0\n"))!
    #expect(
      days.count == 5 && days.spend("a") == [1, 0, 0, 7, 0]
        && days.spend("b") == [0, 2, 0, 0, 0])
    #expect(days.conversions("a") == nil && days.end == days.starts[4] + Microseconds.perDay)
    let weeks = SpendPeriods(try Self.table("2024-03-04,a,1\n2024-03-11,a,2\n2024-03-25,a,3\n2024-04-01,a,5\n"))!
    #expect(weeks.count == 5 && weeks.spend("a") == [1, 2, 0, 3, 5])
    let months = SpendPeriods(
      try Self.table("2024-01-01,a,1\n2024-02-01,a,2\n2024-03-01,a,3\n2024-04-01,a,4\n2024-05-01,a,4\n2024-06-01,a,4\n")
    )!
    let years = (0..<48).map { "\(2020 + $0 / 12)-\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)-01,a,\($0 + 1)\n" }
    #expect(try SpendPeriods(Self.table(years.joined()))!.spend("a") == (1...48).map { Double($0) })
    let times = SpendPeriods(
      try Self.table("2024-01-01T08:00:00,a,1\n2024-01-01T08:00:01,a,2\n2024-01-02T09:00:00,a,4\n"))!
    #expect(times.spend("a") == [3, 4])
    #expect(months.count == 6 && months.spend("a") == [1, 2, 3, 4, 4, 4])
    #expect(SpendPeriods(try Self.table("2024-01-01,a,1\n2024-01-01,b,1\n")) == nil)
  }

  @Test func daysGoOnOverAChangeToSummerTime() throws {
    var reader = CostTableReader()
    reader.time.zone = ZoneOffsets("Europe/Berlin")!
    let rows = (28...31).map { "2024-03-\($0),a,\($0)\n" } + (1...3).map { "2024-04-0\($0),a,\($0)\n" }
    let table = try reader.read(bytes: Array(("date,touchpoint,cost\n" + rows.joined()).utf8), name: "c")
    #expect(SpendPeriods(table)!.spend("a") == [28, 29, 30, 31, 1, 2, 3])
  }

  /// At each of their touchpoints once.
  @Test func journeysCountInThePeriodInWhichTheyConvert() throws {
    let log = """
      user,time,channel,conversion
      u1,2024-03-01T10:00:00Z,a,0
      u1,2024-03-01T11:00:00Z,a,0
      u1,2024-03-02T09:00:00Z,b,1
      u2,2024-03-03T09:00:00Z,b,1
      u2,2024-03-03T10:00:00Z,a,0
      u3,2024-03-09T10:00:00Z,a,1

      """
    let events = try EventReader().read(bytes: Array(log.utf8), name: "e.csv").log
    let day = { (index: Int64) in 1_709_251_200_000_000 + index * Microseconds.perDay }
    let periods = PeriodConversions(starts: [day(0), day(1), day(2)], end: day(3))
    let counted = JourneyBuilder().build(events, periods: periods).periods!
    #expect(counted.byTouchpoint == [[0, 1, 0], [0, 1, 1]])
    #expect(
      counted.period(of: day(0) - 1) == nil && counted.period(of: day(3)) == nil && counted.period(of: day(2)) == 2)
  }
}
