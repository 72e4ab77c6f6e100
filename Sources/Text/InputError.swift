/// Why an input could not be read: where, what was found, and what to do about it.
public struct InputError: Error, Equatable, CustomStringConvertible {
  /// What went wrong, as far as a program must tell apart.
  public enum Kind: Sendable {
    /// There is no such file, or it may not be read.
    case missing
    /// The file is there, and what it says makes no sense.
    case badData
    /// The operating system failed while reading.
    case readFailure
  }

  public let kind: Kind
  /// The file's path, or "standard input".
  public let source: String
  /// The line, counted from 1, where one is to blame.
  public let line: Int?
  /// The character in that line, counted from 1.
  public let column: Int?
  /// What was found.
  public let problem: String
  /// What the user can do.
  public let remedy: String

  public init(
    _ kind: Kind, source: String, line: Int? = nil, column: Int? = nil, problem: String,
    remedy: String
  ) {
    self.kind = kind
    self.source = source
    self.line = line
    self.column = column
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String {
    var place = escapedForMessage(source)
    if let line { place += ":\(line)" }
    if let column { place += ":\(column)" }
    return "\(place): \(problem); \(remedy)"
  }
}

/// Text from data as it may be shown in a message: quoted, on one line, harmless to a terminal, short.
///
/// - Parameters:
///   - bytes: The text; bytes that are not UTF-8 are shown as `\xNN`.
///   - limit: The most characters shown; what is longer ends in an ellipsis.
package func quotedForMessage(_ bytes: some Collection<UInt8>, limit: Int = 60) -> String {
  var text = "\""
  var shown = 0
  // A character takes at most four bytes, so this prefix always holds `limit` of them.
  var rest = bytes.prefix(limit * 4 + 4)[...]
  while let byte = rest.first {
    if shown == limit {
      return text + "…\""
    }
    shown += 1
    let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    if let character = String(validating: rest.prefix(length), as: UTF8.self) {
      let scalar = character.unicodeScalars.first!
      text += isHarmless(scalar) ? character : scalar.escaped(asASCII: true)
      rest = rest.dropFirst(length)
    } else {
      let digits = String(byte, radix: 16, uppercase: true)
      text += "\\x" + (digits.count == 1 ? "0" : "") + digits
      rest = rest.dropFirst()
    }
  }
  return text + "\""
}

/// Text with control and format characters escaped, so that it cannot steer a terminal.
package func escapedForMessage(_ text: String) -> String {
  text.unicodeScalars.map { isHarmless($0) ? String($0) : $0.escaped(asASCII: true) }.joined()
}

private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
}

/// The same for text that is a string already.
package func quotedForMessage(_ text: String, limit: Int = 60) -> String {
  quotedForMessage(Array(text.utf8), limit: limit)
}
