import Foundation
import Testing
import TouchstoneTestSupport

/// An event log made a path table by `touchstone journeys` says what the log itself says.
@Suite struct JourneyRoundTripTests {
  /// What two comparisons say, whatever order their lists are in: by names that lead to each number.
  static func figures(_ text: String) throws -> [String: Double] {
    var figures: [String: Double] = [:]
    func collect(_ value: Any, _ path: String) {
      switch value {
      case let fields as [String: Any]:
        var names = ["name", "touchpoint", "from", "to"].compactMap { fields[$0] as? String }
        if let parameters = fields["parameters"] as? [String: Any] {
          names += parameters.map { "\($0.key)=\($0.value)" }.sorted()
        }
        for (key, value) in fields where !["account", "source", "layout", "residual"].contains(key) {
          collect(value, path + names.map { "[\($0)]" }.joined() + ".\(key)")
        }
      case let list as [[String: Any]]: for entry in list { collect(entry, path) }
      case let list as [Any]: for (index, entry) in list.enumerated() { collect(entry, path + "[\(index)]") }
      case let number as NSNumber: figures[path] = number.doubleValue
      default: break
      }
    }
    collect(try JSONSerialization.jsonObject(with: Data(text.utf8)), "")
    return figures
  }

  static func expectSame(_ left: String, _ right: String, _ comment: Comment = "") throws {
    let (left, right) = (try figures(left), try figures(right))
    #expect(left.keys.sorted() == right.keys.sorted(), comment)
    #expect(!left.isEmpty)
    let unequal = left.filter { !isClose($0.value, right[$0.key] ?? .nan, relative: 1e-11, absolute: 1e-11) }
    #expect(unequal.isEmpty, "\(comment) \(unequal.keys.sorted().prefix(5))")
  }

  static let models = "--models all,time-decay:half-life=3,time-decay:half-life=0.25 --details --format json -q"

  @Test(arguments: [
    "notebooks-data/events.csv --spec notebooks-data/journeys.yaml",
    "notebooks-data/events.csv --user-column cookie --user-column member_id --ties name",
    "notebooks-data/events.csv --spec notebooks-data/journeys.yaml --conversions look-back --repeats keep --gap none",
  ])
  func comparingThePathTableIsComparingTheEvents(_ input: String) throws {
    let outcome = try JourneyCommandTests.run(
      """
      folder=$PWD; cd '\(Repository.root.path)'
      $T compare \(input) \(Self.models) -o $folder/direct &&
      $T journeys \(input) -q --half-life 7,3,0.25 | $T compare - \(Self.models) -o $folder/piped
      cat $folder/direct; echo SPLIT; cat $folder/piped
      """)
    #expect(outcome.errors == "")
    let texts = outcome.output.components(separatedBy: "SPLIT\n")
    try #require(texts.count == 2)
    try Self.expectSame(texts[0], texts[1])
    #expect(texts[0].contains("time-decay"))
  }

  @Test(arguments: [
    ["a > b", "a", "b"], ["x,y", "\"q\"", "x\"y\"z"], ["=1+2", "+x", "-y", "@z"], ["'=x", "=x", "''=x", "'x"],
    ["a>b", "c->d", "e=>f"],
    ["a>b", "->", "=>", "→", "|", "^", ";", "»"], ["=a>b", "-"], ["line\nbreak", "carriage\rreturn"],
    ["tab\tle", "\u{7F}"],
    ["path", "total_conversions", "1"], ["e\u{301}", "f"], ["a ", "🏳️‍🌈"], ["(direct)", "google / cpc"],
  ])
  func namesOfAllKindsGoThrough(_ names: [String]) throws {
    var log = "user,time,channel,value\n"
    for (user, first) in names.enumerated() {
      func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
      for (index, name) in ([first] + names).enumerated() {
        let value = index == names.count ? user + 1 : 0
        log += "u\(user),2024-05-\(10 + index),\(quoted(name)),\(value)\n"
      }
      log += "v\(user),2024-05-01,\(quoted(first)),3\n"
    }
    let outcome = try JourneyCommandTests.run(
      """
      $T compare e.csv --models linear,markov,time-decay --format json -q; echo SPLIT
      $T journeys e.csv -o p.csv 2> notes || exit 1
      separator=$(sed -n "s/.*--path-separator '\\(.*\\)'$/\\1/p" notes)
      $T compare p.csv --path-separator "${separator:- > }" --models linear,markov,time-decay --format json -q
      echo SPLIT; cut -c 1 p.csv | grep -c '^[=+@-]'
      """, log)
    #expect(outcome.errors == "")
    let texts = outcome.output.components(separatedBy: "SPLIT\n")
    try #require(texts.count == 3)
    try Self.expectSame(texts[0], texts[1])
    // No line of the table is a formula.
    #expect(texts[2] == "0\n")
  }
}
