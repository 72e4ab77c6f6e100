import Foundation
import Testing
import TouchstoneText

@testable import TouchstoneJourneyIO

/// What is refused, where, why, and what to do about it.
@Suite struct EventErrorTests {
  /// A bad input, and what its message must say.
  struct Case: CustomTestStringConvertible {
    var text: String
    /// The place and how the problem begins.
    var message: String
    var remedy: String
    var format: EventFormat
    var testDescription: String { text.debugDescription }

    init(
      _ text: String, _ message: String, _ remedy: String = "", _ change: (inout EventFormat) -> Void = { _ in }
    ) {
      (self.text, self.message, self.remedy) = (text, message, remedy)
      format = EventLogs.format(change)
    }
  }

  static func check(_ bad: Case) throws {
    for blockSize in [2, 50, 1 << 16] {
      let refusal = EventLogs.refusal { () throws(InputError) in
        try EventLogs.read(bad.text, bad.format, blockSize: blockSize)
      }
      let error = try #require(refusal, "accepted in blocks of \(blockSize)")
      #expect(error.kind == .badData)
      #expect(error.description.hasPrefix(bad.message), "\(error)")
      #expect(bad.remedy.isEmpty || error.remedy.contains(bad.remedy), "\(error)")
    }
  }

  static let header = "user,time,channel,event,conversions,value\n"
  static let good = "u,2024-05-31,a,click,0,0\n"

  // MARK: Rows

