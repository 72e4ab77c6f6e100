import TouchstoneJourneys
import TouchstoneText

/// The periods of a cost table: days, weeks or months, whatever lies between its dates.
package struct SpendPeriods: Sendable, Equatable {
  /// When each period begins, in microseconds since 1970.
  package let starts: [Int64]
  /// When the last one ends.
  package let end: Int64
  /// The usual time from one date to the next.
  package let spacing: Int64
  /// By touchpoint.
  private let rows: [String: [CostTable.Row]]
  /// By date of the table, the index of its period.
  private let periodOfDate: [Int64: Int]

  /// More periods are no history but times of day.
  private static let mostPeriods = 10_000
  /// Dates closer than this are times of one day. Midnights are 23 hours apart where clocks are put forward.
  private static let shortestDay = Microseconds.perDay / 24 * 20

  /// `nil` for a table of one day: it tells one period.
  ///
  /// - Complexity: O(n log n) for n rows.
  package init?(_ table: CostTable) {
    // Times of one day are one date: the first of them.
    var dates: [Int64] = []
    var dateOfRow: [Int64: Int64] = [:]
    for date in Set(table.rows.map(\.date)).sorted() {
      if dates.last.map({ date - $0 >= Self.shortestDay }) ?? true { dates.append(date) }
      dateOfRow[date] = dates[dates.count - 1]
    }
    guard dates.count > 1 else { return nil }
    let gaps = zip(dates, dates.dropFirst()).map { $1 - $0 }
    let spacing = gaps.sorted()[(gaps.count - 1) / 2]
    // Periods without any row had no spend. Counted from date to date, since months differ in length and summer time
    // moves midnights.
    var starts = [dates[0]]
    var periodOfDay = [dates[0]: 0]
    for (date, gap) in zip(dates.dropFirst(), gaps) {
      let periods = max(1, Int((Double(gap) / Double(spacing)).rounded()))
      guard starts.count + periods <= Self.mostPeriods else { return nil }
      for missing in 1..<periods { starts.append(date - gap + gap / Int64(periods) * Int64(missing)) }
      periodOfDay[date] = starts.count
      starts.append(date)
    }
    periodOfDate = dateOfRow.mapValues { periodOfDay[$0]! }
    self.starts = starts
    self.spacing = spacing
    end = dates[dates.count - 1] + spacing
    rows = Dictionary(grouping: table.rows, by: \.touchpoint)
  }

  /// How many periods there are.
  package var count: Int { starts.count }

  /// A touchpoint's spend by period; a period without a row had none.
  package func spend(_ touchpoint: String) -> [Double] { sums(touchpoint) { $0.cost } }

  /// A touchpoint's conversions by period, where the table says them in any row.
  package func conversions(_ touchpoint: String) -> [Double]? {
    let hasAny = rows[touchpoint]?.contains { $0.conversions != nil } ?? false
    return hasAny ? sums(touchpoint) { $0.conversions ?? 0 } : nil
  }

  private func sums(_ touchpoint: String, _ figure: (CostTable.Row) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    for row in rows[touchpoint] ?? [] { sums[periodOfDate[row.date]!] += figure(row) }
    return sums
  }
}
