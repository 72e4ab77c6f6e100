import Testing
import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneTestSupport

@testable import TouchstoneReporting

@Suite struct ComparisonReportTests {
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

  @Test func jsonHoldsTheInputAndEachModel() throws {
    let document = try JSONTree(Self.report(details: true).text(.json))
    let input = try document["input"]
    #expect(try input["journeys"].number == 8)
    #expect(try input["paths"].number == 2)
    #expect(try input["conversions"].number == 4)
    #expect(try input["value"].number == 16)
    #expect(try input["touchpoints"].texts == ["微信", "门店"])
    let models = try document["models"].list
    #expect(try models.map { try $0["name"].text } == ["linear", "markov", "participation"])
    #expect(try models[1]["parameters"]["order"].number == 1)
    let credit = try models[0]["credits"][0]
    #expect(try credit["touchpoint"].text == "微信")
    #expect(try credit["conversions"].number == 1)
    #expect(try credit["value"].number == 5)
    #expect(try credit["share"].number == 1.0 / 3)
    #expect(try models[0]["baseline"] == JSONTree("{\"conversions\": 1, \"value\": 2}"))
    let diagnostics = try models[1]["diagnostics"].fields
    for key in ["removalEffects", "reach", "conversionProbability", "states", "residual", "transitions"] {
      #expect(diagnostics[key] != nil, "\(key)")
    }
    #expect(try diagnostics["removalEffects"]?["门店"].number == 1)
  }

  /// They may be many.
  @Test func withoutDetailsThereAreNoTransitions() throws {
    #expect(!(try Self.report().text(.json)).contains("transitions"))
  }

  @Test func tablesHaveABaselineAndFindings() throws {
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

  @Test func csvHasARowForEachModelAndTouchpoint() throws {
    let lines = try Self.report().text(.csv).split(separator: "\n")
    #expect(lines.first == "model,touchpoint,conversions,value,share")
    #expect(lines.count == 1 + 3 * 3)
    #expect(lines.contains("linear,(baseline),1.0,2.0,"))
  }
}
