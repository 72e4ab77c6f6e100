import Testing
import TouchstoneTestSupport

@testable import TouchstoneReporting

/// Each renderer alone, on a small report whose texts are as hostile as data may be.
@Suite struct RendererTests {
  /// Every kind of block, and what no real report should have: empty notes, a table without rows.
  struct HostileReport: Report {
    var blocks: [ReportBlock] {
      [
        .summary(
          headline: "a|b\u{1B}[2J.csv", table: ResultTable(columns: ["events"], rows: [[.init(count: 2)]]),
          sentence: "2 <events>"),
        .headline("*bold*"),
        .table(
          ResultTable(
            title: "Credits of \u{9B}x|y", columns: ["touch|point", "credit", "sure"],
            rows: [
              [.text("微信"), .interval(12.5, 11...1_300.25, decimals: 1), .percent(0.5)],
              [.text("=cmd|x\n"), .number(-1_000, decimals: 1), .empty],
              [.text("total"), .number(-987.5, decimals: 1), .empty],
            ], totalRows: 1)),
        .notes([]), .table(ResultTable(title: "Gaps", columns: ["gap", ""], rows: [])),
        .notes(["read with path separator '>'", "\u{202E}[x](y)"]),
      ]
    }

    var tidyTable: ResultTable {
      ResultTable(
        title: "not in CSV", columns: ["touchpoint", "credit"],
        rows: [
          [.text("=cmd|x"), .init(tidy: -0.1)], [.text("a,\"b\"\n"), .interval(1, 0...2, decimals: 0)],
          [.text("微信"), .init(tidy: .nan)], [.text("@x"), .init(tidy: nil)], [.text("total"), .percent(0.25)],
        ], totalRows: 1)
    }

    var document: JSONDocument {
      JSONDocument(
        schema: "touchstone.hostile/1",
        fields: [
          "name": .text("a\"b\u{1B}/\u{202E}"), "none": JSONValue([Double]()), "undefined": JSONValue(.infinity),
          "missing": JSONValue(nil as Double?), "interval": JSONValue(0.5...1),
          "parts": .object(omittingNil: ["there": .integer(1), "absent": nil]), "is": .boolean(true),
        ])
    }
  }

  @Test func terminalTextIsAlignedAndCannotSteerTheTerminal() {
    #expect(
      HostileReport().text(.table) == """
        a|b\\u{1B}[2J.csv
        events
        ──────
             2
        2 <events>

        *bold*

        Credits of \\u{9B}x|y
        touch|point                 credit    sure
        ───────────  ─────────────────────  ──────
        微信         12.5 [11.0 – 1,300.3]  50.0 %
        =cmd|x\\u{A}               -1,000.0
        ───────────  ─────────────────────  ──────
        total                       -987.5

        Gaps
        gap

        read with path separator '>'
        \\u{202E}[x](y)

        """)
  }

  @Test func markdownKeepsDataOutOfTheMarkup() {
    #expect(
      HostileReport().text(.markdown) == """
        a\\|b\\\\u{1B}\\[2J.csv

        | events |
        |---:|
        | 2 |

        \\*bold\\*

        ### Credits of \\\\u{9B}x\\|y

        | touch\\|point | credit | sure |
        |---|---:|---:|
        | 微信 | 12.5 \\[11.0 – 1,300.3\\] | 50.0 % |
        | =cmd\\|x\\\\u{A} | -1,000.0 |  |
        | total | -987.5 |  |

        ### Gaps

        | gap |  |
        |---|---|

        - 2 &lt;events&gt;
        - read with path separator '&gt;'
        - \\\\u{202E}\\[x\\](y)

        """)
  }

  @Test func csvHasNumbersInFullAndNoFormulas() {
    #expect(
      HostileReport().text(.csv) == """
        touchpoint,credit
        '=cmd|x,-0.1
        "a,""b""
        ",1.0
        微信,
        '@x,

        """)
  }

  @Test func jsonIsSortedAndSaysNullWhereThereIsNoNumber() {
    #expect(
      HostileReport().text(.json) == """
        {
          "interval" : [
            0.5,
            1
          ],
          "is" : true,
          "missing" : null,
          "name" : "a\\"b\\u001b/\u{202E}",
          "none" : [

          ],
          "parts" : {
            "there" : 1
          },
          "schema" : "touchstone.hostile/1",
          "undefined" : null
        }

        """)
  }

  /// A summary's sentence is never lost, notes or no notes.
  @Test func aSummaryWithoutNotesKeepsItsSentence() {
    struct Summary: Report {
      let blocks = [
        ReportBlock.summary(
          headline: "log", table: ResultTable(columns: ["events"], rows: [[.init(count: 0)]]), sentence: "none")
      ]
      let tidyTable = ResultTable(columns: ["events"], rows: [])
      let document = JSONDocument(schema: "touchstone.summary/1", fields: [:])
    }
    #expect(Summary().text(.markdown) == "log\n\n| events |\n|---:|\n| 0 |\n\n- none\n")
    #expect(Summary().text(.table) == "log\nevents\n──────\n     0\nnone\n")
  }

  @Test func wideCharactersTakeTwoColumns() {
    #expect(DisplayWidth.of("abc") == 3)
    #expect(DisplayWidth.of("微信小程序") == 10)
    #expect(DisplayWidth.of("ＫＯＬ") == 6)
    #expect(DisplayWidth.of("e\u{301}") == 1)
    #expect(DisplayWidth.of("한국") == 4)
    #expect(DisplayWidth.of("👩‍👩‍👧") == 2)
    #expect(DisplayWidth.of("❤️") == 2)
    #expect(DisplayWidth.of("ｱ") == 1)
    // The first and the last wide characters, and their neighbours.
    #expect(DisplayWidth.of("\u{10FF}\u{1100}") == 3)
    #expect(DisplayWidth.of("\u{3FFFD}") == 2 && DisplayWidth.of("\u{E0100}") == 0)
  }

  @Test func numbersAreRoundedAndGrouped() {
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
    #expect(NumberText.count(1_200) == "1,200" && NumberText.count(0.5) == "0.50")
  }
}
