import TouchstoneJourneys
import TouchstoneText

/// Turns the fields of records into events.
struct EventRowParser: FieldSink, ~Copyable {
  private let layout: EventLayout
  private let known: TouchpointTable
  private let provisionalStart: Int32
  private var names = NameCache()
  private var kinds: [(text: [UInt8], meaning: EventKinds.Meaning)] = []
  /// What the records came to so far.
  var block: ParsedEvents
  /// The fields of the record, by column.
  private let fields: UnsafeMutablePointer<FieldBytes>
  private let hasFixedColumns: Bool
  // The columns that every record needs, at hand; -1 for those that are not there.
  private let timeColumn: Int
  private let nameColumn: Int
  private let singleUserColumn: Int
  private let kindColumn: Int
  private let conversionsColumn: Int
  private let valueColumn: Int
  private let hasMeasures: Bool
  private let hasSeveralNames: Bool
  private let timeParser: TimeParser
  /// The parts of the event's touchpoint, where there are several.
  private var name: [UInt8] = []

  /// Kinds remembered: more than a log should have, and few enough to be compared one after the other.
  private static let mostKinds = 32
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
  private func columnName(_ column: Int) -> String { quotedForMessage(layout.columnNames[column]) }

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

  private mutating func appendMeasures() throws(RecordFault) {
    for (index, column) in layout.measures.enumerated() {
      let field = fields[column].trimmed
      if field.isEmpty {
        block.batch.appendMeasure(.nan)
        continue
      }
      let isCost = layout.hasCost && index == 0
      let number = DecimalNumber.parse(field.bytes)
      guard let number, abs(number) <= RowLimits.largestValue, !isCost || number >= 0 else {
        throw RecordFault(
          position: field.origin,
          problem: "\(columnName(column)) is \(quotedForMessage(field.bytes)),"
            + " which is no \(isCost ? "cost" : "number")",
          remedy: isCost
            ? "write a number from 0 on, without currency or thousands separators"
            : "write a number, leave it empty, or leave the column out")
      }
      block.batch.appendMeasure(number)
    }
  }

  // MARK: Roles

  /// What the kind, conversion and value columns make of the event.
  @inline(__always)
  private mutating func readRole(_ event: inout Event) throws(RecordFault) {
    var meaning = EventKinds.Meaning.touch(.visit)
    if kindColumn >= 0 { meaning = kindMeaning(fields[kindColumn].trimmed) }
    var conversions = 0.0
    if conversionsColumn >= 0 {
      conversions = try count(fields[conversionsColumn].trimmed)
    } else if case .conversion = meaning {
      conversions = 1
    }
    var value = 0.0
    if valueColumn >= 0 {
      value = try self.value(fields[valueColumn].trimmed)
      if conversionsColumn < 0 && kindColumn < 0 && value > 0 { conversions = 1 }
    }
    if conversions == 0 && value == 0 {
      if case .touch(let kind) = meaning {
        event.kind = kind
        event.role = .touch
        return
      }
    }
    try readOutcome(&event, meaning, conversions, value)
  }

  private func readOutcome(
    _ event: inout Event, _ meaning: EventKinds.Meaning, _ conversions: Double, _ value: Double
  ) throws(RecordFault) {
    if case .touch(let kind) = meaning { event.kind = kind }
    var isRefund = value < 0
    if case .refund = meaning { isRefund = true }
    if isRefund {
      let column = layout.value ?? layout.kind!
      if layout.format.refunds == .reject {
        throw RecordFault(
          position: fields[column].origin,
          problem: "the event is a refund: \(columnName(column)) is"
            + " \(quotedForMessage(fields[column].trimmed.bytes))",
          remedy: "remove it, or take refunds off the conversion before with --refunds net,"
            + " or leave them out with --refunds drop")
      }
      event.role = .refund
      event.value = -abs(value)
      return
    }
    guard conversions > 0 else {
      if value == 0 {
        // A conversion kind whose conversion column says 0: a touch like any other.
        event.role = .touch
        return
      }
      throw RecordFault(
        position: fields[layout.value!].origin,
        problem: "\(columnName(layout.value!)) is \(value) on an event that is no conversion",
        remedy: "count it as one, set the value to 0, or do not read the column with --value-column none")
    }
    event.conversions = conversions
    event.value = value
    event.role =
      event.touchpoint != nil && layout.format.conversionRows == .touch ? .touchAndConversion : .conversion
  }

  @inline(__always)
  private mutating func kindMeaning(_ field: FieldBytes) -> EventKinds.Meaning {
    for (text, meaning) in kinds where text.count == field.count && text.elementsEqual(field.bytes) {
      return meaning
    }
    let meaning = layout.format.kinds.meaning(String(decoding: field.bytes, as: UTF8.self))
    // A log has few kinds; one that has not is not worth remembering.
    if kinds.count < Self.mostKinds { kinds.append((Array(field.bytes), meaning)) }
    return meaning
  }

  @inline(__always)
  private mutating func count(_ field: FieldBytes) throws(RecordFault) -> Double {
    let digit = field.start.pointee &- UInt8(ascii: "0")
    if field.count == 1 && digit <= 9 { return Double(digit) }
    return try countSlowly(field)
  }

  private mutating func countSlowly(_ field: FieldBytes) throws(RecordFault) -> Double {
    if field.isEmpty { return 0 }
    if let count = DecimalNumber.parse(field.bytes), RowLimits.isCount(count) { return count }
    switch String(decoding: field.bytes.prefix(6), as: UTF8.self).lowercased() {
    case "true", "yes", "t", "y", "是": return 1
    case "false", "no", "f", "n", "否": return 0
    default:
      throw RecordFault(
        position: field.origin,
        problem: "\(columnName(layout.conversions!)) is \(quotedForMessage(field.bytes)),"
          + " which is no number of conversions",
        remedy: "write 0 or 1, true or false, or how many conversions the event is")
    }
  }

  @inline(__always)
  private mutating func value(_ field: FieldBytes) throws(RecordFault) -> Double {
    if field.isEmpty { return 0 }
    if let value = DecimalNumber.parse(field.bytes), abs(value) <= RowLimits.largestValue { return value }
    throw RecordFault(
      position: field.origin,
      problem: "\(columnName(layout.value!)) is \(quotedForMessage(field.bytes)), which is no value",
      remedy: "write a number such as 12.5, below 1e15, without currency or thousands separators")
  }
}
