import Foundation
import GRDB
import Testing
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneJourneyIO

/// Random logs, written by the tests in random dialects, are read back as what was written.
@Suite struct RandomEventLogTests {
  /// One event, and how a reading shows it.
  struct Row {
    var user: String
    /// In microseconds.
    var time: Int64
    var touchpoint: String
    var kind: String
    var value: Double?
    var cost: Double?
    var pages: Int?

    var line: String {
      let measures = [cost.map { "\($0)" } ?? "?", pages.map { "\(Double($0))" } ?? "?"]
      let name = touchpoint.isEmpty ? "-" : touchpoint
      let base = [user, EventLogs.seconds(time), name]
      let lower = kind.lowercased()
      let role: [String] =
        switch lower {
        case "purchase":
          ["visit", touchpoint.isEmpty ? "conversion" : "touchAndConversion", "1.0", "\(value ?? 0)"]
        case "refund": ["visit", "refund", "0.0", value.map { $0 == 0 ? "0.0" : "\(-abs($0))" } ?? "0.0"]
        case "click", "impression": [lower]
        default: ["visit"]
        }
      return (base + role + measures).joined(separator: " ")
    }
  }

  static let names = [
    "a", "微信", "long touchpoint name", "x\"y", "p;q", "r,s", "t|u", "12345678", "123456789", "email", "é",
    "line\nbreak",
    "\\back\\slash", "'quoted'", "\u{1F600}", "v\tw",
  ]
  static let columns = ["user_id", "time", "channel", "event", "value", "cost", "pages"]

  static func rows(_ generator: inout TestGenerator, count: Int = 300) -> [Row] {
    (0..<count).map { _ in
      let kind = ["impression", "Click", "visit", "PURCHASE", "purchase", "refund", ""].randomElement(
        using: &generator)!
      let isOutcome = ["purchase", "refund"].contains(kind.lowercased())
      func maybe<T>(_ value: T) -> T? { Int.random(in: 0...3, using: &generator) == 0 ? nil : value }
      let eighths = Double(Int.random(in: 0...9999, using: &generator)) / 8
      let fraction = Bool.random(using: &generator) ? 0 : Int64.random(in: 0...7, using: &generator) * 125_000
      return Row(
        user: [
          "u\(Int.random(in: 0...40, using: &generator))", "用户\(Int.random(in: 0...9, using: &generator))",
          "a \"long\" id; 1,2",
        ]
        .randomElement(using: &generator)!,
        time: Int64.random(in: -2_000_000_000...4_000_000_000, using: &generator) * 1_000_000 + fraction,
        touchpoint: isOutcome && maybe(0) == nil ? "" : names.randomElement(using: &generator)!, kind: kind,
        value: isOutcome ? maybe(kind == "refund" ? -eighths : eighths) : nil, cost: maybe(eighths),
        pages: maybe(Int.random(in: -5...50, using: &generator)))
    }
  }

  static let format = EventLogs.format { $0.measureColumns = ["pages"] }

  /// A time in one of the layouts that can say it.
  static func text(of time: Int64, _ generator: inout TestGenerator) -> String {
    let ahead = [0, 8 * 3600, -5 * 3600 - 1800].randomElement(using: &generator)!
    var seconds = time_t(time.quotientAndRemainder(dividingBy: 1_000_000).quotient) + ahead
    var micro = time % 1_000_000
    if micro < 0 { (seconds, micro) = (seconds - 1, micro + 1_000_000) }
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func pad(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (year, month, day) = (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
    let clock = "\(pad(parts.tm_hour)):\(pad(parts.tm_min)):\(pad(parts.tm_sec))"
    let fraction = micro == 0 ? "" : ".\(String(String(1_000_000 + micro).dropFirst()))"
    let zone = ahead == 0 ? ["", "Z", " UTC", "+00"].randomElement(using: &generator)! : ahead > 0 ? "+08:00" : "-0530"
    let date = [
      "\(year)-\(pad(month))-\(pad(day))T", "\(year)-\(pad(month))-\(pad(day)) ", "\(year)/\(month)/\(day) ",
      "\(pad(day)).\(pad(month)).\(year) ", "\(year)年\(month)月\(day)日 ",
    ].randomElement(using: &generator)!
    return date + clock + fraction + zone
  }

  static func fields(_ row: Row, _ generator: inout TestGenerator) -> [String] {
    [
      row.user, text(of: row.time, &generator), row.touchpoint, row.kind, row.value.map { "\($0)" } ?? "",
      row.cost.map { "\($0)" } ?? "", row.pages.map { "\($0)" } ?? "",
    ]
  }

  static func csv(_ rows: [Row], _ generator: inout TestGenerator) -> String {
    let delimiter = [",", ";", "\t", "|"].randomElement(using: &generator)!
    let lineEnd = ["\n", "\r\n"].randomElement(using: &generator)!
    var text = Bool.random(using: &generator) ? "\u{FEFF}" : ""
    text += columns.joined(separator: delimiter) + lineEnd
    for row in rows {
      let written = fields(row, &generator).map { field in
        let mustQuote = field.contains { "\"\n\(delimiter)".contains($0) }
        guard mustQuote || Int.random(in: 0...4, using: &generator) == 0 else { return field }
        return "\"\(field.replacing("\"", with: "\"\""))\""
      }
      text += written.joined(separator: delimiter) + lineEnd
      if Int.random(in: 0...20, using: &generator) == 0 { text += lineEnd }
    }
    return text
  }

