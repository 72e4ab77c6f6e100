import TouchstoneText

/// Writes the tidy table of a report as CSV after RFC 4180, with line feeds as line ends and numbers in full.
struct CSVRenderer: ReportRenderer {
  func text(of report: some Report) -> String { text(of: report.tidyTable) }

  /// The header and the rows, without title and totals: a program sums for itself.
  func text(of table: ResultTable) -> String {
    var text = table.columns.map(Escaping.csv).joined(separator: ",") + "\n"
    for row in table.rows.dropLast(table.totalRows) {
      text += row.map(field).joined(separator: ",") + "\n"
    }
    return text
  }

  private func field(_ cell: ResultTable.Cell) -> String {
    switch cell {
    case .text(let text): Escaping.csv(text)
    case .number(let value, _), .interval(let value, _, _), .percent(let value): value.isFinite ? "\(value)" : ""
    case .empty: ""
    }
  }
}
