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

/// The same for text that is a string already.
package func quotedForMessage(_ text: String, limit: Int = 60) -> String {
  quotedForMessage(Array(text.utf8), limit: limit)
}

/// Text with control and format characters escaped, so that it cannot steer a terminal.
package func escapedForMessage(_ text: String) -> String {
  text.unicodeScalars.map { isHarmless($0) ? String($0) : $0.escaped(asASCII: true) }.joined()
}

private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
}
