import TouchstoneJourneys
import TouchstoneText

/// The costs that a plan stands on, with the periods that their dates make.
public struct PlanCosts: Sendable {
  /// What was spent.
  public let table: CostTable
  /// `nil` where all of it was spent in one period.
  package let periods: SpendPeriods?

  /// - Complexity: O(n log n) for n rows.
  public init(_ table: CostTable) {
    self.table = table
    periods = SpendPeriods(table)
  }

  /// The periods that conversions of an event log are to be counted in, none counted yet; `nil` where costs tell one
  /// period only.
  public var conversionPeriods: PeriodConversions? {
    periods.map { PeriodConversions(starts: $0.starts, end: $0.end) }
  }

  // MARK: The time of the journeys

  /// Costs that cover a smaller share of the journeys' time make returns wrong enough to be said.
  private static let wholeCoverage = 0.9

  /// The costs of the time that the journeys cover.
  ///
  /// - Parameters:
  ///   - period: That time; `nil` where it is unknown, and all costs count.
  ///   - source: What errors call the table.
  ///   - day: The day of a time, as messages say it.
  /// - Returns: Those costs, and sentences about the others.
  /// - Throws: Where no costs are of that time.
  public func covering(
    _ period: ClosedRange<Int64>?, source: String, day: (Int64) -> String
  ) throws(InputError) -> (costs: PlanCosts, remarks: [String]) {
    guard let period, !table.rows.isEmpty else { return (self, []) }
    let length = periods?.spacing ?? Microseconds.perDay
    let (inside, outside) = table.within(period, length: length)
    func words(_ first: Int64, _ last: Int64) -> String { "\(day(first)) to \(day(last))" }
    let journeys = words(period.lowerBound, period.upperBound)
    let dates = (inside.rows.isEmpty ? table : inside).rows.map(\.date)
    guard let first = dates.min(), let last = dates.max(), !inside.rows.isEmpty else {
      throw InputError(
        .badData, source: source,
        problem: "the costs are of \(words(dates.min()!, dates.max()!)), and the journeys of \(journeys)",
        remedy: "give costs of the time that the journeys cover")
    }
    var remarks = Self.remarks(costOutside: outside)
    let whole = Double(period.upperBound - period.lowerBound)
    let part = Double(min(period.upperBound, last + length) - max(period.lowerBound, first))
    if part < Self.wholeCoverage * whole {
      remarks.append(
        "the costs are of \(words(first, last)) only, and the journeys of \(journeys): credit of the whole time is set"
          + " against costs of a part of it, so returns look too good; give the costs of all of it, or the events of a"
          + " part")
    }
    return (inside.rows.count == table.rows.count ? self : PlanCosts(inside), remarks)
  }

  /// What is said of costs on days that journeys do not cover.
  static func remarks(costOutside: Double) -> [String] {
    costOutside > 0 ? ["costs of \(costOutside) lie on days outside the log's period and are left out"] : []
  }

  // MARK: Names

  /// Names that an error lists beside the first: the further ones nobody knows, and those of the journeys.
  private static let (mostUnknown, mostKnown) = (5, 20)

  /// Refuses costs of touchpoints that no journey holds: what they bring would count as nothing.
  ///
  /// - Parameters:
  ///   - names: The journeys' touchpoints.
  ///   - source: What errors call the table.
  public func check(names: [String], source: String) throws(InputError) {
    let known = Set(names)
    let totals = table.totals
    let unknown = totals.keys.filter { !known.contains($0) && totals[$0]!.cost > 0 }.sorted()
    guard let first = unknown.first else { return }
    func list(_ names: some Sequence<String>) -> String { names.map { quotedForMessage($0) }.joined(separator: ", ") }
    let others = unknown.count > 1 ? " (nor \(list(unknown.dropFirst().prefix(Self.mostUnknown))))" : ""
    let meant = Suggestion.nearest(to: first, in: names).map { "did you mean \(quotedForMessage($0))? " } ?? ""
    let cost = (totals[first]!.cost * 100).rounded() / 100
    throw InputError(
      .badData, source: source, problem: "no journey holds \(quotedForMessage(first))\(others), which costs \(cost)",
      remedy: meant + "name it as the journeys do, or take its rows out; the journeys have "
        + list(names.prefix(Self.mostKnown)))
  }
}
