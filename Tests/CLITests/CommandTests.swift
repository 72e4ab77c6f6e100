import Foundation
import Testing
import TouchstoneTestSupport

@Suite struct CommandTests {
  static let small = """
    path,conversions,value,nulls
    a > b,2,10,3
    b,1,4,6
    微信 > a,1,6,0

    """

  static func run(_ line: String, _ input: String = small) throws -> CommandRunner.Outcome {
    try CommandRunner.withFolder { folder in
      try Data(input.utf8).write(to: folder.appending(path: "p.csv"))
      return try CommandRunner.run(line, in: folder)
    }
  }

  @Test func aTableComparesModels() throws {
    let outcome = try Self.run("$T compare p.csv --models first-touch,linear,markov")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    // The residual is a few units in the last place: how many depends on the kernel that the BLAS library picks for
    // the processor.
    #expect(
      outcome.output.replacing(#/residual \d\.\de-1[67]/#, with: "residual tiny") == """
        p.csv: 13 journeys along 3 paths of 3 touchpoints, 4 conversions (30.8 %), value 20.00

        Conversions credited
        touchpoint  first-touch  linear  markov:order=1
        ──────────  ───────────  ──────  ──────────────
        b                   1.0     2.0             2.1
        a                   2.0     1.5             1.6
        微信                1.0     0.5             0.3
        ──────────  ───────────  ──────  ──────────────
        total               4.0     4.0             4.0

        Value credited
        touchpoint  first-touch  linear  markov:order=1
        ──────────  ───────────  ──────  ──────────────
        b                   4.0     9.0            10.1
        a                  10.0     8.0             8.5
        微信                6.0     3.0             1.4
        ──────────  ───────────  ──────  ──────────────
        total              20.0    20.0            20.0

        read with delimiter ',', path separator '>', path = "path", conversions = "conversions", value = "value", \
        nulls = "nulls", one row is all journeys along a path
        markov:order=1: conversionProbability 0.3077, states 4, method dense, residual tiny

        """)
  }

  @Test func helpListsTheModels() throws {
    let outcome = try Self.run("$T compare --help")
    #expect(outcome.status == 0 && outcome.output.contains("markov:order=…") && !outcome.output.contains("SQL("))
  }

  @Test(arguments: ["table", "csv", "json", "markdown"])
  func everyFormatGoesToAFile(format: String) throws {
    let outcome = try Self.run(
      """
      $T compare p.csv --models all --details --format \(format) -o out \
      && $T compare p.csv --models all --details --format \(format) | cmp - out && ls -A
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.split(separator: "\n").sorted() == [".errors", ".output", "out", "p.csv"])
  }

  @Test func everySourceIsReadAlike() throws {
    let lines = [
      "cat p.csv | $T compare - --format csv > 1", "gzip -k p.csv", "$T compare p.csv.gz --format csv > 2",
      "cat p.csv.gz | $T compare - --format csv > 3", "$T compare p.csv --format csv > 4",
      "cmp 1 2 && cmp 2 3 && cmp 3 4",
    ]
    #expect(try Self.run(lines.joined(separator: " && ")).status == 0)
  }

  @Test func threadsChangeNothing() throws {
    let line = "$T compare p.csv --models all --format json"
    #expect(try Self.run("\(line) --threads 1").output == Self.run("\(line) --threads 4").output)
  }

