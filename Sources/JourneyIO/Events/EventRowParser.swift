import TouchstoneJourneys
import TouchstoneText

/// Turns the fields of records into events.
struct EventRowParser: FieldSink, ~Copyable {
  let layout: EventLayout
  private let known: TouchpointTable
  private let provisionalStart: Int32
  private var names = NameCache()
  var kinds: [(text: [UInt8], meaning: EventKinds.Meaning)] = []
  /// What the records came to so far.
  var block: ParsedEvents
  /// The fields of the record, by column.
  let fields: UnsafeMutablePointer<FieldBytes>
  private let hasFixedColumns: Bool
  // The columns that every record needs, at hand; -1 for those that are not there.
  private let timeColumn: Int
  private let nameColumn: Int
  private let singleUserColumn: Int
  let kindColumn: Int
  let conversionsColumn: Int
  let valueColumn: Int
  private let hasMeasures: Bool
  private let hasSeveralNames: Bool
  private let timeParser: TimeParser
  /// The parts of the event's touchpoint, where there are several.
  private var name: [UInt8] = []

  /// Kinds remembered: more than a log should have, and few enough to be compared one after the other.
  static let mostKinds = 32
  var lineCount: Int {
    get { block.lineCount }
    set { block.lineCount = newValue }
  }

  /// - Parameters:
  ///   - known: The names that keep their ids; others get provisional ones.
  ///   - block: Where events go; it must be empty.
  init(_ layout: EventLayout, known: TouchpointTable, block: consuming ParsedEvents) {
    self.layout = layout
    self.known = known
    self.block = block
    provisionalStart = Int32(known.count)
    hasFixedColumns = layout.delimiter != nil
    timeColumn = layout.time
    nameColumn = layout.names[0].column
    singleUserColumn = layout.users.count == 1 ? layout.users[0] : -1
    kindColumn = layout.kind ?? -1
    conversionsColumn = layout.conversions ?? -1
    valueColumn = layout.value ?? -1
    hasMeasures = !layout.measures.isEmpty
    hasSeveralNames = layout.names.count > 1
    timeParser = layout.timeParser
    fields = .allocate(capacity: layout.columnNames.count)
  }

  deinit { fields.deallocate() }

  consuming func finish(_ failure: RecordFailure?) -> ParsedEvents {
    block.failure = failure
    return block
  }

  @inline(__always)
  mutating func begin(_ record: UnsafePointer<UInt8>) {
    // Rows of delimited text give every column; other records may leave some out.
    if hasFixedColumns { return }
    for column in layout.columnNames.indices {
      (fields + column).initialize(to: FieldBytes(start: record, end: record, origin: record))
    }
  }

  @inline(__always)
  mutating func take(_ field: FieldBytes, column: Int) throws(RecordFault) {
    (fields + column).initialize(to: field)
  }

  @inline(__always)
  mutating func end(_ record: UnsafePointer<UInt8>, columns: Int) throws(RecordFault) {
    block.rowCount &+= 1
    let time = try time()
    let touchpoint = try touchpoint()
    var event = Event(time: time, touchpoint: touchpoint, role: .conversion)
    try readRole(&event)
    if event.role == .touch && touchpoint == nil {
      if layout.format.emptyTouchpoints == .drop {
        block.withoutTouchpoint += 1
        return
      }
      throw RecordFault(
        position: fields[layout.names[0].column].origin,
        problem: "the event names no touchpoint",
        remedy: "complete the row, or leave such events out with --empty-touchpoints drop")
    }
    try appendIdentifiers()
    if hasMeasures { try appendMeasures() }
    block.batch.append(event)
  }

  /// Refuses a key of JSON that the first records do not have and that would have been read if they had: what it says
  /// must not be lost in silence.
  mutating func meetUnknownKey(_ key: String, at position: UnsafePointer<UInt8>) throws(RecordFault) {
    guard let option = layout.optionForMissing(key) else { return }
    throw RecordFault(
      position: position,
      problem:
        "the key \(quotedForMessage(key)) holds no single value, or occurs here for the first time,"
        + " too late to be found",
      remedy: "name it with \(option), or leave it out with \(option) none")
  }

  // MARK: Fields
  //
  // What is called for every record is mutating even where it changes nothing: the compiler copies the whole parser,
  // 720 bytes, for a call that borrows it.

  /// A column's name as messages show it.
  func columnName(_ column: Int) -> String { quotedForMessage(layout.columnNames[column]) }

  @inline(__always)
  private mutating func time() throws(RecordFault) -> Int64 {
    let field = fields[timeColumn].trimmed
    if let time = timeParser.parse(field.bytes) { return time }
    throw timeFault(field)
  }

