import Testing
import TouchstoneJourneys
import TouchstoneTestSupport
import TouchstoneText

@Suite struct TouchpointTableTests {
  @Test func idsAreDenseInOrderOfAppearance() {
    var table = TouchpointTable()
    #expect(table.intern("微信") == 0)
    #expect(table.intern("paid search") == 1)
    #expect(table.intern("微信") == 0)
    #expect(table.names == ["微信", "paid search"])
    #expect(table.id(of: "paid search") == 1)
    #expect(table.id(of: "paid") == nil)
  }

  /// Names across the boundary of one word, sharing prefixes, with zero bytes, against a dictionary.
  @Test func agreesWithADictionary() {
    var generator = TestGenerator(seed: 1)
    var table = TouchpointTable()
    var twin: [String: Int32] = [:]
    for _ in 0..<3_000 {
      let length = Int.random(in: 0...20, using: &generator)
      let name = String((0..<length).map { _ in "ab\0".randomElement(using: &generator)! })
      #expect(table.id(of: name) == twin[name])
      let id = table.intern(name)
      if twin[name] == nil { twin[name] = Int32(twin.count) }
      #expect(id == twin[name])
    }
    #expect(table.count == twin.count)
  }
}

@Suite struct SuggestionTests {
  @Test func nearNamesAreFound() {
    let names = ["markov", "linear", "shapley", "shapley-rate"]
    #expect(Suggestion.nearest(to: "makrov", in: names) == "markov")
    #expect(Suggestion.nearest(to: "Shapley-Rat", in: names) == "shapley-rate")
    #expect(Suggestion.nearest(to: "bayes", in: names) == nil)
    #expect(Suggestion.nearest(to: "x", in: []) == nil)
  }
}