  @Test func transitionsArePrinted() throws {
    let outcome = try Self.run("$T transitions p.csv --order 1 --format csv")
    #expect(
      outcome.output == """
        from,to,count,probability
        (start),a,5.0,0.38461538461538464
        (start),b,7.0,0.5384615384615384
        (start),微信,1.0,0.07692307692307693
        a,b,5.0,0.8333333333333334
        a,(conversion),1.0,0.16666666666666666
        b,(conversion),3.0,0.25
        b,(null),9.0,0.75
        微信,a,1.0,1.0

        """)
    #expect(try Self.run("$T transitions p.csv --order 2").output.contains("Transitions of order 2"))
  }

  /// Each line fails with the documented code, says one thing on standard error, and writes nothing.
  @Test(arguments: [
    ("$T compare missing.csv -o out", 66, "touchstone: missing.csv: there is no such file"),
    ("$T compare . -o out", 66, "touchstone: .: this is a directory"),
    ("$T compare /dev/null -o out", 65, "touchstone: /dev/null: the input is empty"),
    ("$T compare - -o out < /dev/null", 65, "touchstone: standard input: the input is empty"),
    ("sed -i 's/,3/,-3/' p.csv; $T compare p.csv -o out", 65, "touchstone: p.csv:2:12: \"nulls\" is \"-3\""),
    ("gzip p.csv; head -c 40 p.csv.gz > q; $T compare q -o out", 65, "touchstone: q:1: the gzip data ends too early"),
    ("head -c 100M /dev/zero | gzip > q; $T compare q -o out", 65, "touchstone: q:1: a record is longer than 64 MiB"),
    ("$T compare p.csv --models makrov -o out", 64, "did you mean markov?"),
    ("$T compare p.csv --models markov:order=0 -o out", 64, "is out of range"),
    ("$T compare p.csv --models time-decay -o out", 65, "use position-decay"),
    ("$T compare p.csv --models markov:order=99 -o out", 65, "choose an order up to"),
    ("$T compare p.csv --models markov:order=20 --memory-limit 1K -o out", 65, "states on these paths"),
    ("$T compare p.csv --delimiter ';;' -o out", 64, "Error: The value ';;' is invalid"),
    ("$T compare p.csv --path-separator '' -o out", 64, "--path-separator must be some text"),
    ("$T compare p.csv --threads 0 -o out", 64, "--threads is 0; give 1 or more"),
    ("$T compare p.csv --value-column worth -o out", 65, "there is no column \"worth\""),
    ("$T compare p.csv -o no/such/out", 73, "touchstone: no/such/out: the file cannot be created"),
    ("ln p.csv q; $T compare p.csv -o q; code=$?; rm q; (exit $code)", 73, "this is an input, which would be lost"),
    ("$T compare p.csv -o ''", 64, "names no file"),
    ("$T compare p.csv --models all:x=1 -o out", 64, "all takes no parameters"),
    ("$T compare p.csv --path-separator $'\\r\\n' -o out", 64, "--path-separator must be some text"),
    ("$T compare $'no\\e[31m' -o out", 66, "touchstone: no\\u{1B}[31m: there is no such file"),
    ("$T compare p.csv -o .", 73, "touchstone: .: this is a directory"),
    ("$T compare p.csv -o /dev/full", 74, "touchstone: /dev/full: writing failed"),
    ("$T compare p.csv > /dev/full", 74, "touchstone: standard output: writing failed"),
    ("$T transitions p.csv --order 0", 64, "--order is 0"),
    ("$T compare p.csv --format xml", 64, "The value 'xml' is invalid"),
  ])
  func mistakesEndWithTheDocumentedCode(_ line: String, _ status: Int32, _ message: String) throws {
    let outcome = try Self.run("\(line); code=$?; test ! -e out || echo LEFT; ls -A | grep partial; exit $code")
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.output == "")
  }

  @Test func rowsThatCountNothingAreNoted() throws {
    let input = "path,conversion\na,1\nb,0\n"
    let outcome = try Self.run("$T compare p.csv", input)
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("note: 1 of 2 rows of p.csv have no conversions"))
    #expect(try Self.run("$T compare p.csv --quiet", input).errors == "")
    #expect(try Self.run("$T compare p.csv --rows journeys", input).errors == "")
  }

  /// One name in two encodings is one touchpoint, and no trap in the JSON.
  @Test func encodingsOfANameAreOneTouchpoint() throws {
    let outcome = try Self.run(
      "$T compare p.csv --models linear --format csv", "path,conversions\n\u{E9} > e\u{301},1\n")
    #expect(outcome.output.split(separator: "\n").count == 3)
    #expect(try Self.run("$T compare p.csv --format json", "path,conversions\n\u{E9} > e\u{301},1\n").status == 0)
  }

  @Test func absurdThreadCountsAreHarmless() throws {
    let outcome = try Self.run("$T compare p.csv --threads 9223372036854775807 --models markov:order=20")
    #expect(outcome.status == 0)
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let outcome = try Self.run("$T compare p.csv --models all --details | head -c 10; exit ${PIPESTATUS[1]}")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
  }

  /// One path of ten megabytes on one line.
  @Test func aVeryLongLineIsRead() throws {
    let outcome = try Self.run(
      """
      (printf 'path,conversions\\n'; head -c 10M /dev/zero | sed 's/\\x00/a>/g' | head -c 9999999; echo ',1') > long.csv
      $T compare long.csv --models linear,markov --format csv
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("linear,a,1.0"))
  }

  @Test func anExistingFileSurvivesAFailure() throws {
    let outcome = try Self.run(
      "echo old > out; sed -i 's/a > b/a > > b/' p.csv; $T compare p.csv -o out; cat out; ls -A | grep -c partial")
    #expect(outcome.output == "old\n0\n")
  }

  @Test func helpShowsAnExampleThatRuns() throws {
    for command in ["compare", "transitions"] {
      let help = try Self.run("$T \(command) --help")
      #expect(help.status == 0)
      let example = try #require(
        help.output.split(separator: "\n").first { $0.contains("touchstone \(command) notebooks-data") })
      let line = example.trimmingCharacters(in: .whitespaces).replacing("touchstone", with: "$T", maxReplacements: 1)
      let outcome = try CommandRunner.run(
        "cd \(Repository.root.path) && \(line)", in: FileManager.default.temporaryDirectory)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }
}
