import Testing
import TouchstoneText

@Suite struct EscapingTests {
  @Test func csvFieldsAreQuotedWhereTheyMustBe() {
    #expect(Escaping.csv("a b") == "a b")
    #expect(Escaping.csv("a,\"b\"\n") == "\"a,\"\"b\"\"\n\"")
    // A quote under an accent is one character in Swift, and a quote to every CSV reader.
    #expect(Escaping.csv("a\"\u{301},b") == "\"a\"\"\u{301},b\"")
  }

  @Test func spreadsheetsTakeNoFieldForAFormula() {
    for start in Escaping.formulaStarts {
      let text = String(UnicodeScalar(start)) + "x"
      #expect(Escaping.csv(text).trimming("\"") == "'" + text)
    }
    // With an accent on top it is another character in Swift, and the same to a spreadsheet.
    #expect(Escaping.csv("=\u{301}x") == "'=\u{301}x")
  }

  @Test func markdownHasNoMarkupFromData() {
    #expect(Escaping.markdown("<b>*&|") == "&lt;b&gt;\\*&amp;\\|")
  }

  @Test func terminalsAreNotSteered() {
    #expect(Escaping.terminal("a\u{1B}[2Jb\nc\u{202E}\u{2028}") == "a\\u{1B}[2Jb\\u{A}c\\u{202E}\\u{2028}")
    #expect(Escaping.terminal("👩‍👩‍👧") == "👩‍👩‍👧")
  }
}

extension String {
  /// Without a character at both ends.
  fileprivate func trimming(_ character: Character) -> String {
    guard count > 1, first == character, last == character else { return self }
    return String(dropFirst().dropLast())
  }
}
