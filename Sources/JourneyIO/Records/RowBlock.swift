/// Records whose fields lie one behind the other in memory: what a source fills that gives values rather than text.
///
/// `@unchecked Sendable`: a block is filled by one thread, and only read after that until it is filled again.
final class RowBlock: RecordBlock, @unchecked Sendable {
  private let block = ByteBlock()
  /// Where each field ends, row by row.
  private var ends: [Int] = []
  private let columnCount: Int

  init(columnCount: Int) { self.columnCount = columnCount }

  /// The number of rows.
  var count: Int { columnCount == 0 ? 0 : ends.count / columnCount }
  /// The bytes of all fields.
  var byteCount: Int { block.count }

  /// Forgets all rows.
  func removeAll() {
    // Memory is kept, but for that of rows far larger than usual.
    block.prepare(capacity: TextSource.usualBlockSize)
    ends.removeAll(keepingCapacity: true)
  }

  /// Adds the next field of the row that is being filled; a row without a value there has an empty one.
  func append(_ field: UnsafeRawBufferPointer) {
    block.append(field)
    ends.append(block.count)
  }

  /// Adds the next field of the row that is being filled.
  func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  func parse<Sink: FieldSink & ~Copyable>(
    _ columns: RecordColumns, into sink: inout Sink
  ) -> RecordFailure? {
    let base = block.start
    var start = base
    for row in 0..<count {
      let record = start
      do throws(RecordFault) {
        sink.begin(record)
        for column in 0..<columnCount {
          let end = base + ends[row &* columnCount &+ column]
          try sink.take(FieldBytes(start: start, end: end, origin: start), column: column)
          start = end
        }
        try sink.end(record, columns: columnCount)
      } catch {
        return RecordFailure(error, row: row)
      }
      // A row counts as a line, so that failures are numbered.
      sink.lineCount &+= 1
    }
    return nil
  }
}
