import Foundation
import GRDB
import Testing
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneJourneyIO

@Suite struct EventReaderTests {
  // MARK: Columns

  /// Many ways to write one event.
  @Test(arguments: [
    "user_id,time,channel,conversions,value\nu,2024-05-31,a,1,5\n",
    "user_id\ttime\tchannel\tconversions\tvalue\nu\t2024-05-31\ta\t1\t5\n",
    "user_id;time;channel;conversions;value\nu;2024-05-31;a;1;5\n",
    "user_id|time|channel|conversions|value\nu|2024-05-31|a|1|5\n",
    "用户ID,时间,渠道,是否转化,转化价值\nu,2024-05-31,a,是,5\n",
    "客户,日期,触点,事件类型,金额\nu,2024年5月31日,a,购买,5\n",
    "User ID,Event Time,Marketing Channel,Is-Conversion,Order Value\nu,20240531,a,true,5\n",
    "revenue,converted,touchpoint,ts,uid\n5,yes,a,1717113600,u\n",
    "fullVisitorId,datetime,channelGrouping,event_name,revenue\nu,2024-05-31 00:00,a,Purchase,5\n",
    "user,time,channel,value\nu,2024-05-31,a,5\n",
    "\u{FEFF}user,time,channel,value\r\n\r\nu,2024-05-31,a,5\r\n\r\n",
    "\"user\",\"time\",\"channel\",\"value\"\n\"u\",\"2024-05-31\",\"a\",\"5\"",
    "user,time,channel,value\n  u , 2024-05-31  ,  a , 5 \n",
    "x,user,y,time,channel,z,value\n\"1,\n2\",u,,2024-05-31,a,\"\"\"\",5\n",
    "{\"user\":\"u\",\"time\":\"2024-05-31\",\"channel\":\"a\",\"value\":5}\n",
    "\u{FEFF}\n \t{ \"value\" : 5e0 , \"user\" : \"u\" , \"time\" : 1717113600 , \"channel\" : \"a\" } \r\n\r\n",
    "{\"user_id\":\"u\",\"ts\":1717113600000,\"channel\":\"\\u0061\",\"converted\":true,\"value\":\"5\"}",
    "{\"x\":[1,{\"user\":\"]}\"}],\"user\":\"u\",\"time\":\"2024-05-31\",\"y\":{},\"channel\":\"a\","
      + "\"value\":5,\"z\":[]}",
  ])
  func layoutsAreDetected(_ text: String) throws {
    let result = try EventLogs.read(text)
    #expect(EventLogs.lines(result.log) == ["u 1717113600 a visit touchAndConversion 1.0 5.0"])
    #expect(result.rows == 1)
    #expect(result.layout.hasValue)
  }

