import TouchstoneJourneys
import TouchstoneText

/// Cuts JSON Lines into records and fields: one object a line, its keys the columns; the keys of an object inside are
/// named with a point between, as in `user.id`.
///
/// In place, as for delimited text: only strings with escapes are copied.
struct JSONRecords: Sendable {
  /// The longest key of an object that another one holds, with the points between: deeper nesting would overflow the
  /// stack.
  private static let mostPrefix = 4096

  /// The ids are the columns.
  private let keys: TouchpointTable

  /// - Parameter keys: The keys to give to the sink, by column; all others are passed over.
  init(keys: [String]) { self.keys = TouchpointTable(keys) }

  /// Reads all records of a block, up to the first that cannot be read, and says why that one cannot.
  ///
  /// - Parameter bytes: Whole lines; the last byte is a line feed, and sixteen readable bytes follow.
  func parse<Sink: FieldSink & ~Copyable>(
    _ bytes: UnsafeRawBufferPointer, into sink: inout Sink
  ) -> RecordFailure? {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count > 0 else { return nil }
    let end = start + bytes.count
    var copies = FieldCopies()
    var prefix: [UInt8] = []
    var line = start
    while line < end {
      let lineEnd = ByteScan.first(ByteScan.pattern(UInt8(ascii: "\n")), from: line, to: end)
      do throws(RecordFault) {
        var scanner = JSONScanner(position: line, end: lineEnd)
        scanner.skipBlanks()
        if scanner.position < lineEnd {
          sink.begin(line)
          prefix.removeAll(keepingCapacity: true)
          try readObject(&scanner, &prefix, &copies, into: &sink)
          scanner.skipBlanks()
          guard scanner.position == lineEnd else {
            throw RecordFault(
              position: scanner.position, problem: "text follows the object of this line",
              remedy: "write one JSON object a line")
          }
          try sink.end(line, columns: keys.names.count)
          copies.removeAll()
        }
      } catch {
        return RecordFailure(error, record: line, lines: sink.lineCount)
      }
      sink.lineCount &+= 1
      line = lineEnd + 1
    }
    return nil
  }

  private func readObject<Sink: FieldSink & ~Copyable>(
    _ scanner: inout JSONScanner, _ prefix: inout [UInt8], _ copies: inout FieldCopies,
    into sink: inout Sink
  ) throws(RecordFault) {
    let opening = scanner.position
    try scanner.expect("{", "a JSON object begins with {")
    scanner.skipBlanks()
    if scanner.skip("}") { return }
    while true {
      scanner.skipBlanks()
      let key = try scanner.string(&copies)
      scanner.skipBlanks()
      try scanner.expect(":", "a colon follows a key")
      scanner.skipBlanks()
      let column = self.column(prefix, key)
      switch scanner.byte {
      case UInt8(ascii: "{"):
        if let column {
          throw nested(column, "an object", "name its inner key, as in \(name(column)).id", scanner.position)
        }
        try meet(prefix, key, &sink)
        guard prefix.count < Self.mostPrefix else {
          throw RecordFault(
            position: opening, problem: "objects are nested too deeply", remedy: "flatten the record")
        }
        let length = prefix.count
        prefix.append(contentsOf: key.bytes)
        prefix.append(UInt8(ascii: "."))
        try readObject(&scanner, &prefix, &copies, into: &sink)
        prefix.removeLast(prefix.count - length)
      case UInt8(ascii: "["):
        if let column { throw nested(column, "a list", "write one value", scanner.position) }
        try meet(prefix, key, &sink)
        try scanner.skipList()
      default:
        let value = try scanner.scalar(&copies)
        if let column {
          try sink.take(value, column: column)
        } else {
          try meet(prefix, key, &sink)
        }
      }
      scanner.skipBlanks()
      if scanner.skip(",") { continue }
      try scanner.expect("}", "a comma or } follows a value")
      return
    }
  }

  /// Tells the sink of a key that is none of the columns.
  private func meet<Sink: FieldSink & ~Copyable>(
    _ prefix: [UInt8], _ key: FieldBytes, _ sink: inout Sink
  ) throws(RecordFault) {
    let name = String(decoding: prefix, as: UTF8.self) + String(decoding: key.bytes, as: UTF8.self)
    try sink.meetUnknownKey(name, at: key.origin)
  }

  private func name(_ column: Int) -> String { keys.names[column] }

  private func nested(
    _ column: Int, _ found: String, _ remedy: String, _ position: UnsafePointer<UInt8>
  ) -> RecordFault {
    RecordFault(
      position: position, problem: "\(quotedForMessage(name(column))) holds \(found)", remedy: remedy)
  }

  /// The column of a key inside objects whose keys and points are `prefix`.
  @inline(__always)
  private func column(_ prefix: [UInt8], _ key: FieldBytes) -> Int? {
    if prefix.isEmpty { return keys.id(ofBytes: key.rawBytes).map(Int.init) }
    return (prefix + key.bytes).withUnsafeBytes { keys.id(ofBytes: $0).map(Int.init) }
  }

  // MARK: Keys

  /// The keys of a sample's records, in the order in which they occur, up to the first that cannot be read.
  ///
  /// - Throws: Where not even the first record can be read.
  static func keys(of sample: UnsafeRawBufferPointer) throws(RecordFailure) -> [String] {
    guard let base = sample.bindMemory(to: UInt8.self).baseAddress else { return [] }
    let end = base + sample.count
    var line = base
    var keys = TouchpointTable()
    var (lines, records) = (0, 0)
    var copies = FieldCopies()
    while line < end {
      let lineEnd = ByteScan.first(ByteScan.pattern(UInt8(ascii: "\n")), from: line, to: end)
      var scanner = JSONScanner(position: line, end: lineEnd)
      scanner.skipBlanks()
      if scanner.position < lineEnd {
        do throws(RecordFault) {
          try collect(&scanner, "", &keys, &copies)
        } catch {
          if records == 0 { throw RecordFailure(error, record: line, lines: lines) }
          return keys.names
        }
        records += 1
      }
      lines += 1
      line = lineEnd + 1
    }
    return keys.names
  }

  private static func collect(
    _ scanner: inout JSONScanner, _ prefix: String, _ keys: inout TouchpointTable, _ copies: inout FieldCopies
  ) throws(RecordFault) {
    try scanner.expect("{", "a JSON object begins with {")
    scanner.skipBlanks()
    if scanner.skip("}") { return }
    guard prefix.utf8.count < mostPrefix else { return }
    while true {
      scanner.skipBlanks()
      let key = prefix + String(decoding: try scanner.string(&copies).bytes, as: UTF8.self)
      scanner.skipBlanks()
      try scanner.expect(":", "a colon follows a key")
      scanner.skipBlanks()
      switch scanner.byte {
      case UInt8(ascii: "{"): try collect(&scanner, key + ".", &keys, &copies)
      case UInt8(ascii: "["): try scanner.skipList()
      default:
        _ = try scanner.scalar(&copies)
        keys.intern(key)
      }
      scanner.skipBlanks()
      if scanner.skip(",") { continue }
      try scanner.expect("}", "a comma or } follows a value")
      return
    }
  }
}
