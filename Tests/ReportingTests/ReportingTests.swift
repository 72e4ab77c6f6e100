import Foundation
import Testing
import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneText

@testable import TouchstoneReporting

@Suite struct ReportingTests {
  @Test func widthsOfEastAsianText() {
    #expect(DisplayWidth.of("abc") == 3)
    #expect(DisplayWidth.of("微信小程序") == 10)
    #expect(DisplayWidth.of("ＫＯＬ") == 6)
    #expect(DisplayWidth.of("e\u{301}") == 1)
    #expect(DisplayWidth.of("한국") == 4)
    #expect(DisplayWidth.of("👩‍👩‍👧") == 2)
    #expect(DisplayWidth.of("❤️") == 2)
    #expect(DisplayWidth.of("ｱ") == 1)
  }

  @Test func numbersForPeople() {
    #expect(NumberText.fixed(1_234_567.891, decimals: 1) == "1,234,567.9")
    #expect(NumberText.fixed(-0.04, decimals: 1) == "0.0")
    #expect(NumberText.fixed(-1_000, decimals: 0) == "-1,000")
    #expect(NumberText.fixed(0.05, decimals: 2) == "0.05")
    #expect(NumberText.fixed(999, decimals: 0) == "999")
    #expect(NumberText.fixed(.nan, decimals: 1) == "–")
    #expect(NumberText.fixed(1e300, decimals: 1) == "1e+300")
    #expect(NumberText.percent(0.22384) == "22.4 %")
    #expect(NumberText.short(3.26e-16) == "3.3e-16")
    #expect(NumberText.short(9.96e-5) == "1.0e-4")
    #expect(NumberText.short(0) == "0")
  }

  static let table = ResultTable(
    title: "Credits", columns: ["touchpoint", "model"],
    rows: [
      [.text("微信"), .number(12.5, decimals: 1)], [.text("=cmd|x"), .number(-1_000, decimals: 1)],
      [.text("total"), .number(-987.5, decimals: 1)],
    ], totalRows: 1)

