/// Cuts delimited text (CSV, TSV) into records and fields, in place: no field is copied unless quotes inside it must be
/// undone.
struct DelimitedRecords: Sendable {
  let delimiter: UInt8
  let columnCount: Int
  private let delimiterPattern: UInt64

  init(delimiter: UInt8, columnCount: Int) {
    self.delimiter = delimiter
    self.columnCount = columnCount
    delimiterPattern = ByteScan.pattern(delimiter)
  }

  private static let lineFeed = ByteScan.pattern(UInt8(ascii: "\n"))
  private static let quote = ByteScan.pattern(UInt8(ascii: "\""))

  /// Reads all records of a block, up to the first that cannot be read, and says why that one cannot.
  ///
  /// - Parameter bytes: Whole records; the last byte is a line feed, and sixteen readable bytes follow.
  func parse<Sink: FieldSink & ~Copyable>(
    _ bytes: UnsafeRawBufferPointer, into sink: inout Sink
  ) -> RecordFailure? {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count > 0 else { return nil }
    let end = start + bytes.count
    // Most inputs have no quotes at all; where a block has some, each unquoted field is checked for them.
    let hasQuotes = ByteScan.first(Self.quote, from: start, to: end) < end
    var copies = FieldCopies()
    var position = start
    while position < end {
      let record = position
      do throws(RecordFault) {
        position = try parseRecord(
          from: position, to: end, hasQuotes: hasQuotes, &copies, into: &sink)
      } catch {
        return RecordFailure(error, record: record, lines: sink.lineCount)
      }
    }
    return nil
  }

  /// Reads one record and returns the position behind its line feed.
  @inline(__always)
  private func parseRecord<Sink: FieldSink & ~Copyable>(
    from record: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>, hasQuotes: Bool,
    _ copies: inout FieldCopies, into sink: inout Sink
  ) throws(RecordFault) -> UnsafePointer<UInt8> {
    if record.pointee == UInt8(ascii: "\n")
      || (record.pointee == UInt8(ascii: "\r") && record[1] == UInt8(ascii: "\n"))
    {
      sink.lineCount += 1
      return record + (record.pointee == UInt8(ascii: "\n") ? 1 : 2)
    }
    sink.begin(record)
    var lineFeeds = 0
    var position = record
    var column = 0
    while true {
      let origin = position
      guard column < columnCount else {
        throw unequalColumns(from: origin, to: end)
      }
      if position.pointee == UInt8(ascii: "\"") {
        let field = try quotedField(from: origin, to: end, &copies, &lineFeeds, &position)
        try takeCopied(field, column, into: &sink)
      } else {
        position = ByteScan.first(delimiterPattern, Self.lineFeed, from: origin)
        if hasQuotes { try checkUnquoted(origin, position) }
        try sink.take(FieldBytes(start: origin, end: position, origin: origin), column: column)
      }
      column &+= 1
      if position.pointee != delimiter { break }
      position += 1
    }
    // The record ends in a line feed, behind a quoted field perhaps in a carriage return before it.
    position += position.pointee == UInt8(ascii: "\n") ? 1 : 2
    if column != columnCount {
      throw RecordFault(
        position: record,
        problem: "the row has \(column) columns where the header has \(columnCount)",
        remedy: "quote fields that contain the delimiter, or complete the row")
    }
    try sink.end(record, columns: column)
    sink.lineCount &+= 1 &+ lineFeeds
    copies.removeAll()
    return position
  }

  private func unequalColumns(
    from origin: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) -> RecordFault {
    var columns = columnCount + 1
    var position = ByteScan.first(delimiterPattern, Self.lineFeed, from: origin)
    while position.pointee == delimiter {
      columns += 1
      position = ByteScan.first(delimiterPattern, Self.lineFeed, from: position + 1)
    }
    return RecordFault(
      position: origin,
      problem: "the row has \(columns) columns where the header has \(columnCount)",
      remedy: "quote fields that contain the delimiter")
  }