  @Test func columnsThatOptionsNameAreRead() throws {
    let format = EventLogs.format {
      $0.delimiter = UInt8(ascii: "/")
      $0.userColumns = ["time"]
      $0.timeColumn = "user"
      $0.touchpointColumn = "t"
      $0.kindColumn = "k"
      $0.conversionsColumn = "c"
      $0.valueColumn = "v"
      $0.costColumn = "euros"
      $0.measureColumns = ["pages", "cost"]
    }
    let result = try EventLogs.read(
      "time/user/t/k/c/v/euros/pages/cost/channel\nu/2024-05-31/a/click/2/7/0.5/3/-1/x\nu/2024-05-31/a/imp/0/0//3//\n",
      format)
    #expect(
      EventLogs.lines(result.log) == [
        "u 1717113600 a click touchAndConversion 2.0 7.0 0.5 3.0 -1.0", "u 1717113600 a impression ? 3.0 ?",
      ])
    #expect(result.log.measureNames == ["euros", "pages", "cost"])
    #expect(result.layout.summary.contains("user = \"time\", time = \"user\", touchpoint = \"t\", kind = \"k\""))
    #expect(result.layout.touchpointFields == [.touchpoint])
  }

  @Test func columnsThatOptionsTurnOffAreNotRead() throws {
    let text = "user,time,channel,source,medium,event,conversion,value,cost\nu,2024-05-31,a,s,m,click,1,5,2\n"
    #expect(try EventLogs.lines(text) == ["u 1717113600 a|s|m click touchAndConversion 1.0 5.0 2.0"])
    let none = "none"
    for (change, expected) in [
      ({ $0.touchpointColumn = none }, "s|m click touchAndConversion 1.0 5.0 2.0"),
      ({ ($0.sourceColumn, $0.mediumColumn) = (none, none) }, "a click touchAndConversion 1.0 5.0 2.0"),
      ({ $0.kindColumn = none }, "a|s|m visit touchAndConversion 1.0 5.0 2.0"),
      ({ $0.valueColumn = none }, "a|s|m click touchAndConversion 1.0 0.0 2.0"),
      ({ ($0.conversionsColumn, $0.kindColumn) = (none, none) }, "a|s|m visit touchAndConversion 1.0 5.0 2.0"),
      ({ ($0.conversionsColumn, $0.valueColumn) = (none, none) }, "a|s|m click 2.0"),
      ({ $0.costColumn = none }, "a|s|m click touchAndConversion 1.0 5.0"),
    ] as [((inout EventFormat) -> Void, String)] {
      #expect(try EventLogs.lines(text, EventLogs.format(change)) == ["u 1717113600 \(expected)"])
    }
  }

  /// Keys of JSON may first occur behind the first records: events without a purchase are most of a log.
  @Test func keysThatComeLateAreReadWhereTheyAreNamed() throws {
    let visits = (0..<300).map {
      "{\"user\":\"u\($0)\",\"time\":\"2024-05-31\",\"channel\":\"a\",\"event\":\"visit\"}\n"
    }
    let purchase = "{\"user\":\"p\",\"time\":\"2024-05-31\",\"channel\":\"a\",\"event\":\"purchase\",\"value\":12}\n"
    let named = EventLogs.format { $0.valueColumn = "value" }
    for (format, blockSize) in [(EventFormat(), 1 << 18), (named, 1 << 18), (named, 1)] {
      let result = try EventLogs.read(visits.joined() + purchase, format, blockSize: blockSize)
      #expect(EventLogs.lines(result.log).first == "p 1717113600 a visit touchAndConversion 1.0 12.0")
    }
  }

  @Test func nestedKeysAreNamedWithAPoint() throws {
    let format = EventLogs.format {
      $0.userColumns = ["user.id"]
      $0.timeColumn = "at"
      $0.touchpointColumn = "c.d.e"
      $0.valueColumn = "v"
    }
    let text = """
      {"user":{"name":"x","id":"u"},"at":"2024-05-31","c":{"d":{"e":"a"}},"v":null,"user.id.x":"y"}
      {"c":{"d":{"e":null}},"at":"2024-05-31","user":{"id":17},"v":3}
      {"user.id":"dots","at":"2024-05-31","c":{"d.e":"b"}}

      """
    #expect(
      try EventLogs.lines(text, format) == [
        "17 1717113600 - visit conversion 1.0 3.0", "dots 1717113600 b visit", "u 1717113600 a visit",
      ])
  }

  @Test(arguments: [
    (#""a\"b\\c\/d""#, "a\"b\\c/d"), (#""\u5fae\u4fe1""#, "微信"), (#""\ud83d\ude00!""#, "😀!"), (#""x\ty""#, "x\ty"),
    (#""y\b\f\n\r\tz""#, "y\u{8}\u{C}\n\r\tz"), (#""微信 \u0026 更多""#, "微信 & 更多"), (#""\uD834\uDD1E""#, "𝄞"),
    ("12.50", "12.50"),
    ("true", "true"), ("-1e5", "-1e5"), (#""a,b;c""#, "a,b;c"), (#""{}[]:""#, "{}[]:"), (#""  padded ""#, "padded"),
    (#""\u00e9""#, "é"),
  ])
  func valuesOfJSONAreReadAsWritten(_ value: String, _ touchpoint: String) throws {
    let log = try EventLogs.read("{\"user\":\"u\",\"time\":\"2024-05-31\",\"channel\":\(value),\"value\":1}\n").log
    #expect(log.touchpoints.names == [touchpoint])
  }

  // MARK: Meaning

  @Test(arguments: [
    ("impression,0,0", "impression"), ("IMP,,", "impression"), ("曝光,0,", "impression"), ("Click,no,0", "click"),
    ("点击,false,0.0", "click"), ("page_view,否,-0", "visit"), (",0,0", "visit"),
    ("click,1,0", "click touchAndConversion 1.0 0.0"),
    ("click,2.5,7", "click touchAndConversion 2.5 7.0"), ("view,TRUE,7", "impression touchAndConversion 1.0 7.0"),
    ("order,3,0", "visit touchAndConversion 3.0 0.0"), ("order,0,0", "visit"), ("order,,", "visit"),
    ("refund,0,9", "visit refund 0.0 -9.0"), ("退款,1,-9", "visit refund 0.0 -9.0"),
    ("click,1,-4", "click refund 0.0 -4.0"),
    ("refund,0,", "visit refund 0.0 0.0"),
  ])
  func kindsAndConversionsDecideTheRole(_ fields: String, _ expected: String) throws {
    let lines = try EventLogs.lines("user,time,channel,event,conversions,value\nu,2024-05-31,a,\(fields)\n")
    #expect(lines == ["u 1717113600 a \(expected)"])
  }

  @Test func conversionsAreToldByKindOrByValue() throws {
    let byKind = "user,time,channel,event,value\nu,2024-05-31,a,Purchase,5\nu,2024-05-31,,order,\nu,2024-05-31,b,x,0\n"
    #expect(
      try EventLogs.lines(byKind) == [
        "u 1717113600 - visit conversion 1.0 0.0", "u 1717113600 a visit touchAndConversion 1.0 5.0",
        "u 1717113600 b visit",
      ])
    var outcome = EventLogs.format { $0.conversionRows = .outcome }
    #expect(try EventLogs.lines(byKind, outcome)[1] == "u 1717113600 a visit conversion 1.0 5.0")
    outcome.kinds.conversions = ["X"]
    outcome.emptyTouchpoints = .drop
    outcome.valueColumn = "none"
    #expect(try EventLogs.lines(byKind, outcome).last == "u 1717113600 b visit conversion 1.0 0.0")
  }

  @Test func eventsWithoutTouchpointAreCounted() throws {
    let text =
      "user,time,channel,value,cost\nu,2024-05-31,,0,1\nu,2024-05-31,,5,2\n,2024-05-31,,0,3\nv,2024-05-31,a,0,\n"
    let result = try EventLogs.read(text, EventLogs.format { $0.emptyTouchpoints = .drop })
    #expect(
      EventLogs.lines(result.log) == ["u 1717113600 - visit conversion 1.0 5.0 2.0", "v 1717113600 a visit ?"])
    #expect(result.withoutTouchpoint == 2)
    #expect(result.rows == 4)
  }

  @Test func severalIDColumnsJoinPersons() throws {
    let text =
      "cookie,phone,time,channel,value\nc1,,2024-05-31,a,0\nc1,p,2024-06-01,b,0\n"
      + ",p,2024-06-02,c,4\nc2,,2024-06-03,d,0\n"
    let format = EventLogs.format { $0.userColumns = ["cookie", "phone"] }
    let log = try EventLogs.read(text, format).log
    let persons = Dictionary(grouping: EventLogs.lines(log)) { $0.prefix { $0 != " " } }.values.map(\.count)
    #expect(persons.sorted() == [1, 3])
    #expect(log.identities?.persons == 2)
  }

  // MARK: Costs

  @Test(arguments: [
    "date,touchpoint,cost,impressions,clicks\n2024-05-01,a,1.5,100,3\n2024-05-02,微信,0,,\n2024-05-02,a,2,50,\n",
    "日期;渠道;花费;曝光;点击\n20240501;a;1.5;100;3\n\n2024年5月2日;微信;0;;\n02.05.2024;a;2;50;\n",
    "\u{FEFF}Clicks\tIMPRESSIONS\tspend\tChannel Name\tday\r\n3\t100\t1.5\ta\t1714521600\r\n"
      + "\t\t0\t\"微信\"\t1714608000\r\n\t50\t2\ta\t1714608000",
  ])
  func costTablesAreReadInAnyOrderOfColumns(_ text: String) throws {
    let table = try CostTableReader().read(bytes: Array(text.utf8), name: "costs.csv")
    #expect(table.rows.map(\.touchpoint) == ["a", "微信", "a"])
    #expect(table.rows.map(\.date) == [1_714_521_600_000_000, 1_714_608_000_000_000, 1_714_608_000_000_000])
    #expect(table.totals["a"] == CostTable.Totals(cost: 3.5, impressions: 150, clicks: 3))
    #expect(table.totals["微信"] == CostTable.Totals(cost: 0, impressions: nil, clicks: nil))
    let zipped = try EventLogs.gzip(Array(text.utf8))
    #expect(try CostTableReader().read(bytes: zipped, name: "costs.csv.gz") == table)
  }

  @Test func costsHaveOneCurrency() throws {
    func table(_ text: String) throws -> CostTable { try CostTableReader().read(bytes: Array(text.utf8), name: "c") }
    let marked = try table("date,touchpoint,cost,conversions\n2024-05-01,a,¥1.5,4\n2024-05-02,a,2 ¥,\n")
    #expect(
      marked.currency == "¥" && marked.rows.map(\.cost) == [1.5, 2] && marked.rows.map(\.conversions) == [4, nil])
    let named = try table("日期,渠道,花费,币种,转化\n2024-05-01,微信,1,cny,3\n2024-05-02,微信,CNY 2,CNY,0.5\n")
    #expect(named.currency == "CNY" && named.rows.map(\.conversions) == [3, 0.5])
    #expect(try table("date,touchpoint,cost\n2024-05-01,a,1e2\n").rows[0].cost == 100)
    #expect(try table("date,touchpoint,cost\n2024-05-01,a,1\n").currency == nil)
  }
}

