import Foundation
import Testing
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneJourneyIO

@Suite struct PathTableReaderTests {
  static func read(
    _ text: String, _ format: PathTableFormat = PathTableFormat(), blockSize: Int = 512 << 10
  ) throws(InputError) -> PathTableReader.Result {
    try PathTableReader(format, blockSize: blockSize).read(bytes: Array(text.utf8), name: "t.csv")
  }

  /// Rows by path, sorted: what a table holds, whatever its order.
  static func contents(_ table: PathTable) -> [String: PathTotals] {
    var result: [String: PathTotals] = [:]
    for part in table.parts {
      part.forEachRow { path, totals in
        result[path.map { table.touchpoints.names[Int($0)] }.joined(separator: "\u{1}")] = totals
      }
    }
    return result
  }

  // MARK: What is read

  @Test func theFormatOfChannelAttributionIsRead() throws {
    let result = try Self.read(
      "path;total_conversions;total_conversion_value;total_null\neta > iota > eta;1;0.244;3\niota;2;3.5;6\n")
    #expect(
      Self.contents(result.table) == [
        "eta\u{1}iota\u{1}eta": PathTotals(conversions: 1, value: 0.244, nonConverting: 3),
        "iota": PathTotals(conversions: 2, value: 3.5, nonConverting: 6),
      ])
    #expect(result.table.touchpoints.names == ["eta", "iota"])
    #expect(result.rows == 2)
    #expect(result.layout.delimiter == UInt8(ascii: ";"))
    #expect(result.layout.pathSeparator == ">")
  }

  @Test func rowsMayBeSingleJourneys() throws {
    let result = try Self.read("path,converted,value\na > b,1,5\na > b,0,\nb,true,2\n")
    #expect(
      Self.contents(result.table) == [
        "a\u{1}b": PathTotals(conversions: 1, value: 5, nonConverting: 1),
        "b": PathTotals(conversions: 1, value: 2),
      ])
    #expect(result.layout.rows == .journeys)
  }

  @Test(arguments: [
    ("path\tconversions\na|b\t2\n", "a\u{1}b"),
    ("path,conversions\na->b,2\n", "a\u{1}b"),
    ("path,conversions\na => b,2\n", "a\u{1}b"),
    ("路径,转化数\na → b,2\n", "a\u{1}b"),
    ("path;conversions\na,b;2\n", "a\u{1}b"),
    ("Path,Total Conversions\ngoogle / cpc > b,2\n", "google / cpc\u{1}b"),
    ("conversions,other,path\n2,x,a > b\n", "a\u{1}b"),
    ("path,conversions\n  a  >b ,2\n", "a\u{1}b"),
    ("\u{FEFF}path,conversions\r\n\r\na > b,2\r\n", "a\u{1}b"),
    ("path,conversions\n\"a > b\",\"2\"", "a\u{1}b"),
    ("path,conversions\n\"a > \"\"b\"\"\",2\n", "a\u{1}\"b\""),
    ("path,conversions\n\"a, c > b\nb\",2\n", "a, c\u{1}b\nb"),
    ("path,conversions\na,2", "a"),
    ("path,conversions\n\"a\t>\nb\",2\n", "a\u{1}b"),
    ("path,conversions\nx|y > b,1\nx|y > b,1\n", "x|y\u{1}b"),
  ])
  func layoutsAreDetected(_ text: String, _ path: String) throws {
    #expect(Self.contents(try Self.read(text).table) == [path: PathTotals(conversions: 2)])
  }

  @Test func optionsOverrideDetection() throws {
    var format = PathTableFormat()
    format.delimiter = UInt8(ascii: "|")
    format.pathSeparator = " / "
    format.pathColumn = "p"
    format.conversionsColumn = "k"
    format.valueColumn = "v"
    format.nullsColumn = "path"
    let result = try Self.read("p|k|v|path\na > b / c|1|2|3\n", format)
    #expect(
      Self.contents(result.table) == [
        "a > b\u{1}c": PathTotals(conversions: 1, value: 2, nonConverting: 3)
      ])
    format.rows = .journeys
    #expect(throws: InputError.self) { try Self.read("p|k|v|path\na|1|2|3\n", format) }
  }

  @Test func emptyPathsAndTouchpointsAreReadOnRequest() throws {
    var format = PathTableFormat()
    format.emptyPaths = .baseline
    format.emptyTouchpoints = .drop
    let result = try Self.read("path,conversions,nulls\n,2,3\n > a >  > b > ,1,0\n > ,4,0\n", format)
    #expect(result.table.untouched == PathTotals(conversions: 6, nonConverting: 3))
    #expect(Self.contents(result.table) == ["a\u{1}b": PathTotals(conversions: 1)])
  }

  @Test func fractionsAndRefundsAreAccepted() throws {
    let result = try Self.read("path,conversions,value\na,0.5,-3.25\na,1e-3,1E2\n")
    #expect(Self.contents(result.table) == ["a": PathTotals(conversions: 0.501, value: 96.75)])
  }

  // MARK: Twin

  /// Random tables written in random dialects and read with many block sizes and threads, against the rows.
  @Test(arguments: 0..<12)
  func agreesWithTheRows(seed: Int) throws {
    var generator = TestGenerator(seed: seed)
    let names = ["a", "微信", "long touchpoint name", "x\"y", "p;q", "r,s", "12345678", "123456789"]
    let delimiter = [",", ";", "\t"].randomElement(using: &generator)!
    let lineEnd = ["\n", "\r\n"].randomElement(using: &generator)!
    var text = ["path", "conversions", "value", "nulls"].joined(separator: delimiter) + lineEnd
    var rows: [PathRow] = []
    for _ in 0..<300 {
      let path = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        names.randomElement(using: &generator)!
      }
      let conversions = Int.random(in: 0...2, using: &generator)
      let totals = PathTotals(
        conversions: Double(conversions),
        value: conversions == 0 ? 0 : Double(Int.random(in: 0...999, using: &generator)) / 8,
        nonConverting: Double(Int.random(in: 0...20, using: &generator)))
      rows.append((path, totals))
      let joined = path.joined(separator: " > ")
      let mustQuote = joined.contains { "\"\(delimiter)".contains($0) }
      let field =
        mustQuote || Bool.random(using: &generator)
        ? "\"\(joined.replacing("\"", with: "\"\""))\"" : joined
      text +=
        [field, "\(conversions)", "\(totals.value)", "\(Int(totals.nonConverting))"]
        .joined(separator: delimiter) + lineEnd
    }
    let expected = PathTable(rows)
    for blockSize in [1, 7, 64, 1_000, 1 << 20] {
      for threads in [1, 3] {
        var format = PathTableFormat()
        format.pathSeparator = ">"
        let result = try Parallel.$maximumThreads.withValue(threads) {
          try Self.read(text, format, blockSize: blockSize)
        }
        #expect(Self.contents(result.table) == Self.contents(expected))
        #expect(result.table.touchpoints == expected.touchpoints)
        #expect(result.rows == rows.count)
      }
    }
  }

  @Test(arguments: [
    "0", "7", "12", "0.1", "123456789012345", "1234567890123456", "0.000001", "1.7976931348623157e308", "4.35",
    "2.2250738585072014e-308", "-0.5", "+3", "1e5", "5.", ".5", "123456.789", "9007199254740993",
  ])
  func numbersAreCorrectlyRounded(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(bytes.withUnsafeBufferPointer { DecimalNumber.parse($0) } == strtod(text, nil))
  }

  @Test(arguments: ["", ".", "-", "e5", "1e", "nan", "inf", "0x10", "1,5", "1 2", "１"])
  func whatIsNoNumberIsRefused(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(bytes.withUnsafeBufferPointer { DecimalNumber.parse($0) } == nil)
  }

  // MARK: What is refused

  @Test(arguments: [
    ("", "t.csv: the input is empty"),
    ("path,conversions\n", "t.csv:1: there is a header and no row behind it"),
    ("\n\n", "t.csv:1: the first line is empty"),
    (
      "way,conversions\na,1\n", "t.csv:1: no column is known to hold the path; the columns are \"way\", \"conversions\""
    ),
    ("path,sales\na,1\n", "t.csv:1: no column is known to hold the conversions"),
    ("path,conversions\na,1,2\n", "t.csv:2:5: the row has 3 columns where the header has 2"),
    ("path,conversions\na,1\nb\n", "t.csv:3:1: the row has 1 columns where the header has 2"),
    ("path,conversions\n\"a,1\nb,2\n", "t.csv:2:1: this double quote is never closed"),
    ("path,conversions\n\"a\"b,1\n", "t.csv:2:4: text follows a closing double quote"),
    ("path,conversions\na\"b,1\n", "t.csv:2:2: a double quote stands inside a field that is not quoted"),
    ("path,\"conv\na,1\n", "t.csv:1: a double quote in the header is never closed"),
    (
      "path,conversions\na,-1\n",
      "t.csv:2:3: \"conversions\" is \"-1\", and a count cannot be negative; correct the row"
    ),
    ("path,conversions\na,nan\n", "t.csv:2:3: \"conversions\" is \"nan\", which is no number"),
    ("path,conversions\na,inf\n", "t.csv:2:3: \"conversions\" is \"inf\", which is no number"),
    ("path,conversions\na,1e300\n", "t.csv:2:3: \"conversions\" is \"1e300\", and counts above 2^53 lose precision"),
    ("path,conversions\na,1e999\n", "t.csv:2:3: \"conversions\" is \"1e999\", and counts above 2^53"),
    ("path,conversions\na,\n", "t.csv:2:3: \"conversions\" is \"\", which is no number"),
    ("path,conversions\na,9e15\nb,9e15\n", "t.csv: the rows add up to"),
    ("path,conversions,nulls\n微信 > b,1,-2\n", "t.csv:2:10: \"nulls\" is \"-2\""),
    ("path,conversions,value\na,1,x\n", "t.csv:2:5: \"value\" is \"x\", which is no number"),
    ("path,conversions,value\na,1,1e999\n", "t.csv:2:5: \"value\" is \"1e999\""),
    ("path,conversions,value\na,1,-2e15\n", "t.csv:2:5: \"value\" is \"-2e15\", and values beyond 1e15"),
    ("path,conversions\na,5e-324\n", "t.csv:2:3: \"conversions\" is \"5e-324\", and counts below 1e-9"),
    ("\npath,conversions\na,1\n", "t.csv:1: the first line is empty"),
    ("path,conversions,conversions\na,1,2\n", "t.csv:1: there are two columns \"conversions\""),
    ("path,conversions\na > (baseline),2\n", "t.csv:2:5: \"(baseline)\" is the name"),
    ("path,conversions,value\na,0,5\n", "t.csv:2:5: \"value\" is 5.0 on a row without conversions"),
    (
      "path,conversions\n,1\n",
      "t.csv:2:1: the path is empty; remove the row, or count it as baseline with --empty-paths baseline"
    ),
    ("path,conversions\na >  > b,1\n", "t.csv:2:6: a touchpoint is empty in the path \"a >  > b\""),
    ("path,conversions\na > (null),1\n", "t.csv:2:5: \"(null)\" is the name of something else"),
    ("path,conversions\n\na\n\n", "t.csv:3:1: the row has 1 columns"),
    ("path,converted\na,2\n", "t.csv:2:3: \"converted\" is \"2\" where one row is one journey"),
    ("path\rconversions\ra,1", "t.csv:1: a carriage return stands in the header"),
    ("path,conversions\n\"x\ny\",1\nb,-1\n", "t.csv:4:3: \"conversions\" is \"-1\""),
  ])
  func mistakesAreNamed(_ text: String, _ message: String) {
    for blockSize in [3, 1 << 16] {
      do throws(InputError) {
        _ = try Self.read(text, blockSize: blockSize)
        Issue.record("\(text.debugDescription) was accepted")
      } catch {
        #expect(error.description.hasPrefix(message), "\(error)")
      }
    }
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    let bytes = Array("path,conversions\na > b".utf8) + [0xE5, 0xBE] + Array(",1\n".utf8)
    #expect {
      try PathTableReader().read(bytes: bytes, name: "t.csv")
    } throws: { error in
      "\(error)".hasPrefix("t.csv:2:5: the touchpoint \"b\\xE5\\xBE\" is not UTF-8; save the file as UTF-8")
    }
    #expect {
      try PathTableReader().read(bytes: [0xFF, 0xFE, 0x70, 0, 0x0A], name: "t.csv")
    } throws: { "\($0)".contains("UTF-16") }
  }

  @Test func terminalsAreSafeFromMessages() {
    #expect(
      quotedForMessage("a\u{1B}[31m\n") == "\"a\\u{1B}[31m\\n\"" || quotedForMessage("a\u{1B}").contains("\\u{1B}"))
    #expect(!quotedForMessage("\u{1B}\u{202E}").unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
    #expect(quotedForMessage(String(repeating: "x", count: 100)).count == 63)
  }

  @Test func theFirstMistakeIsReported() {
    // Two mistakes far apart, in blocks that different threads parse.
    let text =
      "path,conversions\n" + String(repeating: "a > b,1\n", count: 500) + "a,-1\n"
      + String(repeating: "b,1\n", count: 500) + "a,-2\n"
    for _ in 0..<20 {
      #expect {
        try Self.read(text, blockSize: 100)
      } throws: { ($0 as? InputError)?.line == 502 }
    }
  }

  /// The fuzzer's seeds, what it found among them: the size of blocks must not change what is read or refused.
  @Test func fuzzSeedsReadTheSameInAnyBlocks() throws {
    let folder = Repository.root.appending(path: "Tests/Fuzzing/seeds/path-table")
    let seeds = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(seeds.count >= 20)
    for seed in seeds {
      // The first two bytes are the fuzzer's choice of options.
      let bytes = Array(try Data(contentsOf: seed).dropFirst(2))
      for policy in [PathTableFormat.EmptyTouchpoints.reject, .drop] {
        var format = PathTableFormat()
        format.pathSeparator = ">"
        format.emptyTouchpoints = policy
        func outcome(_ blockSize: Int) -> Result<[String: PathTotals], InputError> {
          do throws(InputError) {
            let reader = PathTableReader(format, blockSize: blockSize)
            return .success(Self.contents(try reader.read(bytes: bytes, name: "seed").table))
          } catch {
            return .failure(error)
          }
        }
        let whole = outcome(1 << 16)
        for blockSize in [1, 8, 100] { #expect(outcome(blockSize) == whole, "\(seed.lastPathComponent)") }
      }
    }
  }

  // MARK: gzip

  @Test func gzipIsUndone() throws {
    let text = "path,conversions\n" + String(repeating: "a > b,1\nc,2\n", count: 2_000)
    let zipped = try gzip(Array(text.utf8))
    let table = try PathTableReader().read(bytes: zipped, name: "t.csv.gz").table
    #expect(Self.contents(table) == Self.contents(try Self.read(text).table))
    // Two members in a row are one stream.
    let more = try gzip(Array("d,5\n".utf8))
    let both = try PathTableReader().read(bytes: zipped + more, name: "t.csv.gz").table
    #expect(both.totals.conversions == table.totals.conversions + 5)
  }

  @Test func damagedGzipIsRefused() throws {
    let text = "path,conversions\n" + (0..<3_000).map { "a\($0) > b,1\n" }.joined()
    let zipped = try gzip(Array(text.utf8))
    #expect {
      try PathTableReader().read(bytes: zipped.dropLast(40) + [], name: "t.gz")
    } throws: { "\($0)".contains("ends too early; the file was cut off") }
    var broken = zipped
    broken[broken.count / 2] ^= 0xFF
    #expect {
      try PathTableReader().read(bytes: broken, name: "t.gz")
    } throws: { ($0 as? InputError)?.kind == .badData }
    // Padding with zeros is no damage.
    #expect(try PathTableReader().read(bytes: zipped + [0, 0, 0], name: "t.gz").rows == 3_000)
    #expect {
      try PathTableReader().read(bytes: zipped + [1, 2, 3], name: "t.gz")
    } throws: { ($0 as? InputError)?.kind == .badData }
  }

  /// What the `gzip` tool makes of bytes: not our zlib, on purpose.
  private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let plain = folder.appending(path: "plain")
    try Data(bytes).write(to: plain)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-n", plain.path]
    try process.run()
    process.waitUntilExit()
    return Array(try Data(contentsOf: folder.appending(path: "plain.gz")))
  }
}
