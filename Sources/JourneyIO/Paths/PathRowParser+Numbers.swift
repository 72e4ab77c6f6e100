import TouchstoneText

/// Counts, flags and values.
///
/// Mutating although they change nothing: the compiler copies the whole parser for a call that borrows it.
extension PathRowParser {
  func columnName(_ field: PathTableLayout.Field) -> String {
    quotedForMessage(layout.name(of: field) ?? "")
  }

  @inline(__always)
  mutating func count(
    _ field: FieldBytes, _ kind: PathTableLayout.Field
  ) throws(RecordFault) -> Double {
    let field = field.trimmed
    if layout.rows == .journeys { return try flag(field) }
    // Most counts are one digit.
    let digit = field.start.pointee &- UInt8(ascii: "0")
    if field.end - field.start == 1 && digit <= 9 { return Double(digit) }
    if let count = DecimalNumber.parse(field.bytes), RowLimits.isCount(count) { return count }
    throw countFault(field, kind)
  }

  private func countFault(_ field: FieldBytes, _ kind: PathTableLayout.Field) -> RecordFault {
    let found = "\(columnName(kind)) is \(quotedForMessage(field.bytes))"
    guard let count = DecimalNumber.parse(field.bytes) else {
      return RecordFault(
        position: field.origin, problem: "\(found), which is no number",
        remedy: "write a count such as 0 or 12, without thousands separators")
    }
    if count > 0 && count < RowLimits.smallestCount {
      return RecordFault(
        position: field.origin, problem: "\(found), and counts below 1e-9 lose precision",
        remedy: "write 0, or count in smaller units")
    }
    return count < 0
      ? RecordFault(
        position: field.origin, problem: "\(found), and a count cannot be negative",
        remedy: "correct the row")
      : RecordFault(
        position: field.origin, problem: "\(found), and counts above 2^53 lose precision",
        remedy: "correct the row, or count in larger units")
  }

  private mutating func flag(_ field: FieldBytes) throws(RecordFault) -> Double {
    if field.end - field.start == 1 {
      if field.start.pointee == UInt8(ascii: "1") { return 1 }
      if field.start.pointee == UInt8(ascii: "0") { return 0 }
    }
    switch String(decoding: field.bytes.prefix(6), as: UTF8.self).lowercased() {
    case "1", "1.0", "true": return 1
    case "0", "0.0", "false": return 0
    default:
      throw RecordFault(
        position: field.origin,
        problem: "\(columnName(.conversions)) is \(quotedForMessage(field.bytes))"
          + " where one row is one journey",
        remedy: "write 1 or 0, or use --rows paths where a row counts many journeys")
    }
  }

  @inline(__always)
  mutating func value(_ field: FieldBytes) throws(RecordFault) -> Double {
    let field = field.trimmed
    // An export leaves the value empty where nothing was sold.
    if field.start == field.end { return 0 }
    if let value = DecimalNumber.parse(field.bytes) {
      if abs(value) <= RowLimits.largestValue { return value }
      throw RecordFault(
        position: field.origin,
        problem: "\(columnName(.value)) is \(quotedForMessage(field.bytes)), and values beyond 1e15 lose precision",
        remedy: "correct the row, or write values in a larger unit")
    }
    throw RecordFault(
      position: field.origin,
      problem: "\(columnName(.value)) is \(quotedForMessage(field.bytes)), which is no number",
      remedy: "write a number such as 12.5, without currency or thousands separators")
  }
}
