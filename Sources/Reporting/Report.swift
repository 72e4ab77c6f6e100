/// A result of the tool, apart from how it is written: what people read, and the same figures for programs.
///
/// A report says what there is to say; a ``ReportRenderer`` says it in one output format. Neither knows the others.
package protocol Report: Sendable {
  /// What people read, from top to bottom.
  var blocks: [ReportBlock] { get }
  /// One row an observation and one column a figure: the shape that spreadsheets and data frames want.
  var tidyTable: ResultTable { get }
  /// Everything that is known, for programs.
  var document: JSONDocument { get }
}

extension Report {
  /// The report as text that ends in a line feed.
  package func text(_ format: OutputFormat) -> String { format.renderer.text(of: self) }
}

/// A part of what people read. Texts are as the data have them: renderers make them harmless.
package enum ReportBlock: Sendable {
  /// What the report is about, in one line.
  case headline(String)
  case table(ResultTable)
  /// Sentences that the reader should know, each a line of its own.
  case notes([String])
  /// What was read, in a small table between a headline and a sentence, none of which makes sense alone.
  case summary(headline: String, table: ResultTable, sentence: String)
}