  static func jsonLines(_ rows: [Row], _ generator: inout TestGenerator) -> String {
    var text = ""
    for (index, row) in rows.enumerated() {
      let fields = fields(row, &generator)
      var members: [String] = []
      for (column, field) in fields.enumerated() {
        // The first record has every key, so that blocks of one line know them all.
        if field.isEmpty && index > 0 && Bool.random(using: &generator) { continue }
        let isNumber = column >= 4 && !field.isEmpty && Bool.random(using: &generator)
        let value = isNumber ? field : field.isEmpty ? "null" : string(field, &generator)
        members.append("\(string(columns[column], &generator))\(blank(&generator)):\(blank(&generator))\(value)")
      }
      if index > 0 {
        members.append("\"extra\(index % 3)\":[{\"a\":[\"]\\\"\"]},{}]")
        members.append("\"inner\":{\"user_id\":\"x\",\"list\":[]}")
        members.shuffle(using: &generator)
      }
      text += "{\(blank(&generator))\(members.joined(separator: "\(blank(&generator)),"))}\(blank(&generator))\n"
      if Int.random(in: 0...20, using: &generator) == 0 { text += "\r\n" }
    }
    return text
  }

  private static func blank(_ generator: inout TestGenerator) -> String {
    ["", "", " ", "\t", "  "].randomElement(using: &generator)!
  }

