import TouchstoneJourneys

/// What a block of a path table came to.
struct ParsedPaths: ParsedRecords {
  let batch: PathBatch
  var newNames = TouchpointTable()
  var lineCount = 0
  /// Rows that count no journey at all.
  var weightlessRows = 0
  var failure: RecordFailure?

  var rowCount: Int { batch.count }

  mutating func clear() {
    batch.removeAll()
    if newNames.count > 0 { newNames = TouchpointTable() }
    lineCount = 0
    weightlessRows = 0
    failure = nil
  }

  func replaceProvisional(from first: Int32, with ids: [Int32]) {
    batch.replaceProvisional(from: first, with: ids)
  }

  func seal() { batch.seal() }
}
