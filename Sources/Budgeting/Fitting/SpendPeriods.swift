import JourneyIO
import Journeys

/// The periods of a cost table: days, weeks or months, whatever lies between its dates.
public struct SpendPeriods: Sendable, Equatable {
  /// When each period begins, in microseconds since 1970.
  public let starts: [Int64]
  /// When the last one ends.
  public let end: Int64
  /// From one date to the next.
  public let spacing: Int64
  private let table: CostTable

  /// `nil` for a table of one date: it tells one period.
  public init?(_ table: CostTable) {
    let dates = Set(table.rows.map(\.date)).sorted()
    guard let first = dates.first, let last = dates.last, dates.count > 1 else { return nil }
    let gaps = zip(dates, dates.dropFirst()).map { $1 - $0 }.sorted()
    let spacing = gaps[gaps.count / 2]
    // Dates that are missing for all touchpoints are periods without spend. Summer time moves a date by an hour, months by a day or two.
    let count = Int(((Double(last - first)) / Double(spacing)).rounded()) + 1
    var starts = (0..<count).map { first + Int64($0) * spacing }
    for date in dates { starts[Self.place(date, first, spacing)] = date }
    guard zip(starts, starts.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
    self.starts = starts
    self.spacing = spacing
    end = last + spacing
    self.table = table
  }

  private static func place(_ date: Int64, _ first: Int64, _ spacing: Int64) -> Int {
    Int((Double(date - first) / Double(spacing)).rounded())
  }

  public var count: Int { starts.count }

  /// A touchpoint's spend by period; a period without a row had none.
  public func spend(_ touchpoint: String) -> [Double] { sums(touchpoint) { $0.cost } }

  /// A touchpoint's conversions by period, where the table says them in any row.
  public func conversions(_ touchpoint: String) -> [Double]? {
    let hasAny = table.rows.contains { $0.touchpoint == touchpoint && $0.conversions != nil }
    return hasAny ? sums(touchpoint) { $0.conversions ?? 0 } : nil
  }

  private func sums(_ touchpoint: String, _ figure: (CostTable.Row) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    for row in table.rows where row.touchpoint == touchpoint {
      sums[Self.place(row.date, starts[0], spacing)] += figure(row)
    }
    return sums
  }

  /// "days", "weeks", or so many days.
  public var unit: String {
    let days = Int((Double(spacing) / Double(Microseconds.perDay)).rounded())
    return days == 1 ? "days" : days == 7 ? "weeks" : (28...31).contains(days) ? "months" : "periods of \(days) days"
  }
}
