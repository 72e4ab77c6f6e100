import Journeys

/// What a block of records came to.
struct ParsedBlock: Sendable {
  let batch = PathBatch()
  /// Names that the table did not know when the block was parsed; they hold provisional ids, counted
  /// from the table's size.
  var newNames = TouchpointTable()
  /// Line feeds passed, those inside quotes included.
  var lineCount = 0
  /// Rows that count no journey at all.
  var weightlessRows = 0
  var failure: RowFailure?

  mutating func clear() {
    batch.removeAll()
    if newNames.count > 0 { newNames = TouchpointTable() }
    lineCount = 0
    weightlessRows = 0
    failure = nil
  }
}

/// Why a record could not be read; the lines before the block are not counted yet.
struct RowFailure: Error, Equatable {
  /// Line feeds between the block's start and the line to blame.
  var lineOffset: Int
  /// The character in that line, counted from 1.
  var column: Int
  var problem: String
  var remedy: String
}
