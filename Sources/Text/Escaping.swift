/// Makes text from data harmless where it is shown.
package enum Escaping {
  /// Control and format characters become `\u{…}`, so that they cannot steer a terminal.
  package static func terminal(_ text: String) -> String {
    replacing(text) { scalar in
      switch scalar.properties.generalCategory {
      // The joiners inside emoji and Indic words are format characters, and harmless.
      case .format: scalar.value == 0x200D || scalar.value == 0x200C ? nil : escaped(scalar)
      case .control, .lineSeparator, .paragraphSeparator: escaped(scalar)
      default: nil
      }
    }
  }

  /// The characters with which a spreadsheet takes a cell for a formula (OWASP, "CSV injection"), all of them ASCII.
  package static let formulaStarts = Array("=+-@\t\r".utf8)

  /// A CSV field: quoted where it must be; text that a spreadsheet would take for a formula gets an apostrophe in
  /// front.
  package static func csv(_ text: String) -> String {
    var text = text
    if let first = text.utf8.first, formulaStarts.contains(first) { text = "'" + text }
    let needsQuotes = text.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
    guard needsQuotes else { return text }
    // By scalar: a quote that carries an accent is another character, and still a quote to a CSV reader.
    return "\"" + replacing(text) { $0 == "\"" ? "\"\"" : nil } + "\""
  }

  /// A JSON string, quotes included.
  package static func json(_ text: String) -> String {
    "\""
      + replacing(text) { scalar in
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\u{0}"..."\u{1F}": "\\u" + String(0x10000 + scalar.value, radix: 16).dropFirst()
        default: nil
        }
      } + "\""
  }

  /// Text inside a Markdown table: no cell ends early, and nothing becomes markup or HTML.
  package static func markdown(_ text: String) -> String {
    replacing(terminal(text)) { scalar in
      switch scalar {
      case "|", "*", "_", "`", "[", "]", "\\", "#", "~": "\\\(scalar)"
      case "<": "&lt;"
      case ">": "&gt;"
      case "&": "&amp;"
      default: nil
      }
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
  }

  private static func replacing(
    _ text: String, _ replacement: (Unicode.Scalar) -> String?
  ) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if let text = replacement(scalar) {
        result += text
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
