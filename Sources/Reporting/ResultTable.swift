import TouchstoneText

/// A table of results, which can be written as aligned text, CSV or Markdown.
public struct ResultTable: Sendable {
  /// One cell.
  public enum Cell: Sendable, Equatable {
    case text(String)
    /// A number shown with a fixed number of decimals; CSV writes it in full.
    case number(Double, decimals: Int)
    /// A number with its interval behind it; CSV writes the number alone.
    case interval(Double, ClosedRange<Double>, decimals: Int)
    /// A share shown as a percentage; CSV writes the share in full.
    case percent(Double)
    case empty
  }

  public let title: String
  public let columns: [String]
  public let rows: [[Cell]]
  /// How many rows at the end are totals, set apart by a rule.
  public let totalRows: Int

  /// A table. Traps unless every row has one cell a column.
  public init(title: String, columns: [String], rows: [[Cell]], totalRows: Int = 0) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "one cell a column")
    precondition(totalRows <= rows.count, "no more total rows than rows")
    self.title = title
    self.columns = columns
    self.rows = rows
    self.totalRows = totalRows
  }

  private func isNumeric(_ column: Int) -> Bool {
    rows.contains { row in
      switch row[column] {
      case .number, .interval, .percent: true
      case .text, .empty: false
      }
    }
  }

  private func shown(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): text
    case .number(let value, let decimals): NumberText.fixed(value, decimals: decimals)
    case .interval(let value, let range, let decimals):
      NumberText.fixed(value, decimals: decimals) + " [" + NumberText.fixed(range.lowerBound, decimals: decimals)
        + " – " + NumberText.fixed(range.upperBound, decimals: decimals) + "]"
    case .percent(let share): NumberText.percent(share)
    case .empty: ""
    }
  }

  // MARK: Aligned text

  /// The title, then the columns side by side, numbers to the right.
  ///
  /// Control characters are escaped, so that data cannot move a terminal's cursor.
  public func alignedText() -> String {
    let lines = ([columns.map(Cell.text)] + rows).map { row in
      row.map { Escaping.terminal(shown($0)) }
    }
    let widths = columns.indices.map { column in
      lines.map { DisplayWidth.of($0[column]) }.max() ?? 0
    }
    let numeric = columns.indices.map(isNumeric)
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    var text = title.isEmpty ? "" : title + "\n"
    for (index, line) in lines.enumerated() {
      if index == 1 || (totalRows > 0 && index == lines.count - totalRows && index > 1) {
        text += rule + "\n"
      }
      let cells = line.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - DisplayWidth.of(cell))
        return numeric[column] ? space + cell : cell + space
      }
      text += trimmedEnd(cells.joined(separator: "  ")) + "\n"
    }
    return text
  }

  private func trimmedEnd(_ line: String) -> String {
    String(line[...(line.lastIndex { $0 != " " } ?? line.startIndex)])
  }

  // MARK: Other formats

  /// The header and rows as CSV after RFC 4180, numbers in full, line feeds as line ends; no title and no
  /// totals.
  public func csv() -> String {
    var text = columns.map(Escaping.csv).joined(separator: ",") + "\n"
    for row in rows.dropLast(totalRows) {
      text += row.map(csvCell).joined(separator: ",") + "\n"
    }
    return text
  }

  private func csvCell(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): Escaping.csv(text)
    case .number(let value, _), .interval(let value, _, _), .percent(let value): value.isFinite ? "\(value)" : ""
    case .empty: ""
    }
  }

  /// The title as a heading, and a pipe table.
  public func markdown() -> String {
    var text = title.isEmpty ? "" : "### \(Escaping.markdown(title))\n\n"
    text += "| " + columns.map(Escaping.markdown).joined(separator: " | ") + " |\n"
    text += "|" + columns.indices.map { isNumeric($0) ? "---:|" : "---|" }.joined() + "\n"
    for row in rows {
      text += "| " + row.map { Escaping.markdown(shown($0)) }.joined(separator: " | ") + " |\n"
    }
    return text
  }
}
