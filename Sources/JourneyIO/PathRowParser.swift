import Journeys

/// Turns records into rows of a path table, in place: no field is copied unless quotes inside it
/// must be undone.
struct PathRowParser: Sendable {
  let layout: PathTableLayout
  let known: TouchpointTable
  let provisionalStart: Int32
  private let delimiter: UInt64
  let separator: [UInt8]
  let separatorStart: UInt64

  /// - Parameter known: The names that keep their ids; others get provisional ones.
  init(_ layout: PathTableLayout, known: TouchpointTable) {
    self.layout = layout
    self.known = known
    provisionalStart = Int32(known.count)
    delimiter = ByteScan.pattern(layout.delimiter)
    separator = Array(layout.pathSeparator.utf8)
    separatorStart = ByteScan.pattern(separator[0])
  }

  private static let lineFeed = ByteScan.pattern(UInt8(ascii: "\n"))
  static let quote = ByteScan.pattern(UInt8(ascii: "\""))

  /// Reads all records of a block, up to the first that cannot be read.
  ///
  /// - Parameter bytes: Whole records; the last byte is a line feed, and eight readable bytes follow.
  func parse(_ bytes: UnsafeRawBufferPointer, into result: inout ParsedBlock) {
    guard bytes.count > 0 else { return }
    let start = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
    let end = start + bytes.count
    var names = NameCache()
    // Most inputs have no quotes at all; where a block has some, each unquoted field is checked for them.
    let hasQuotes = ByteScan.first(Self.quote, from: start, to: end) < end
    var position = start
    while position < end {
      let record = position
      do throws(Fault) {
        position = try parseRecord(from: position, to: end, hasQuotes: hasQuotes, &names, into: &result)
      } catch {
        result.failure = failure(error, in: start..<end, record: record, lines: result.lineCount)
        return
      }
    }
  }

  /// A reason to refuse a record, and where it begins.
  ///
  /// `@unchecked Sendable`: it is caught before the call that threw it returns.
  struct Fault: Error, @unchecked Sendable {
    var position: UnsafePointer<UInt8>
    var problem: String
    var remedy: String
  }

  private func failure(
    _ fault: Fault, in block: Range<UnsafePointer<UInt8>>, record: UnsafePointer<UInt8>, lines: Int
  ) -> RowFailure {
    let before = UnsafeBufferPointer(start: record, count: fault.position - record)
    let line = before.lastIndex(of: UInt8(ascii: "\n")).map { before[($0 + 1)...] } ?? before[...]
    return RowFailure(
      lineOffset: lines + before.count { $0 == UInt8(ascii: "\n") },
      // Characters, as an editor counts them: continuation bytes of UTF-8 start none.
      column: line.count { $0 & 0xC0 != 0x80 } + 1,
      problem: fault.problem, remedy: fault.remedy)
  }

  /// One field of a record: its bytes without quotes, and where it begins in the input.
  struct FieldBytes {
    var start: UnsafePointer<UInt8>
    var end: UnsafePointer<UInt8>
    var origin: UnsafePointer<UInt8>