  private static func string(_ text: String, _ generator: inout TestGenerator) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      if Int.random(in: 0...9, using: &generator) == 0 {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16, uppercase: Bool.random(using: &generator))
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      } else {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  @Test(arguments: 0..<10)
  func textsAreReadBack(seed: Int) throws {
    var generator = TestGenerator(seed: seed)
    let rows = Self.rows(&generator)
    let expected = rows.map(\.line).sorted()
    for text in [Self.csv(rows, &generator), Self.jsonLines(rows, &generator)] {
      let whole = try EventLogs.read(text, Self.format)
      #expect(EventLogs.lines(whole.log) == expected)
      #expect(whole.rows == rows.count)
      #expect(whole.log.touchpoints.names.sorted() == Set(rows.map(\.touchpoint)).subtracting([""]).sorted())
      let zipped = try EventReader(Self.format).read(bytes: EventLogs.gzip(Array(text.utf8)), name: "t.gz")
      #expect(EventLogs.lines(zipped.log, sorted: false) == EventLogs.lines(whole.log, sorted: false))
    }
  }

  /// Not even the order of storage and of names depends on blocks and threads.
  @Test(arguments: 0..<4)
  func blocksAndThreadsChangeNothing(seed: Int) throws {
    var generator = TestGenerator(seed: 100 + seed)
    let rows = Self.rows(&generator, count: 150)
    let several = EventLogs.format { $0.userColumns = ["user_id", "pages"] }
    for (text, format) in [
      (Self.csv(rows, &generator), Self.format), (Self.jsonLines(rows, &generator), Self.format),
      (Self.csv(rows, &generator), several),
    ] {
      let whole = try EventLogs.read(text, format)
      let stored = EventLogs.lines(whole.log, sorted: false)
      for blockSize in [1, 2, 3, 17, 64, 300, 1_000, 5_000, 20_000] {
        for threads in [1, 2, 5] {
          let result = try Parallel.$maximumThreads.withValue(threads) {
            try EventLogs.read(text, format, blockSize: blockSize)
          }
          #expect(EventLogs.lines(result.log, sorted: false) == stored, "\(blockSize) bytes, \(threads) threads")
          #expect(result.log.touchpoints == whole.log.touchpoints)
          // Keys are found in the first block: a smaller one has some of them, and all that are read, since the first
          // record has these. Of text with a header, nothing about the layout depends on blocks.
          #expect(result.layout.summary == whole.layout.summary)
          if whole.layout.delimiter == nil {
            #expect(whole.layout.columnNames.starts(with: result.layout.columnNames))
            #expect(Self.columns.allSatisfy(result.layout.columnNames.contains))
          } else {
            #expect(result.layout == whole.layout)
          }
          #expect(result.rows == rows.count)
        }
      }
    }
  }

  @Test(arguments: 0..<4)
  func databasesAreReadBack(seed: Int) throws {
    var generator = TestGenerator(seed: 200 + seed)
    let rows = Self.rows(&generator)
    let expected = try EventLogs.read(Self.csv(rows, &generator), Self.format)
    try EventLogs.withDatabase { database in
      try database.execute(
        sql: "CREATE TABLE events (user_id TEXT, time, channel TEXT, event TEXT, value REAL, cost, pages INTEGER)")
      for row in rows {
        let time: any DatabaseValueConvertible =
          Bool.random(using: &generator)
          ? Self.text(of: row.time, &generator) : Data(Self.text(of: row.time, &generator).utf8)
        try database.execute(
          sql: "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
          arguments: [
            row.user, time, row.touchpoint.isEmpty ? nil : row.touchpoint, row.kind, row.value, row.cost, row.pages,
          ])
      }
      try database.execute(sql: "CREATE VIEW some AS SELECT * FROM events WHERE cost IS NULL")
    } _: { path in
      let table = try EventLogs.read(table: "events", of: path, Self.format)
      #expect(EventLogs.lines(table.log, sorted: false) == EventLogs.lines(expected.log, sorted: false))
      #expect(table.log.touchpoints == expected.log.touchpoints)
      #expect(table.rows == rows.count)
      let query = try EventLogs.read(query: "SELECT * FROM events WHERE cost IS NULL", of: path, Self.format)
      #expect(EventLogs.lines(query.log) == rows.filter { $0.cost == nil }.map(\.line).sorted())
      let view = try EventLogs.read(table: "some", of: path, Self.format)
      #expect(EventLogs.lines(view.log) == EventLogs.lines(query.log))
    }
  }

  /// The fuzzer's seeds: the size of blocks must not change what is read or refused, where it cannot change what is
  /// detected.
  @Test func fuzzSeedsReadTheSameInAnyBlocks() throws {
    let folder = Repository.root.appending(path: "Tests/Fuzzing/seeds/event-log")
    let seeds = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(seeds.count >= 12)
    for seed in seeds {
      // The first three bytes are the fuzzer's choice of options.
      let bytes = Array(try Data(contentsOf: seed).dropFirst(3))
      for unit in TimeFormat.Unit.allCases {
        let format = EventLogs.format { ($0.time.unit, $0.emptyTouchpoints) = (unit, .drop) }
        func outcome(_ blockSize: Int) -> Result<[String], InputError> {
          do throws(InputError) {
            let result = try EventReader(format, blockSize: blockSize).read(bytes: bytes, name: "seed")
            return .success(EventLogs.lines(result.log, sorted: false))
          } catch {
            return .failure(error)
          }
        }
        let whole = outcome(1 << 16)
        let isJSON = seed.lastPathComponent.hasPrefix("json")
        for blockSize in isJSON ? [1 << 10] : [1, 8, 100] {
          #expect(outcome(blockSize) == whole, "\(seed.lastPathComponent)")
        }
      }
    }
  }

  @Test func databasesMayHoldTimesAsNumbers() throws {
    try EventLogs.withDatabase { database in
      try database.execute(
        sql: """
          CREATE TABLE whole (user INTEGER, time INTEGER, channel TEXT, converted BOOLEAN);
          INSERT INTO whole VALUES (1, 1717164309, 'a', 0), (2, -5, 'b', 1);
          CREATE TABLE real (user REAL, time REAL, channel TEXT, converted INTEGER);
          INSERT INTO real VALUES (1.0, 1717164309.0, 'a', 0), (2.5, 1717164309.25, 'b', 1);
          CREATE TABLE milli (user, time REAL, channel, converted);
          INSERT INTO milli VALUES ('1', 1717164309000.0, x'61', 0), ('2', 1717164309250.0, 'b', 1);
          """)
    } _: { path in
      for (table, expected) in [
        ("whole", ["1 1717164309 a visit", "2 -5 b visit touchAndConversion 1.0 0.0"]),
        ("real", ["1 1717164309 a visit", "2.5 1717164309.25 b visit touchAndConversion 1.0 0.0"]),
        ("milli", ["1 1717164309 a visit", "2 1717164309.25 b visit touchAndConversion 1.0 0.0"]),
      ] {
        let log = try EventLogs.read(table: table, of: path).log
        #expect(EventLogs.lines(log) == expected)
      }
    }
  }
}
