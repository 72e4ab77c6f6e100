import Algorithms
import TouchstoneText

/// Writes reports for a terminal: columns side by side, blocks with an empty line between them.
///
/// Control characters are escaped, so that data cannot move a terminal's cursor.
struct TerminalRenderer: ReportRenderer {
  func text(of report: some Report) -> String { text(of: report.blocks) }

  /// Blocks one below the other.
  func text(of blocks: [ReportBlock]) -> String {
    blocks.map(text).filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func text(_ block: ReportBlock) -> String {
    switch block {
    case .headline(let headline): lines([headline])
    case .table(let table): text(of: table)
    case .notes(let notes): lines(notes)
    case .summary(let headline, let table, let sentence): lines([headline]) + text(of: table) + lines([sentence])
    }
  }

  /// Sentences, each on a line of its own.
  func lines(_ sentences: [String]) -> String {
    sentences.map { Escaping.terminal($0) + "\n" }.joined()
  }

  /// The title, then the columns side by side, numbers to the right. Totals stand under a rule, as the rows under the
  /// header do.
  func text(of table: ResultTable) -> String {
    let lines = ([table.columns] + table.rows.map { row in row.map(\.shown) }).map { row in
      row.map(Escaping.terminal)
    }
    let widths = table.columns.indices.map { column in
      lines.map { DisplayWidth.of($0[column]) }.max() ?? 0
    }
    let isNumeric = table.columns.indices.map(table.isNumeric)
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ") + "\n"
    let firstTotal = lines.count - table.totalRows
    var text = table.title.isEmpty ? "" : Escaping.terminal(table.title) + "\n"
    for (index, line) in lines.enumerated() {
      if index == 1 || (index == firstTotal && index > 1) { text += rule }
      let cells = line.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - DisplayWidth.of(cell))
        return isNumeric[column] ? space + cell : cell + space
      }
      text += cells.joined(separator: "  ").trimmingSuffix { $0 == " " } + "\n"
    }
    return text
  }
}
