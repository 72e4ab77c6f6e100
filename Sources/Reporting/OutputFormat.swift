/// How results are written.
public enum OutputFormat: String, Sendable, CaseIterable {
  /// Aligned columns for a terminal.
  case table
  case csv
  case json
  case markdown
}