  private func timeFault(_ field: FieldBytes) -> RecordFault {
    let column = columnName(layout.time)
    if layout.format.time.dateOrder == nil, TimeParser.isAmbiguousDate(field.bytes) {
      return RecordFault(
        position: field.origin,
        problem:
          "\(column) is \(quotedForMessage(field.bytes)), and nothing says whether the day or the month comes first",
        remedy: "say it with --date-order day-first or month-first")
    }
    if TimeParser.isPlainNumber(field.bytes), layout.format.time.unit == nil {
      return RecordFault(
        position: field.origin,
        problem: "\(column) is \(quotedForMessage(field.bytes)), which is no time like the first one of the input",
        remedy: "give the unit with --time-unit seconds, milliseconds or microseconds, or correct the row")
    }
    return RecordFault(
      position: field.origin,
      problem: "\(column) is \(field.isEmpty ? "empty" : quotedForMessage(field.bytes) + ", which is no time")",
      remedy: "correct the row; \(TimeFormat.accepted)")
  }

  @inline(__always)
  private mutating func appendIdentifiers() throws(RecordFault) {
    if singleUserColumn >= 0 {
      let field = fields[singleUserColumn].trimmed
      if !field.isEmpty {
        block.batch.appendIdentifier(field.rawBytes, column: 0)
        return
      }
    }
    try appendSeveralIdentifiers()
  }

  private mutating func appendSeveralIdentifiers() throws(RecordFault) {
    var isMissing = true
    for (identifier, column) in layout.users.enumerated() {
      let field = fields[column].trimmed
      if !field.isEmpty { isMissing = false }
      block.batch.appendIdentifier(field.rawBytes, column: identifier)
    }
    if isMissing {
      let columns = layout.users.map { columnName($0) }.joined(separator: ", ")
      throw RecordFault(
        position: fields[layout.users[0]].origin, problem: "the event has no id: \(columns) is empty",
        remedy: "complete the row, or remove it")
    }
  }

  /// The touchpoint's id, provisional where it is new; `nil` where there is none.
  @inline(__always)
  private mutating func touchpoint() throws(RecordFault) -> Int32? {
    if hasSeveralNames { return try touchpointOfParts() }
    let field = fields[nameColumn].trimmed
    let length = field.count
    if length == 0 { return nil }
    guard length <= 8 else { return try touchpointByTable(field) }
    let word = ByteScan.word(field.start, length: length)
    if let id = names.id(of: word, length: length) { return id }
    let id = try touchpointByTable(field)
    names.keep(id, of: word, length: length)
    return id
  }

  private mutating func touchpointByTable(_ field: FieldBytes) throws(RecordFault) -> Int32 {
    let bytes = field.rawBytes
    if let id = known.id(ofBytes: bytes) { return id }
    if let id = block.newNames.id(ofBytes: bytes) { return provisionalStart + id }
    do throws(RecordFault) {
      try TouchpointName.check(field.bytes)
    } catch {
      throw RecordFault(position: field.origin, problem: error.problem, remedy: error.remedy)
    }
    return provisionalStart + block.newNames.internBytes(bytes)
  }

  /// Source, medium and so on with separators between them; `nil` where all are empty.
  private mutating func touchpointOfParts() throws(RecordFault) -> Int32? {
    name.removeAll(keepingCapacity: true)
    var isEmpty = true
    for (index, part) in layout.names.enumerated() {
      let field = fields[part.column].trimmed
      if index > 0 { name.append(EventLayout.partSeparator) }
      if field.bytes.contains(EventLayout.partSeparator) {
        throw RecordFault(
          position: field.origin,
          problem: "the \(part.field.rawValue) \(quotedForMessage(field.bytes)) holds a control character",
          remedy: "remove it")
      }
      name.append(contentsOf: field.bytes)
      if !field.isEmpty {
        isEmpty = false
        if !name.withUnsafeBufferPointer({ String(validating: $0, as: UTF8.self) != nil }) {
          throw RecordFault(
            position: field.origin,
            problem: "the \(part.field.rawValue) \(quotedForMessage(field.bytes)) is not UTF-8",
            remedy: "save the file as UTF-8")
        }
      }
    }
    if isEmpty { return nil }
    // Its parts are UTF-8, and none of the reserved names has parts.
    if let id = name.withUnsafeBytes({ known.id(ofBytes: $0) }) { return id }
    return provisionalStart + name.withUnsafeBytes { block.newNames.internBytes($0) }
  }
}
