/// A table of results, apart from how it is written.
package struct ResultTable: Sendable {
  /// One cell.
  package enum Cell: Sendable, Equatable {
    case text(String)
    /// A number that people see with a fixed number of decimals; CSV writes it in full.
    case number(Double, decimals: Int)
    /// A number with its interval behind it; CSV writes the number alone.
    case interval(Double, ClosedRange<Double>, decimals: Int)
    /// A share that people see as a percentage; CSV writes the share in full.
    case percent(Double)
    case empty

    /// A number, or an empty cell where there is none.
    init(_ number: Double?, decimals: Int) { self = number.map { .number($0, decimals: decimals) } ?? .empty }

    /// A number in a table that programs alone read, who see all of its digits.
    init(tidy number: Double?) { self.init(number, decimals: 6) }

    /// A count.
    init(count: Int) { self = .number(Double(count), decimals: 0) }

    /// A percentage, or an empty cell where there is none.
    init(share: Double?) { self = share.map { .percent($0) } ?? .empty }

    /// What people see, as the data have it: renderers make it harmless.
    var shown: String {
      switch self {
      case .text(let text): text
      case .number(let value, let decimals): NumberText.fixed(value, decimals: decimals)
      case .interval(let value, let range, let decimals):
        NumberText.fixed(value, decimals: decimals) + " [" + NumberText.fixed(range.lowerBound, decimals: decimals)
          + " – " + NumberText.fixed(range.upperBound, decimals: decimals) + "]"
      case .percent(let share): NumberText.percent(share)
      case .empty: ""
      }
    }

    /// Whether people expect it at the right of its column.
    var isNumeric: Bool {
      switch self {
      case .number, .interval, .percent: true
      case .text, .empty: false
      }
    }
  }

  /// Empty for a table that needs none, as in CSV, which writes no titles.
  let title: String
  let columns: [String]
  let rows: [[Cell]]
  /// How many rows at the end are totals: set apart from the others, and left out of CSV.
  let totalRows: Int

  /// A table. Traps unless every row has one cell a column.
  package init(title: String = "", columns: [String], rows: [[Cell]], totalRows: Int = 0) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "one cell a column")
    precondition(totalRows <= rows.count, "no more total rows than rows")
    self.title = title
    self.columns = columns
    self.rows = rows
    self.totalRows = totalRows
  }

  /// Whether any cell of a column holds a number.
  func isNumeric(_ column: Int) -> Bool { rows.contains { $0[column].isNumeric } }
}
