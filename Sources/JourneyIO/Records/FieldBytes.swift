/// One field of a record: its bytes without quotes, and where it begins in the input.
///
/// Sixteen bytes behind the end are readable.
struct FieldBytes {
  var start: UnsafePointer<UInt8>
  var end: UnsafePointer<UInt8>
  var origin: UnsafePointer<UInt8>

  /// Without spaces and control characters at both ends, the carriage return of a line's end among them.
  @inline(__always)
  var trimmed: FieldBytes {
    var field = self
    while field.start < end && Self.isBlank(field.start.pointee) { field.start += 1 }
    while field.start < field.end && Self.isBlank((field.end - 1).pointee) { field.end -= 1 }
    return field
  }

  @inline(__always)
  private static func isBlank(_ byte: UInt8) -> Bool {
    byte <= UInt8(ascii: " ")
  }

  @inline(__always)
  var count: Int { end - start }
  @inline(__always)
  var isEmpty: Bool { start == end }
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: end - start) }
  var rawBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(bytes) }
}

/// A reason to refuse a record, and where it begins.
///
/// `@unchecked Sendable`: it is caught before the call that threw it returns.
struct RecordFault: Error, @unchecked Sendable {
  var position: UnsafePointer<UInt8>
  var problem: String
  var remedy: String
}

/// Why a record could not be read; the lines before the block are not counted yet.
struct RecordFailure: Error, Equatable {
  /// Line feeds between the block's start and the line to blame; rows, where the source has no lines.
  var lineOffset: Int
  /// The character in that line, counted from 1.
  var column: Int
  var problem: String
  var remedy: String

  /// - Parameters:
  ///   - record: Where the record begins.
  ///   - lines: Line feeds between the block's start and the record.
  init(_ fault: RecordFault, record: UnsafePointer<UInt8>, lines: Int) {
    let before = UnsafeBufferPointer(start: record, count: fault.position - record)
    let line = before.lastIndex(of: UInt8(ascii: "\n")).map { before[($0 + 1)...] } ?? before[...]
    lineOffset = lines + before.count { $0 == UInt8(ascii: "\n") }
    // Characters, as an editor counts them: continuation bytes of UTF-8 start none.
    column = line.count { $0 & 0xC0 != 0x80 } + 1
    problem = fault.problem
    remedy = fault.remedy
  }

  /// The failure of a row of a source that has no lines.
  ///
  /// - Parameter row: The number of rows between the block's start and the row.
  init(_ fault: RecordFault, row: Int) {
    lineOffset = row
    column = 1
    problem = fault.problem
    remedy = fault.remedy
  }
}

/// Takes the fields of records, one record after the other.
protocol FieldSink: ~Copyable {
  /// Line feeds passed, those inside quotes included.
  var lineCount: Int { get set }
  /// Begins a record.
  mutating func begin(_ record: UnsafePointer<UInt8>)
  /// Takes a field, whose bytes stay where they are until the record ends.
  mutating func take(_ field: FieldBytes, column: Int) throws(RecordFault)
  /// Meets a key of JSON that is none of the columns.
  mutating func meetUnknownKey(_ key: String, at position: UnsafePointer<UInt8>) throws(RecordFault)
  /// Ends a record that had that many columns.
  mutating func end(_ record: UnsafePointer<UInt8>, columns: Int) throws(RecordFault)
}

extension FieldSink where Self: ~Copyable {
  mutating func meetUnknownKey(_ key: String, at position: UnsafePointer<UInt8>) throws(RecordFault) {}
}
