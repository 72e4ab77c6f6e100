import Testing
import TouchstoneText

@testable import TouchstoneJourneyIO

/// JSON Lines that are refused, and what the message says.
@Suite struct JSONErrorTests {
  typealias Case = EventErrorTests.Case

  static let good = #"{"user":"u","time":"2024-05-31","channel":"a","value":0}"# + "\n"

  /// A good line, and then this one.
  static func bad(_ line: String, _ message: String, _ remedy: String = "one JSON object a line") -> Case {
    Case(good + line + "\n", "t:2:" + message, remedy)
  }

  @Test(arguments: [
    bad(#"{"user":"u"#, "9: a string is never closed"),
    bad(#"{"user":"u\"}"#, "9: a string is never closed"),
    bad(#"{"user":"u\"#, "11: a string has an escape"),
    bad(#"{"user":"u"}{"user":"v"}"#, "13: text follows the object of this line"),
    bad(#"{"user":"u","time":"2024-05-31","channel":"a","value":0} x"#, "58: text follows the object"),
    bad(#"{"用户":"u"},"#, "11: text follows the object"),
    bad(#"["u"]"#, "1: this line is no JSON object: a JSON object begins with {"),
    bad("user,time", "1: this line is no JSON object: a JSON object begins with {"),
    bad("null", "1: this line is no JSON object"),
    bad("{", "2: this line is no JSON object: a double quote begins a key"),
    bad("{user:1}", "2: this line is no JSON object: a double quote begins a key"),
    bad("{'user':1}", "2: this line is no JSON object: a double quote begins a key"),
    bad(#"{"user" 1}"#, "9: this line is no JSON object: a colon follows a key"),
    bad(#"{"user":}"#, "9: this line is no JSON object: a value is missing or misspelt"),
    bad(#"{"user":"#, "9: this line is no JSON object: a value is missing"),
    bad(#"{"user":"u",}"#, "13: this line is no JSON object: a double quote begins a key"),
    bad(#"{"user":"u" "time":1}"#, "13: this line is no JSON object: a comma or } follows a value"),
    bad(#"{"user":"u""#, "12: this line is no JSON object: a comma or } follows a value"),
    bad(#"{,"user":"u"}"#, "2: this line is no JSON object: a double quote begins a key"),
    bad(#"{"user":True}"#, "9: this line is no JSON object: a value is missing or misspelt"),
    bad(#"{"user":nul}"#, "9: this line is no JSON object: a value is missing or misspelt"),
    bad(#"{"user":NaN}"#, "9: this line is no JSON object: a value is missing or misspelt"),
    bad(#"{"user":Infinity}"#, "9: this line is no JSON object"),
    bad(#"{"user":+1}"#, "9: this line is no JSON object"),
    bad(#"{"user":.5}"#, "9: this line is no JSON object"), bad(#"{"user":0x10}"#, "9: this line is no JSON object"),
    bad(#"{"user":1 2}"#, "11: this line is no JSON object: a comma or } follows"),
    bad(#"{"user":"a\qb"}"#, "11: a string has an escape that JSON does not know"),
    bad(#"{"user":"\'"}"#, "10: a string has an escape"),
    bad(#"{"user":"\u12"}"#, "12: \\u is not followed by four hexadecimal digits"),
    bad(#"{"user":"\u12G4"}"#, "12: \\u is not followed"),
    bad(#"{"user":"\u+123"}"#, "12: \\u is not followed"),
    bad(#"{"user":"\u-000"}"#, "12: \\u is not followed"),
    bad(#"{"user":"\u-123"}"#, "12: \\u is not followed"),
    bad(#"{"user":"\u"#, "12: \\u is not followed"),
    bad(#"{"user":"\ud83d"}"#, "16: half of a surrogate pair stands alone"),
    bad(#"{"user":"\ud83dx"}"#, "16: half of a surrogate pair stands alone"),
    bad(#"{"user":"\ud83d\n"}"#, "17: half of a surrogate pair stands alone"),
    bad(#"{"user":"\ud83d\ud83d"}"#, "22: half of a surrogate pair stands alone"),
    bad(#"{"user":"\ude00"}"#, "16: half of a surrogate pair stands alone"),
    bad(#"{"user":{"id":1}}"#, "9: \"user\" holds an object;", "name its inner key, as in user.id"),
    bad(#"{"user":["u"]}"#, "9: \"user\" holds a list;", "write one value"),
    bad(#"{"x":[1,2"#, "6: a list is never closed"),
    bad(#"{"x":["]"#, "6: a list is never closed"),
    bad(#"{"x":{"y":{"#, "12: this line is no JSON object"), bad(#"{"x":{"y":1}"#, "13: this line is no JSON object"),
    bad(#"{"user":"u","time":"x","channel":"a","value":0}"#, "20: \"time\" is \"x\", which is no time", "accepted are"),
    bad(#"{"user":"u","time":"\u0078","channel":"a","value":0}"#, "20: \"time\" is \"x\", which is no time", ""),
    bad(#"{"user":"u","channel":"a","value":0}"#, "1: \"time\" is empty", ""),
    bad(#"{"user":null,"time":"2024-05-31","channel":"a","value":0}"#, "9: the event has no id", ""),
    bad(#"{"time":"2024-05-31","channel":"a","value":0}"#, "1: the event has no id", ""),
    bad(#"{"user":"u","time":"2024-05-31","value":0}"#, "1: the event names no touchpoint", "--empty-touchpoints"),
    bad(#"{"user":"u","time":"2024-05-31","channel":"a","value":"5 €"}"#, "55: \"value\" is \"5 €\"", "currency"),
    bad(#"{"user":"u","time":"2024-05-31","channel":"a","value":true}"#, "55: \"value\" is \"true\"", ""),
    bad(#"{"user":"u","time":"2024-05-31","channel":"(null)","value":0}"#, "43: \"(null)\" is the name of", "rename"),
    bad(#"{"user":"u","time":"2024-05-31","channel":"\u0028null)","value":0}"#, "43: \"(null)\" is the name of", ""),
    bad(
      #"{"user":"u","time":"2024-05-31","channel":"a\uD800","value":0}"#, "51: half", ""),
    Case(good + "\n \r\n" + "{]\n", "t:4:2: this line is no JSON object"),
    Case("{}\n", "t:1: no column is known to hold the user; the columns are", "--user-column"),
    Case("{\"a\":}\n", "t:1:6: this line is no JSON object: a value is missing"),
  ])
  func mistakesInLinesAreNamed(_ bad: Case) throws {
    let refusal = EventLogs.refusal { () throws(InputError) in try EventLogs.read(bad.text) }
    let error = try #require(refusal, "accepted")
    #expect(error.description.hasPrefix(bad.message), "\(error)")
    #expect(bad.remedy.isEmpty || error.remedy.contains(bad.remedy), "\(error)")
    // The same in small blocks, since the first line names every key.
    if bad.text.hasPrefix(Self.good) {
      let cut = EventLogs.refusal { () throws(InputError) in try EventLogs.read(bad.text, blockSize: 1) }
      #expect(cut == error)
    }
  }

  /// Numbers are checked where they are read.
  @Test(arguments: ["1-2", "2024-05-31", "-", "1e", "--1", "1.2.3", "1e5e5", "\"\"\"\"", "1_000"])
  func whatIsNoNumberIsRefused(_ value: String) {
    let text = "{\"user\":\"u\",\"time\":\"2024-05-31\",\"channel\":\"a\",\"value\":\(value)}\n"
    let error = EventLogs.refusal { () throws(InputError) in try EventLogs.read(Self.good + text) }
    #expect(error?.line == 2 && error?.kind == .badData, "\(value) was accepted")
  }

  @Test func onlyObjectsNestedTooDeeplyAreRefused() throws {
    for (opening, closing) in [("{\"x\":", "}"), ("{\"\":", "}"), ("[", "]")] {
      for depth in [100, 2_000, 100_000] {
        let nested = String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
        let line = "{\"deep\":\(nested),\"user\":\"v\",\"time\":\"2024-05-31\",\"channel\":\"a\",\"value\":1}\n"
        for text in [Self.good + line, line + Self.good] {
          let error = EventLogs.refusal { () throws(InputError) in try EventLogs.read(text) }
          if opening == "[" || depth == 100 {
            #expect(error == nil, "\(depth) × \(opening): \(error as Any)")
          } else if depth == 100_000 {
            #expect(error != nil)
          }
        }
      }
    }
  }

  @Test func nestingIsRefusedWithARemedy() throws {
    let deep = "{\"deep\":" + String(repeating: "{\"x\":", count: 50_000) + "\n"
    let error = try #require(EventLogs.refusal { () throws(InputError) in try EventLogs.read(Self.good + deep) })
    #expect(error.problem == "objects are nested too deeply")
    #expect(error.remedy == "flatten the record")
    #expect(error.line == 2)
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    let text = #"{"user":"u","time":"2024-05-31","channel":"微~","value":0}"# + "\n"
    for (mark, escape) in [("~", ""), ("~", "\\u0041")] {
      let line = text.replacing(mark, with: mark + escape)
      let bytes = Array((Self.good + line).utf8).map { $0 == UInt8(ascii: "~") ? 0xFF : $0 }
      let error = EventLogs.refusal { () throws(InputError) in try EventReader().read(bytes: bytes, name: "t") }
      #expect(error?.description.hasPrefix("t:2:43: the touchpoint \"微\\xFF") == true, "\(error as Any)")
    }
  }
}
