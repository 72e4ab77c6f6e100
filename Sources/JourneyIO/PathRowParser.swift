import Journeys

/// What a block of records came to.
struct ParsedBlock: Sendable {
  let batch = PathBatch()
  /// Names that the table did not know when the block was parsed; they hold provisional ids, counted
  /// from the table's size.
  var newNames = TouchpointTable()
  /// Line feeds passed, those inside quotes included.
  var lineCount = 0
  var failure: RowFailure?

  mutating func clear() {
    batch.removeAll()
    if newNames.count > 0 { newNames = TouchpointTable() }
    lineCount = 0
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

/// Turns records into rows of a path table, in place: no field is copied unless quotes inside it
/// must be undone.
struct PathRowParser: Sendable {
  private let layout: PathTableLayout
  private let known: TouchpointTable
  private let provisionalStart: Int32
  private let delimiter: UInt64
  private let separator: [UInt8]
  private let separatorStart: UInt64

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
  private static let quote = ByteScan.pattern(UInt8(ascii: "\""))

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
  private struct Fault: Error, @unchecked Sendable {
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
  private struct FieldBytes {
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
  private struct Row {
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
  private func read(
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

  /// Takes what a quoted field says, and returns the position of the delimiter or line end behind it.
  @inline(never)
  private func readQuoted(
    _ kind: PathTableLayout.Field, from opening: UnsafePointer<UInt8>,
    to end: UnsafePointer<UInt8>, _ names: inout NameCache, _ row: inout Row,
    _ result: inout ParsedBlock
  ) throws(Fault) -> UnsafePointer<UInt8> {
    let fieldEnd = try quotedFieldEnd(from: opening, to: end)
    let field = FieldBytes(start: opening + 1, end: fieldEnd - 1, origin: opening)
    row.lineFeeds += field.bytes.count { $0 == UInt8(ascii: "\n") }
    if !field.bytes.contains(UInt8(ascii: "\"")) {
      try read(kind, field, &names, &row, &result)
      return fieldEnd
    }
    // Quotes inside were doubled; undo that in a copy, which is padded like a block.
    var copy = undoubled(field.bytes)
    let length = copy.count
    copy += [UInt8](repeating: 0, count: ByteBlock.padding)
    let fault: Fault? = copy.withUnsafeBufferPointer { copy in
      let start = copy.baseAddress!
      do throws(Fault) {
        let field = FieldBytes(start: start, end: start + length, origin: opening)
        try read(kind, field, &names, &row, &result)
        return nil
      } catch {
        // The copy's positions mean nothing in the input.
        return Fault(position: opening, problem: error.problem, remedy: error.remedy)
      }
    }
    if let fault { throw fault }
    return fieldEnd
  }

  /// The end of a quoted field: the delimiter, line feed, or carriage return of a line's end, behind
  /// the closing quote.
  private func quotedFieldEnd(
    from opening: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) throws(Fault) -> UnsafePointer<UInt8> {
    var position = opening + 1
    while true {
      position = ByteScan.first(Self.quote, from: position, to: end)
      guard position < end else {
        throw Fault(
          position: opening, problem: "this double quote is never closed",
          remedy: "close it, or double it where it belongs to the text")
      }
      position += 1
      if position < end && position.pointee == UInt8(ascii: "\"") {
        position += 1
        continue
      }
      if position < end
        && (position.pointee == layout.delimiter || position.pointee == UInt8(ascii: "\n")
          || (position.pointee == UInt8(ascii: "\r") && position[1] == UInt8(ascii: "\n")))
      {
        return position
      }
      throw Fault(
        position: position, problem: "text follows a closing double quote",
        remedy: "double a quote that belongs to the text, and quote the whole field")
    }
  }

  private func undoubled(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while position < bytes.count {
      result.append(bytes[position])
      position += bytes[position] == UInt8(ascii: "\"") ? 2 : 1
    }
    return result
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

  // MARK: Numbers

  private func columnName(_ field: PathTableLayout.Field) -> String {
    quotedForMessage(layout.name(of: field) ?? "")
  }

  /// The largest count that Double holds exactly together with every smaller one.
  private static let largestCount = 9_007_199_254_740_992.0

  @inline(__always)
  private func count(
    _ field: FieldBytes, _ kind: PathTableLayout.Field
  ) throws(Fault) -> Double {
    let field = field.trimmed
    if layout.rows == .journeys { return try flag(field) }
    // Most counts are one digit.
    let digit = field.start.pointee &- UInt8(ascii: "0")
    if field.end - field.start == 1 && digit <= 9 { return Double(digit) }
    if let count = DecimalNumber.parse(field.bytes), count >= 0, count <= Self.largestCount {
      return count
    }
    throw countFault(field, kind)
  }

  private func countFault(_ field: FieldBytes, _ kind: PathTableLayout.Field) -> Fault {
    let found = "\(columnName(kind)) is \(quotedForMessage(field.bytes))"
    guard let count = DecimalNumber.parse(field.bytes) else {
      return Fault(
        position: field.origin, problem: "\(found), which is no number",
        remedy: "write a count such as 0 or 12, without thousands separators")
    }
    return count < 0
      ? Fault(
        position: field.origin, problem: "\(found), and a count cannot be negative",
        remedy: "correct the row")
      : Fault(
        position: field.origin, problem: "\(found), and counts above 2^53 lose precision",
        remedy: "correct the row, or count in larger units")
  }

  private func flag(_ field: FieldBytes) throws(Fault) -> Double {
    switch String(decoding: field.bytes.prefix(6), as: UTF8.self).lowercased() {
    case "1", "1.0", "true": return 1
    case "0", "0.0", "false": return 0
    default:
      throw Fault(
        position: field.origin,
        problem: "\(columnName(.conversions)) is \(quotedForMessage(field.bytes))"
          + " where one row is one journey",
        remedy: "write 1 or 0, or use --rows paths where a row counts many journeys")
    }
  }

  @inline(__always)
  private func value(_ field: FieldBytes) throws(Fault) -> Double {
    let field = field.trimmed
    // An export leaves the value empty where nothing was sold.
    if field.start == field.end { return 0 }
    if let value = DecimalNumber.parse(field.bytes), value.isFinite { return value }
    throw Fault(
      position: field.origin,
      problem: "\(columnName(.value)) is \(quotedForMessage(field.bytes)), which is no finite number",
      remedy: "write a number such as 12.5, without currency or thousands separators")
  }

  // MARK: Touches

  /// Reads the touches of a path and returns their number.
  @inline(__always)
  private func readTouches(
    _ field: FieldBytes, _ touches: UnsafeMutablePointer<Int32>, _ names: inout NameCache,
    _ newNames: inout TouchpointTable
  ) throws(Fault) -> Int {
    let field = field.trimmed
    if field.start == field.end { return 0 }
    var count = 0
    var position = field.start
    while true {
      let separatorPosition = nextSeparator(from: position, to: field.end)
      var start = position
      var end = separatorPosition
      while start < end && start.pointee == UInt8(ascii: " ") { start += 1 }
      while end > start && (end - 1).pointee == UInt8(ascii: " ") { end -= 1 }
      if start < end {
        touches[count] = try touchpoint(start, end, &names, &newNames)
        count &+= 1
      } else if layout.emptyTouchpoints == .reject {
        throw Fault(
          position: start,
          problem: "a touchpoint is empty in the path \(quotedForMessage(field.bytes))",
          remedy: "correct the path, or skip empty touchpoints with --empty-touchpoints drop")
      }
      if separatorPosition == field.end { return count }
      position = separatorPosition + separator.count
    }
  }

  @inline(__always)
  private func nextSeparator(
    from position: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    var candidate = ByteScan.first(separatorStart, from: position, to: end)
    if separator.count == 1 { return candidate }
    while candidate < end {
      if end - candidate >= separator.count
        && separator.indices.allSatisfy({ candidate[$0] == separator[$0] })
      {
        return candidate
      }
      candidate = ByteScan.first(separatorStart, from: candidate + 1, to: end)
    }
    return end
  }

  @inline(__always)
  private func touchpoint(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ names: inout NameCache,
    _ newNames: inout TouchpointTable
  ) throws(Fault) -> Int32 {
    let length = end - start
    guard length <= 8 else { return try touchpointByTable(start, length, &newNames) }
    let word = ByteScan.word(start, length: length)
    if let id = names.id(of: word, length: length) { return id }
    let id = try touchpointByTable(start, length, &newNames)
    names.keep(id, of: word, length: length)
    return id
  }

  private func touchpointByTable(
    _ start: UnsafePointer<UInt8>, _ length: Int, _ newNames: inout TouchpointTable
  ) throws(Fault) -> Int32 {
    let bytes = UnsafeRawBufferPointer(start: start, count: length)
    if let id = known.id(ofBytes: bytes) { return id }
    if let id = newNames.id(ofBytes: bytes) { return provisionalStart + id }
    return provisionalStart + (try newTouchpoint(bytes, &newNames))
  }

  private func newTouchpoint(
    _ bytes: UnsafeRawBufferPointer, _ newNames: inout TouchpointTable
  ) throws(Fault) -> Int32 {
    let position = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw Fault(
        position: position,
        problem: "the touchpoint \(quotedForMessage(bytes)) is not UTF-8",
        remedy: "save the file as UTF-8")
    }
    if PathTableFormat.reservedNames.contains(name) {
      throw Fault(
        position: position,
        problem: "\(quotedForMessage(name)) is the name of a state of the chain, not of a touchpoint",
        remedy: "rename the touchpoint")
    }
    return newNames.internBytes(bytes)
  }
}
