/// Walks over the text of one JSON value, on one line.
struct JSONScanner {
  private(set) var position: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>

  init(position: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
    self.position = position
    self.end = end
  }

  /// The next byte; 0 at the end.
  @inline(__always)
  var byte: UInt8 { position < end ? position.pointee : 0 }

  @inline(__always)
  mutating func skipBlanks() {
    while position < end, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") {
      position += 1
    }
  }

  @inline(__always)
  mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard byte == UInt8(ascii: mark), position < end else { return false }
    position += 1
    return true
  }

  @inline(__always)
  mutating func expect(_ mark: Unicode.Scalar, _ rule: String) throws(RecordFault) {
    guard skip(mark) else { throw fault("this line is no JSON object: \(rule)") }
  }

  private func fault(_ problem: String) -> RecordFault {
    RecordFault(position: position, problem: problem, remedy: "write one JSON object a line")
  }

  /// A number, a word or a string as the bytes of a field; `null` is empty.
  @inline(__always)
  mutating func scalar(_ copies: inout FieldCopies) throws(RecordFault) -> FieldBytes {
    if byte == UInt8(ascii: "\"") { return try string(&copies) }
    let start = position
    while position < end, Self.isWord(position.pointee) { position += 1 }
    let field = FieldBytes(start: start, end: position, origin: start)
    switch start < end ? start.pointee : 0 {
    case 0x30...0x39, UInt8(ascii: "-"):
      guard field.bytes.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { break }
      return field
    case UInt8(ascii: "t") where field.bytes.elementsEqual("true".utf8): return field
    case UInt8(ascii: "f") where field.bytes.elementsEqual("false".utf8): return field
    case UInt8(ascii: "n") where field.bytes.elementsEqual("null".utf8):
      return FieldBytes(start: position, end: position, origin: start)
    default: break
    }
    position = start
    throw fault("this line is no JSON object: a value is missing or misspelt")
  }

  @inline(__always)
  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// A string's bytes, with escapes undone in a copy.
  @inline(__always)
  mutating func string(_ copies: inout FieldCopies) throws(RecordFault) -> FieldBytes {
    let opening = position
    try expect("\"", "a double quote begins a key or a string")
    let start = position
    while position < end {
      let byte = position.pointee
      if byte == UInt8(ascii: "\"") {
        position += 1
        return FieldBytes(start: start, end: position - 1, origin: opening)
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start, origin: opening, &copies) }
      position += 1
    }
    position = opening
    throw fault("a string is never closed")
  }

  private mutating func escapedString(
    from start: UnsafePointer<UInt8>, origin: UnsafePointer<UInt8>, _ copies: inout FieldCopies
  ) throws(RecordFault) -> FieldBytes {
    var bytes = Array(UnsafeBufferPointer(start: start, count: position - start))
    while position < end {
      let byte = position.pointee
      position += 1
      if byte == UInt8(ascii: "\"") { return copies.keep(bytes, origin: origin) }
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      let mark = self.byte
      position += 1
      switch mark {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(mark)
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "u"): bytes.append(contentsOf: String(try unicodeScalar()).utf8)
      default:
        position -= 2
        throw fault("a string has an escape that JSON does not know")
      }
    }
    position = origin
    throw fault("a string is never closed")
  }

  /// The scalar behind `\u`, of two escapes where the first is half of a pair.
  private mutating func unicodeScalar() throws(RecordFault) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, skip("\\"), skip("u") else { throw fault("half of a surrogate pair stands alone") }
    let second = try hexadecimal()
    guard (0xDC00...0xDFFF).contains(second) else { throw fault("half of a surrogate pair stands alone") }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))!
  }

  private mutating func hexadecimal() throws(RecordFault) -> UInt32 {
    let digits = UnsafeBufferPointer(start: position, count: min(4, end - position))
    guard digits.count == 4,
      digits.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw fault("\\u is not followed by four hexadecimal digits") }
    position += 4
    return value
  }

  /// Passes over a list, whatever it holds.
  mutating func skipList() throws(RecordFault) {
    let opening = position
    var depth = 0
    while position < end {
      switch position.pointee {
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: "\""):
        position += 1
        while position < end, position.pointee != UInt8(ascii: "\"") {
          position += position.pointee == UInt8(ascii: "\\") ? 2 : 1
        }
      default: break
      }
      position += 1
      if depth == 0 && position <= end { return }
    }
    position = opening
    throw fault("a list is never closed")
  }
}
