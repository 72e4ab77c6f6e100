import TouchstoneJourneys

/// What a block of an event log came to.
struct ParsedEvents: ParsedRecords {
  let batch: EventBatch
  var newNames = TouchpointTable()
  var lineCount = 0
  var rowCount = 0
  /// Touches dropped because they name no touchpoint.
  var withoutTouchpoint = 0
  var failure: RecordFailure?

  mutating func clear() {
    batch.removeAll()
    if newNames.count > 0 { newNames = TouchpointTable() }
    lineCount = 0
    rowCount = 0
    withoutTouchpoint = 0
    failure = nil
  }

  func replaceProvisional(from first: Int32, with ids: [Int32]) {
    batch.replaceProvisional(from: first, with: ids)
  }

  func seal() { batch.seal() }
}
