import Testing
import TouchstoneTestSupport

@testable import TouchstoneReporting

/// What holds of every report in every output format, whatever the data are called.
@Suite struct EveryReportTests {
  @Test(arguments: OutputFormat.allCases)
  func everyTextEndsInOneLineFeed(_ format: OutputFormat) throws {
    for (name, report) in try EveryReport.all.get() {
      let text = report.text(format)
      #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"), "\(name)")
    }
  }

  @Test(arguments: OutputFormat.allCases)
  func noTextHoldsControlCharacters(_ format: OutputFormat) throws {
    // CSV is for programs, and gives back names as they are.
    guard format != .csv else { return }
    for (name, report) in try EveryReport.all.get() {
      let found = report.text(format).unicodeScalars.first {
        $0 != "\n" && [.control, .format].contains($0.properties.generalCategory)
      }
      #expect(found == nil, "\(name)")
    }
  }

  @Test func jsonHasTheSchemaOfItsReport() throws {
    for (name, report) in try EveryReport.all.get() {
      #expect(try JSONTree(report.text(.json))["schema"].text == "touchstone.\(name)/1")
    }
  }

  @Test func csvRowsHaveAsManyFieldsAsTheHeader() throws {
    for (name, report) in try EveryReport.all.get() {
      let rows = Self.fields(report.text(.csv))
      #expect(rows.count > 1, "\(name)")
      #expect(rows.allSatisfy { $0.count == rows[0].count }, "\(name)")
    }
  }

  @Test func csvFieldsAreNoFormulas() throws {
    for (name, report) in try EveryReport.all.get() {
      for field in Self.fields(report.text(.csv)).joined() where Double(field) == nil {
        #expect(field.first.map { !"=+-@\t\r".contains($0) } ?? true, "\(name): \(field)")
      }
    }
  }

  @Test func markdownHasNoBarsButThoseOfTables() throws {
    for (name, report) in try EveryReport.all.get() {
      var bars: Int?
      for line in report.text(.markdown).split(separator: "\n", omittingEmptySubsequences: false) {
        let count = line.replacing("\\\\", with: "").replacing("\\|", with: "").count { $0 == "|" }
        if line.hasPrefix("|") {
          #expect(count == bars ?? count, "\(name): \(line)")
          bars = count
        } else {
          #expect(count == 0, "\(name): \(line)")
          bars = nil
        }
      }
    }
  }

  /// The rows of CSV after RFC 4180.
  private static func fields(_ text: String) -> [[String]] {
    var rows: [[String]] = [[""]]
    var isQuoted = false
    // By scalar, as a CSV reader does.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: rows[rows.count - 1].append("")
      case "\n" where !isQuoted: rows.append([""])
      default: rows[rows.count - 1][rows[rows.count - 1].count - 1].unicodeScalars.append(scalar)
      }
    }
    return rows.dropLast()
  }
}