  @Test(arguments: [
    Case(
      header + good + "u,yesterday,a,click,0,0\n", "t:3:3: \"time\" is \"yesterday\", which is no time;",
      "2024-05-31T14:05"),
    Case(header + "u,,a,click,0,0\n", "t:2:3: \"time\" is empty;", "accepted are"),
    Case(
      header + good + "u,2023-02-29,a,click,0,0\n", "t:3:3: \"time\" is \"2023-02-29\", which is no time;",
      "accepted are"),
    Case(
      header + good + "u,31.02.2024,a,click,0,0\n", "t:3:3: \"time\" is \"31.02.2024\", which is no time;",
      "accepted are"),
    Case(header + "u,2024-05-31T24:00,a,click,0,0\n", "t:2:3: \"time\" is \"2024-05-31T24:00\", which is no time;"),
    Case(
      header + "u,07/08/2024,a,click,0,0\n", "t:2:3: \"time\" is \"07/08/2024\", and nothing says whether",
      "--date-order day-first"),
    Case(
      header + "u,7-8-2024 1:00 PM,a,click,0,0\n", "t:2:3: \"time\" is \"7-8-2024 1:00 PM\", and nothing",
      "--date-order"),
    Case(header + "u,31/05/2024,a,click,0,0\n", "t:2:3: \"time\" is \"31/05/2024\", and nothing", "--date-order"),
    Case(header + "u,31/05/2024,a,click,0,0\n", "t:2:3: \"time\" is \"31/05/2024\", which is no time") {
      $0.time.dateOrder = .monthFirst
    },
    Case(header + "u,99999999999999999999,a,click,0,0\n", "t:2:3: \"time\" is \"99999999999999999999\""),
    Case(header + "u,x,a,click,0,0\nu,y,a,click,0,0\n", "t:2:3: \"time\" is \"x\""),
    Case(
      header + good + ",2024-05-31,a,click,0,0\n", "t:3:1: the event has no id: \"user\" is empty;", "complete the row"
    ),
    Case(header + "   ,2024-05-31,a,click,0,0\n", "t:2:1: the event has no id"),
    Case(
      "id,mail," + header + ",  ,u,2024-05-31,a,click,0,0\n", "t:2:1: the event has no id: \"id\", \"mail\" is empty"
    ) {
      $0.userColumns = ["id", "mail"]
    },
    Case(header + "u,2024-05-31,,click,0,0\n", "t:2:14: the event names no touchpoint;", "--empty-touchpoints drop"),
    Case(header + "u,2024-05-31, ,order,0,0\n", "t:2:14: the event names no touchpoint;"),
    Case(header + "u,2024-05-31,(start),click,0,0\n", "t:2:14: \"(start)\" is the name of something else", "rename"),
    Case(header + "用户,2024-05-31, (baseline),click,0,0\n", "t:2:15: \"(baseline)\" is the name"),
    Case(header + "u,2024-05-31,\"(null)\",click,0,0\n", "t:2:14: \"(null)\" is the name"),
    Case(
      header + "u,2024-05-31,a,click,-1,0\n", "t:2:22: \"conversions\" is \"-1\", which is no number of conversions",
      "0 or 1"),
    Case(header + "u,2024-05-31,a,click,nan,0\n", "t:2:22: \"conversions\" is \"nan\""),
    Case(header + "u,2024-05-31,a,click,1e16,0\n", "t:2:22: \"conversions\" is \"1e16\""),
    Case(header + "u,2024-05-31,a,click,1e-10,0\n", "t:2:22: \"conversions\" is \"1e-10\""),
    Case(header + "u,2024-05-31,a,click,maybe,0\n", "t:2:22: \"conversions\" is \"maybe\"", "true or false"),
    Case(header + "u,2024-05-31,a,click,truely,0\n", "t:2:22: \"conversions\" is \"truely\""),
    Case(header + "u,2024-05-31,a,click,1,abc\n", "t:2:24: \"value\" is \"abc\", which is no value", "12.5"),
    Case(header + "u,2024-05-31,a,click,1,\"1,000\"\n", "t:2:24: \"value\" is \"1,000\"", "thousands separators"),
    Case(header + "u,2024-05-31,a,click,1,€5\n", "t:2:24: \"value\" is \"€5\"", "without currency"),
    Case(header + "u,2024-05-31,a,click,1,inf\n", "t:2:24: \"value\" is \"inf\""),
    Case(header + "u,2024-05-31,a,click,1,1e16\n", "t:2:24: \"value\" is \"1e16\"", "below 1e15"),
    Case(
      header + "u,2024-05-31,a,click,0,5\n", "t:2:24: \"value\" is 5.0 on an event that is no conversion;",
      "--value-column none"),
    Case(header + "u,2024-05-31,a,click,0,-5\n", "t:2:24: the event is a refund: \"value\" is \"-5\";", "--refunds net")
    {
      $0.refunds = .reject
    },
    Case("user,time,channel,event\nu,2024-05-31,a,Refund\n", "t:2:16: the event is a refund: \"event\" is \"Refund\"") {
      $0.refunds = .reject
    },
    Case(
      header + "u,2024-05-31,a,click,0\n", "t:2:1: the row has 5 columns where the header has 6", "complete the row"),
    Case(
      header + good + "u,2024-05-31,a,b,click,0,0\n", "t:3:26: the row has 7 columns where the header has 6", "quote"),
    Case(header + "u,2024-05-31,a\"b,click,0,0\n", "t:2:15: a double quote stands inside"),
    Case(header + "\"x\n\ny\",2024-05-31,a,click,0,0\nu,-,a,click,0,0\n", "t:5:3: \"time\" is \"-\""),
    Case(header + "u,2024-05-31,\"a\n\",click,0,0\n\"\nu\",2024,a,,0,0\n", "t:5:4: \"time\" is \"2024\""),
    Case("cost," + header + "-0.5," + good, "t:2:1: \"cost\" is \"-0.5\", which is no cost", "from 0 on"),
    Case("cost," + header + "free," + good, "t:2:1: \"cost\" is \"free\", which is no cost"),
    Case("pages," + header + "1e16," + good, "t:2:1: \"pages\" is \"1e16\", which is no number", "leave it empty") {
      $0.measureColumns = ["pages"]
    },
  ])
  func mistakesInRowsAreNamed(_ bad: Case) throws { try Self.check(bad) }