  /// Refuses a double quote inside an unquoted field.
  ///
  /// To let it pass would leave open where the record ends: quotes decide whether a line feed ends it.
  private func checkUnquoted(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(RecordFault) {
    let quote = ByteScan.first(Self.quote, from: start, to: end)
    if quote < end {
      throw RecordFault(
        position: quote, problem: "a double quote stands inside a field that is not quoted",
        remedy: "quote the whole field, and double the quote inside it")
    }
  }

  // MARK: Quoted fields: the rare case, kept out of the way of the common one

  /// The field that begins with a quote; `position` moves to the delimiter or line end behind it.
  @inline(never)
  private func quotedField(
    from opening: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>, _ copies: inout FieldCopies,
    _ lineFeeds: inout Int, _ position: inout UnsafePointer<UInt8>
  ) throws(RecordFault) -> FieldBytes {
    position = try quotedFieldEnd(from: opening, to: end)
    let field = FieldBytes(start: opening + 1, end: position - 1, origin: opening)
    lineFeeds += field.bytes.count { $0 == UInt8(ascii: "\n") }
    if !field.bytes.contains(UInt8(ascii: "\"")) { return field }
    // Quotes inside were doubled; undo that in a copy.
    var bytes: [UInt8] = []
    var index = 0
    while index < field.bytes.count {
      bytes.append(field.bytes[index])
      index += field.bytes[index] == UInt8(ascii: "\"") ? 2 : 1
    }
    return copies.keep(bytes, origin: opening)
  }

  /// A fault inside a copy is placed at the field, since the copy's positions mean nothing in the input.
  @inline(__always)
  private func takeCopied<Sink: FieldSink & ~Copyable>(
    _ field: FieldBytes, _ column: Int, into sink: inout Sink
  ) throws(RecordFault) {
    do throws(RecordFault) {
      try sink.take(field, column: column)
    } catch {
      throw field.start == field.origin + 1
        ? error
        : RecordFault(position: field.origin, problem: error.problem, remedy: error.remedy)
    }
  }

  /// The end of a quoted field: the delimiter, line feed, or carriage return of a line's end, behind
  /// the closing quote.
  private func quotedFieldEnd(
    from opening: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) throws(RecordFault) -> UnsafePointer<UInt8> {
    var position = opening + 1
    while true {
      position = ByteScan.first(Self.quote, from: position, to: end)
      guard position < end else {
        throw RecordFault(
          position: opening, problem: "this double quote is never closed",
          remedy: "close it, or double it where it belongs to the text")
      }
      position += 1
      if position < end && position.pointee == UInt8(ascii: "\"") {
        position += 1
        continue
      }
      if position < end
        && (position.pointee == delimiter || position.pointee == UInt8(ascii: "\n")
          || (position.pointee == UInt8(ascii: "\r") && position[1] == UInt8(ascii: "\n")))
      {
        return position
      }
      throw RecordFault(
        position: position, problem: "text follows a closing double quote",
        remedy: "double a quote that belongs to the text, and quote the whole field")
    }
  }
}

/// Fields that had to be changed, kept until their record ends, each with readable bytes behind it.
struct FieldCopies: ~Copyable {
  private var copies: [UnsafeMutablePointer<UInt8>] = []

  deinit { for copy in copies { copy.deallocate() } }

  mutating func keep(_ bytes: [UInt8], origin: UnsafePointer<UInt8>) -> FieldBytes {
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + ByteBlock.padding)
    copy.initialize(repeating: 0, count: bytes.count + ByteBlock.padding)
    for (index, byte) in bytes.enumerated() { copy[index] = byte }
    copies.append(copy)
    return FieldBytes(
      start: UnsafePointer(copy), end: UnsafePointer(copy + bytes.count), origin: origin)
  }

  @inline(__always)
  mutating func removeAll() {
    guard !copies.isEmpty else { return }
    for copy in copies { copy.deallocate() }
    copies.removeAll(keepingCapacity: true)
  }
}