  @Test func alignedText() {
    #expect(
      Self.table.alignedText() == """
        Credits
        touchpoint     model
        ──────────  ────────
        微信            12.5
        =cmd|x      -1,000.0
        ──────────  ────────
        total         -987.5

        """)
  }

  @Test func csvIsSafeForSpreadsheets() {
    #expect(Self.table.csv() == "touchpoint,model\n微信,12.5\n'=cmd|x,-1000.0\n")
    #expect(Escaping.csv("a,\"b\"\n") == "\"a,\"\"b\"\"\n\"")
    #expect(Escaping.csv("@x") == "'@x")
    // A quote under an accent is one character in Swift, and a quote to every CSV reader.
    #expect(Escaping.csv("a\"\u{301},b") == "\"a\"\"\u{301},b\"")
  }

  @Test func markdownIsSafe() {
    #expect(
      Self.table.markdown() == """
        ### Credits

        | touchpoint | model |
        |---|---:|
        | 微信 | 12.5 |
        | =cmd\\|x | -1,000.0 |
        | total | -987.5 |

        """)
    #expect(Escaping.markdown("<b>*&") == "&lt;b&gt;\\*&amp;")
  }

  @Test func terminalIsSafe() {
    #expect(Escaping.terminal("a\u{1B}[2Jb\nc\u{202E}") == "a\\u{1B}[2Jb\\u{A}c\\u{202E}")
    #expect(Escaping.terminal("👩‍👩‍👧") == "👩‍👩‍👧")
  }

  static func report(details: Bool = false) throws -> ComparisonReport {
    let rows: [(path: [String], totals: PathTotals)] = [
      (["微信", "门店"], PathTotals(conversions: 2, value: 10, nonConverting: 1)),
      (["门店"], PathTotals(conversions: 1, value: 4, nonConverting: 3)),
      ([], PathTotals(conversions: 1, value: 2)),
    ]
    let paths = PathTable(rows)
    let entries = try ModelCatalogue.models("linear,markov,participation").map { model in
      ComparisonReport.Entry(model: model, attribution: try model.attribute(Evidence(paths: paths)))
    }
    return ComparisonReport(
      source: "x.csv", paths: paths, hasValue: true, entries: entries, includesDetails: details)
  }

  @Test func comparisonAsJSON() throws {
    let text = try Self.report(details: true).text(.json)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(document["schema"] as? String == "touchstone.compare/1")
    let input = try #require(document["input"] as? [String: Any])
    #expect(input["journeys"] as? Double == 8)
    #expect(input["paths"] as? Int == 2)
    #expect(input["conversions"] as? Double == 4)
    #expect(input["value"] as? Double == 16)
    #expect(input["touchpoints"] as? [String] == ["微信", "门店"])
    let models = try #require(document["models"] as? [[String: Any]])
    #expect(models.map { $0["name"] as? String } == ["linear", "markov", "participation"])
    #expect((models[1]["parameters"] as? [String: Int]) == ["order": 1])
    let credits = try #require(models[0]["credits"] as? [[String: Any]])
    #expect(credits[0]["touchpoint"] as? String == "微信")
    #expect(credits[0]["conversions"] as? Double == 1)
    #expect(credits[0]["value"] as? Double == 5)
    #expect(credits[0]["share"] as? Double == 1.0 / 3)
    #expect((models[0]["baseline"] as? [String: Double]) == ["conversions": 1, "value": 2])
    let diagnostics = try #require(models[1]["diagnostics"] as? [String: Any])
    for key in ["removalEffects", "reach", "conversionProbability", "states", "residual", "transitions"] {
      #expect(diagnostics[key] != nil, "\(key)")
    }
    #expect((diagnostics["removalEffects"] as? [String: Double])?["门店"] == 1)
    // Without details the transitions, which may be many, are left out.
    #expect(!(try Self.report().text(.json)).contains("transitions"))
  }

  @Test func comparisonAsTable() throws {
    let text = try Self.report(details: true).text(.table)
    #expect(text.contains("x.csv: 8 journeys along 2 paths of 2 touchpoints, 4 conversions (50.0 %), value 16.00"))
    #expect(text.contains("(baseline)"))
    #expect(text.contains("markov:order=1: findings"))
    #expect(text.contains("participation: credits overlap and do not sum to the total"))
    // Every line of the first table is as wide as its rule, wide characters counted as two.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let start = try #require(lines.firstIndex { $0.hasPrefix("touchpoint") })
    let end = try #require(lines[start...].firstIndex(of: ""))
    let widths = Set(lines[start..<end].map(DisplayWidth.of))
    #expect(widths.count == 1)
  }

  @Test func comparisonAsCSV() throws {
    let lines = try Self.report().text(.csv).split(separator: "\n")
    #expect(lines.first == "model,touchpoint,conversions,value,share")
    #expect(lines.count == 1 + 3 * 3)
    #expect(lines.contains("linear,(baseline),1.0,2.0,"))
  }

  @Test func transitionsInEveryFormat() throws {
    let chain = try MarkovChain(
      PathTable([(path: ["a", "b"], totals: PathTotals(conversions: 1, nonConverting: 3))]), order: 1)
    let report = TransitionReport(chain)
    #expect(
      report.text(.csv) == """
        from,to,count,probability
        (start),a,4.0,1.0
        a,b,4.0,1.0
        b,(conversion),1.0,0.25
        b,(null),3.0,0.75

        """)
    #expect(report.text(.table).contains("from     journeys"))
    #expect(report.text(.json).contains("\"touchstone.transitions/1\""))
    #expect(report.text(.markdown).contains("| (start) | 4 | 1.0000 |"))
    let deep = try MarkovChain(
      PathTable([(path: ["a", "b", "c"], totals: PathTotals(conversions: 1))]), order: 2)
    #expect(TransitionReport(deep).text(.csv).contains("(start) > a,a > b,1.0,1.0"))
  }
}
