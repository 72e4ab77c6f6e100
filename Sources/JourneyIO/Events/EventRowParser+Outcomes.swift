import TouchstoneJourneys
import TouchstoneText

/// What an event is, and its numbers.
extension EventRowParser {
  mutating func appendMeasures() throws(RecordFault) {
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
  mutating func readRole(_ event: inout Event) throws(RecordFault) {
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
