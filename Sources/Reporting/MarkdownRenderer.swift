import TouchstoneText

/// Writes reports as Markdown: pipe tables under headings, notes as a list. What came from data is never markup.
struct MarkdownRenderer: ReportRenderer {
  func text(of report: some Report) -> String {
    var parts: [String] = []
    // A list of one between two tables would be lost: a summary's sentence opens the notes.
    var sentences: [String] = []
    for block in report.blocks {
      switch block {
      case .headline(let headline): parts.append(paragraph(headline))
      case .table(let table): parts.append(text(of: table))
      case .notes(let notes):
        if notes.isEmpty { continue }
        parts.append(list(sentences + notes))
        sentences = []
      case .summary(let headline, let table, let sentence):
        parts += [paragraph(headline), text(of: table)]
        sentences.append(sentence)
      }
    }
    return (parts + [list(sentences)]).filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func paragraph(_ text: String) -> String { Escaping.markdown(text) + "\n" }

  private func list(_ items: [String]) -> String {
    items.map { "- " + Escaping.markdown($0) + "\n" }.joined()
  }

  /// The title as a heading, and a pipe table.
  func text(of table: ResultTable) -> String {
    var text = table.title.isEmpty ? "" : "### \(Escaping.markdown(table.title))\n\n"
    text += line(table.columns)
    text += "|" + table.columns.indices.map { table.isNumeric($0) ? "---:|" : "---|" }.joined() + "\n"
    for row in table.rows { text += line(row.map(\.shown)) }
    return text
  }

  private func line(_ cells: [String]) -> String {
    "| " + cells.map(Escaping.markdown).joined(separator: " | ") + " |\n"
  }
}
