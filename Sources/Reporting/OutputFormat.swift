/// How results are written.
package enum OutputFormat: String, Sendable, CaseIterable {
  /// Aligned columns for a terminal.
  case table
  case csv
  case json
  case markdown

  /// What writes reports in this format: the one place where a format is chosen.
  var renderer: any ReportRenderer {
    switch self {
    case .table: TerminalRenderer()
    case .csv: CSVRenderer()
    case .json: JSONRenderer()
    case .markdown: MarkdownRenderer()
    }
  }
}

/// Writes any report in one output format.
protocol ReportRenderer {
  /// The report as text that ends in a line feed, in which nothing that came from data can act as markup.
  func text(of report: some Report) -> String
}