/// What a review found, each with its smallest case.
@Suite struct EventRegressionTests {
  static func built(_ log: String, profile: Bool = false, _ rules: JourneyRules = JourneyRules()) throws
    -> JourneyBuilder.Result
  {
    let reading = try EventReader().read(bytes: Array(log.utf8), name: "t")
    return JourneyBuilder(rules).build(reading.log, wantsProfile: profile)
  }

  /// A log of page views has a column that is called path.
  @Test func aColumnCalledPathIsNoPathTable() throws {
    let text = "user_id,time,path,channel,conversion\nu,2024-05-31,/buy,mail,1\n"
    try EventLogs.withFolder { folder in
      let file = folder.appending(path: "t.csv")
      try Data(text.utf8).write(to: file)
      guard case .events(let result) = try JourneyInputReader().read(.file(file.path)) else {
        Issue.record("read as a path table")
        return
      }
      #expect(result.log.touchpoints.names == ["mail"])
    }
  }

  /// Whichever spelling of a name comes first, the one whose bytes come first is shown.
  @Test func spellingsDoNotDependOnTheOrder() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    for names in [[composed, decomposed], [decomposed, composed]] {
      let rows = names.map { "u,2024-05-31,\($0),1\n" }.joined()
      let table = try Self.built("user,time,channel,conversion\n" + rows).paths
      #expect(table.touchpoints.names.map { Array($0.utf8) } == [Array(decomposed.utf8)])
    }
  }

  /// A touch that stands in ten journeys happened once.
  @Test func lookBackCountsATouchOnce() throws {
    var rules = JourneyRules()
    rules.conversions = .lookBack
    var log = "user,time,channel,conversion\nu,2024-05-01,ad,0\n"
    for day in 2...11 { log += "u,2024-05-\(day < 10 ? "0" : "")\(day),,1\n" }
    let profile = try #require(try Self.built(log, profile: true, rules).profile)
    #expect(profile.byTouchpoint[0].touchEvents == 1 && profile.byTouchpoint[0].touchedPersons == 1)
    #expect(profile.byTouchpoint[0].touches == 10)
  }

  @Test func sqliteKeepsBytes() throws {
    try EventLogs.withFolder { folder in
      let file = folder.appending(path: "t.db").path
      let database = try DatabaseQueue(path: file)
      try database.write { database in
        try database.execute(sql: "CREATE TABLE e (user, time, channel, conversion)")
        for user in [
          "CAST(x'610062' AS TEXT)", "CAST(x'610063' AS TEXT)", "CAST(x'61FF' AS TEXT)", "CAST(x'61FE' AS TEXT)",
        ] {
          try database.execute(sql: "INSERT INTO e VALUES (\(user), '2024-05-31', 'a', 1)")
        }
      }
      try database.close()
      let reading = try EventReader().read(InputLocation(argument: "sqlite:\(file)?query=SELECT *, '?table=' FROM e"))
      #expect(JourneyBuilder().build(reading.log).account.persons == 4)
    }
  }

  @Test func theImpressionLookbackOfASpecificationStays() throws {
    var specification = try JourneySpecification(
      yaml: "journeys: {lookback: 30d, impression-lookback: 1d}", source: "s")
    specification.set(lookback: DurationText("20d"), impressions: nil)
    #expect(specification.rules.lookback == 20 * Microseconds.perDay)
    #expect(specification.rules.impressionLookback == Microseconds.perDay)
  }

  @Test func jsonKeysThatHoldNoValueAreNotLost() {
    for line in [#""value":[3]"#, #""value":{"amount":5}"#] {
      let text = "{\"user\":\"u\",\"time\":\"2024-05-31\",\"channel\":\"a\",\"conversion\":1,\(line)}\n"
      let error = EventLogs.refusal { () throws(InputError) in
        try EventReader().read(bytes: Array(text.utf8), name: "t")
      }
      #expect(error?.description.contains("--value-column none") == true)
    }
  }

  @Test func aRuleBehindTheDefaultIsRefused() {
    let yaml = "touchpoints:\n  rules:\n  - default: x\n  - {to: y, source: z}\n"
    let error = EventLogs.refusal { () throws(InputError) in try JourneySpecification(yaml: yaml, source: "s") }
    #expect(error?.line == 3)
  }
}