    /// Without spaces, and without the carriage return of a line's end.
    @inline(__always)
    var trimmed: FieldBytes {
      var field = self
      while field.start < end && field.start.pointee == UInt8(ascii: " ") { field.start += 1 }
      while field.start < field.end && Self.isBlank((field.end - 1).pointee) { field.end -= 1 }
      return field
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\r")
    }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: end - start) }
  }

  /// What a record has said so far.
  struct Row {
    var totals = PathTotals(conversions: 0)
    var touchCount = 0
    var pathOrigin: UnsafePointer<UInt8>
    var valueOrigin: UnsafePointer<UInt8>
    /// Line feeds inside quoted fields.
    var lineFeeds = 0
  }

  /// Reads one record and returns the position behind its line feed.
  @inline(__always)
  private func parseRecord(
    from record: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>, hasQuotes: Bool,
    _ names: inout NameCache, into result: inout ParsedBlock
  ) throws(Fault) -> UnsafePointer<UInt8> {
    if record.pointee == UInt8(ascii: "\n")
      || (record.pointee == UInt8(ascii: "\r") && record[1] == UInt8(ascii: "\n"))
    {
      result.lineCount += 1
      return record + (record.pointee == UInt8(ascii: "\n") ? 1 : 2)
    }
    var row = Row(pathOrigin: record, valueOrigin: record)
    var position = record
    var column = 0
    while true {
      let origin = position
      guard column < layout.fields.count else {
        throw unequalColumns(from: record, origin: origin, to: end)
      }
      let field = layout.fields[column]
      if position.pointee == UInt8(ascii: "\"") {
        position = try readQuoted(field, from: origin, to: end, &names, &row, &result)
      } else {
        position = ByteScan.first(delimiter, Self.lineFeed, from: origin)
        if hasQuotes { try checkUnquoted(origin, position) }
        try read(
          field, FieldBytes(start: origin, end: position, origin: origin), &names, &row, &result)
      }
      column &+= 1
      if position.pointee != layout.delimiter { break }
      position += 1
    }
    // The record ends in a line feed, behind a quoted field perhaps in a carriage return before it.
    position += position.pointee == UInt8(ascii: "\n") ? 1 : 2
    if column != layout.fields.count || row.totals.conversions == 0 || row.touchCount == 0 {
      try check(row, columns: column, record: record)
      if row.totals.journeys == 0 { result.weightlessRows += 1 }
    }
    result.batch.closeRow(touches: row.touchCount, row.totals)
    result.lineCount &+= 1 &+ row.lineFeeds
    return position
  }

  /// Refuses a double quote inside an unquoted field.
  ///
  /// To let it pass would leave open where the record ends: quotes decide whether a line feed ends it.
  private func checkUnquoted(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(Fault) {
    let quote = ByteScan.first(Self.quote, from: start, to: end)
    if quote < end {
      throw Fault(
        position: quote, problem: "a double quote stands inside a field that is not quoted",
        remedy: "quote the whole field, and double the quote inside it")
    }
  }

  /// Refuses what only the whole record shows.
  private func check(
    _ row: Row, columns: Int, record: UnsafePointer<UInt8>
  ) throws(Fault) {
    if columns != layout.fields.count {
      throw Fault(
        position: record,
        problem: "the row has \(columns) columns where the header has \(layout.fields.count)",
        remedy: "quote fields that contain the delimiter, or complete the row")
    }
    if row.totals.conversions == 0 && row.totals.value != 0 {
      throw Fault(
        position: row.valueOrigin,
        problem: "\(columnName(.value)) is \(row.totals.value) on a row without conversions",
        remedy: "count its conversions, or set the value to 0")
    }
    if row.touchCount == 0 && layout.emptyPaths == .reject {
      throw Fault(
        position: row.pathOrigin, problem: "the path is empty",
        remedy: "remove the row, or count it as baseline with --empty-paths baseline")
    }
  }

  /// Takes what a field says.
  @inline(__always)
  func read(
    _ kind: PathTableLayout.Field, _ field: FieldBytes, _ names: inout NameCache, _ row: inout Row,
    _ result: inout ParsedBlock
  ) throws(Fault) {
    switch kind {
    case .path:
      row.pathOrigin = field.origin
      // No path has more touches than half its bytes, rounded up.
      let touches = result.batch.openRow(capacity: (field.end - field.start) / 2 + 1)
      row.touchCount = try readTouches(field, touches, &names, &result.newNames)
    case .conversions:
      row.totals.conversions = try count(field, .conversions)
      if layout.rows == .journeys { row.totals.nonConverting = 1 - row.totals.conversions }
    case .nulls: row.totals.nonConverting = try count(field, .nulls)
    case .value:
      row.valueOrigin = field.origin
      row.totals.value = try value(field)
    case .unused: break
    }
  }

  private func unequalColumns(
    from record: UnsafePointer<UInt8>, origin: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) -> Fault {
    var columns = layout.fields.count + 1
    var position = ByteScan.first(delimiter, Self.lineFeed, from: origin)
    while position.pointee == layout.delimiter {
      columns += 1
      position = ByteScan.first(delimiter, Self.lineFeed, from: position + 1)
    }
    return Fault(
      position: origin,
      problem: "the row has \(columns) columns where the header has \(layout.fields.count)",
      remedy: "quote fields that contain the delimiter")
  }
}