  /// The unit of numbers is told by the first one, which must be in the first block.
  @Test(arguments: [
    ("1717164309", "1717164309000"), ("1717164309000", "1717164309"), ("2024-05-31", "1717164309"),
    ("1717164309000000", "1717164309000"),
  ])
  func numbersOfAnotherUnitAreRefused(_ first: String, _ second: String) throws {
    let text = "user,time,channel,value\nu,\(first),a,0\nu,\(second),a,0\n"
    let error = try #require(EventLogs.refusal { () throws(InputError) in try EventLogs.read(text) })
    #expect(
      error.description.hasPrefix("t:3:3: \"time\" is \"\(second)\", which is no time like the first one of the input;")
    )
    #expect(error.remedy.contains("--time-unit seconds, milliseconds or microseconds"))
  }

  // MARK: Headers

  @Test(arguments: [
    Case("", "t: the input is empty"), Case("\n", "t:1: the first line is empty"),
    Case(header, "t:1: there is a header and no event behind it"),
    Case("time,channel,value\n", "t:1: no column is known to hold the user; the columns are \"time\"", "--user-column"),
    Case("user,channel,value\n", "t:1: no column is known to hold the time", "--time-column, and the delimiter"),
    Case("user,time,value\n", "t:1: no column is known to hold the touchpoint", "--source-column and --medium-column"),
    Case(
      "user,time,channel\n", "t:1: no column is known to hold which events are conversions",
      "--kind-column or --value-column"),
    Case("user,time,channel,time,value\n", "t:1: there are two columns \"time\""),
    Case("user,time,channel,value,channel\n", "t:1: there are two columns \"channel\"", "a name of its own"),
    Case("user,time,channel,value,x,x\nu,2024,a,1,,\n", "t:1: there are two columns \"x\"") {
      $0.measureColumns = ["x"]
    },
    Case(header + good, "t:1: there is no column \"uid\"; the columns are \"user\"", "name one of them") {
      $0.userColumns = ["uid"]
    },
    Case(header + good, "t:1: there is no column \"Value\"") { $0.valueColumn = "Value" },
    Case(header + good, "t:1: column \"value\" is asked for twice") {
      $0.valueColumn = "value"
      $0.costColumn = "value"
    },
    Case(header + good, "t:1: column \"user\" is asked for twice") { $0.userColumns = ["user", "user"] },
    Case(header + good, "t:1: an event log needs times") { $0.timeColumn = "none" },
    Case(header + good, "t:1: no column is known to hold which events are conversions") {
      $0.conversionsColumn = "none"
      $0.kindColumn = "none"
      $0.valueColumn = "none"
    },
    Case("\"user,time\n", "t:1: a double quote in the header is never closed"),
    Case("user,time,channel,value\ru,2024,a,1\r", "t:1: a carriage return stands in the header"),
  ])
  func mistakesInHeadersAreNamed(_ bad: Case) throws {
    let refusal = EventLogs.refusal { () throws(InputError) in try EventLogs.read(bad.text, bad.format) }
    let error = try #require(refusal)
    #expect(error.description.hasPrefix(bad.message), "\(error)")
    #expect(bad.remedy.isEmpty || error.remedy.contains(bad.remedy), "\(error)")
  }

  /// Not even a user column may be turned off.
  @Test func anEventLogNeedsUsers() {
    let format = EventLogs.format { $0.userColumns = ["none"] }
    let error = EventLogs.refusal { () throws(InputError) in try EventLogs.read(Self.header + Self.good, format) }
    #expect(error?.line == 1)
  }

  // MARK: Bytes

  @Test(arguments: [
    ("u,2024-05-31,x\u{1}y,click,0,0\n", "t:3:14: the touchpoint \"x\\xFFy\" is not UTF-8; save the file as UTF-8"),
    ("u,2024-05-31,\"x\u{1}\"\"y\",click,0,0\n", "t:3:14: the touchpoint \"x\\xFF\\\"y\" is not UTF-8"),
    ("u,2024-05-31,\"long \"\"touchpoint\"\" \u{1}\",click,0,0\n", "t:3:14: the touchpoint"),
    ("u,2024-05-3\u{1},a,click,0,0\n", "t:3:3: \"time\" is \"2024-05-3\\xFF\", which is no time"),
    ("用户,2024-05-31,\u{1},click,0,0\n", "t:3:15: the touchpoint \"\\xFF\" is not UTF-8"),
  ])
  func bytesThatAreNotUTF8AreRefused(_ row: String, _ message: String) {
    // The replaced character cannot be written in a string of Swift.
    let bytes = Array((Self.header + Self.good + row).utf8).map { $0 == 1 ? 0xFF : $0 }
    let error = EventLogs.refusal { () throws(InputError) in try EventReader().read(bytes: bytes, name: "t") }
    let plain = error?.description.replacing("\\\"y", with: "\"y") ?? "accepted"
    #expect(plain.hasPrefix(message.replacing("\\\"y", with: "\"y")), "\(plain)")
  }

  @Test func partsThatAreNotUTF8AreRefused() {
    let text = "source,medium,user,time,value\ngoogle,c\u{1}c,u,2024-05-31,1\n"
    let bytes = Array(text.utf8).map { $0 == 1 ? 0xFF : $0 }
    let error = EventLogs.refusal { () throws(InputError) in try EventReader().read(bytes: bytes, name: "t") }
    #expect(error?.description.hasPrefix("t:2:8: the medium \"c\\xFFc\" is not UTF-8") == true, "\(error as Any)")
  }

  @Test func damagedGzipIsRefused() throws {
    let rows = (0..<3000).map { "user\($0),2024-05-31,a\($0 % 7),click,0,0\n" }
    let zipped = try EventLogs.gzip(Array((Self.header + rows.joined()).utf8))
    for count in [1, 40, zipped.count / 2, zipped.count - 11] {
      let error = EventLogs.refusal { () throws(InputError) in
        try EventReader().read(bytes: zipped.dropLast(count), name: "t.gz")
      }
      #expect(error?.problem == "the gzip data ends too early", "\(count): \(error as Any)")
      #expect(error?.remedy.contains("copy or download it again") == true && error?.line != nil)
    }
    var broken = zipped
    broken[broken.count / 2] ^= 0xFF
    let error = EventLogs.refusal { () throws(InputError) in try EventReader().read(bytes: broken, name: "t.gz") }
    #expect(error?.kind == .badData)
  }

  // MARK: Cost tables

  static let costs = "date,touchpoint,cost,clicks\n2024-05-01,a,1,\n"

  @Test(arguments: [
    (costs + "x,a,1,\n", "c:3:1: the date is \"x\", which is none; correct the row; accepted are"),
    (costs + ",a,1,\n", "c:3:1: the date is empty"), (costs + "2024-05-01,,1,\n", "c:3:12: the touchpoint is empty"),
    (costs + "2024-05-01,(null),1,\n", "c:3:12: \"(null)\" is the name of something else"),
    (costs + "2024-05-01,a,,\n", "c:3:14: the cost is empty; write 0"),
    (costs + "2024-05-01,a,-1,\n", "c:3:14: the cost is \"-1\""),
    (
      costs + "2024-05-01,a,$1,\n",
      "c:3:14: the cost is in \"$\", and the first row's in no currency; convert all costs to one currency"
    ),
    (
      costs + "2024-05-01,a,\"1,000\",\n",
      "c:3:14: the cost is \"1,000\", which is no number from 0 on; write a number such as 12.5"
    ),
    (
      "date,touchpoint,cost\n2024-05-01,a,1 EUR\n2024-05-01,a,EUR 2\n2024-05-01,a,3 USD\n",
      "c:4:14: the cost is in \"USD\""
    ),
    ("date,touchpoint,cost,currency\n2024-05-01,a,1,euros\n", "c:2:16: the currency is \"euros\", which is none"),
    (costs + "2024-05-01,a,1,-2\n", "c:3:16: the number of clicks is \"-2\""),
    (costs + "2024-05-01,a,1\n", "c:3:1: the row has 3"),
    (costs + "01/05/2024,a,1,\n", "c:3:1: the date is \"01/05/2024\""),
    (costs + "2024-05-01,\"x,1,\n", "c:3:12: this double quote"),
    (
      "date,touchpoint\n2024-05-01,a\n",
      "c:1: a cost table needs the columns date, touchpoint and cost, and cost is missing"
    ),
    ("date,channel,cost,cost\n2024-05-01,a,1,2\n", "c:1: there are two columns \"cost\""),
    ("date,touchpoint,cost\n", "c:1: there is a header and no row behind it"), ("", "c: the input is empty"),
    ("{\"date\":\"2024-05-01\",\"touchpoint\":\"a\",\"cost\":1}\n", "c:1: a cost table needs the columns"),
  ])
  func mistakesInCostTablesAreNamed(_ text: String, _ message: String) {
    let error = EventLogs.refusal { () throws(InputError) in
      try CostTableReader().read(bytes: Array(text.utf8), name: "c")
    }
    #expect(error?.description.hasPrefix(message) == true, "\(error.map { "\($0)" } ?? "accepted")")
  }
}
