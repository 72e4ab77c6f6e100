import Foundation
import Testing
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneJourneyIO

@Suite struct TimeTests {
  /// What a text is read as when it is the first time of an input, in microseconds since 1970.
  static func parse(
    _ text: String, zone: String = "UTC", order: TimeFormat.DateOrder? = nil, unit: TimeFormat.Unit? = nil,
    first: String? = nil
  ) -> Int64? {
    var format = TimeFormat()
    format.zone = ZoneOffsets(zone)!
    format.dateOrder = order
    format.unit = unit
    // Sixteen readable bytes stand behind every field.
    let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
    return Array((first ?? text).utf8).withUnsafeBufferPointer { first in
      let parser = TimeParser(format, first: first)
      return bytes.withUnsafeBufferPointer { parser.parse(UnsafeBufferPointer(rebasing: $0.dropLast(16))) }
    }
  }

  /// 2024-05-31T14:05:09Z, and that day's midnight, in seconds.
  static let instant: Int64 = 1_717_164_309
  static let midnight: Int64 = 1_717_113_600

  // MARK: Layouts

  @Test(arguments: [
    "2024-05-31T14:05:09Z", "2024-05-31 14:05:09Z", "2024-05-31T14:05:09", "2024-05-31 14:05:09",
    "2024-05-31T14:05:09z", "2024-05-31T14:05:09UTC", "2024-05-31 14:05:09 UTC", "2024-05-31 14:05:09 GMT",
    "2024-05-31T14:05:09+00:00", "2024-05-31T14:05:09-00:00", "2024-05-31T22:05:09+08", "2024-05-31T22:05:09+0800",
    "2024-05-31T22:05:09+08:00", "2024-05-31 22:05:09 +08:00", "2024-05-31T08:35:09-05:30", "2024-06-01T00:05:09+10:00",
    "2024-05-31T14:05:09.0Z", "2024-05-31T14:05:09,000", "20240531140509", "2024/05/31 14:05:09", "2024/5/31 14:05:09",
    "2024-5-31 14:05:09", "2024.05.31 14:05:09", "31.05.2024 14:05:09", "31.5.2024 14:05:09", "2024年5月31日 14:05:09",
    "2024年05月31日14:05:09", "2024/05/31 22:05:09+08:00", "1717164309", "1717164309.000", "1717164309000",
    "1717164309000000",
  ])
  func allLayoutsSayTheSameInstant(_ text: String) {
    #expect(Self.parse(text) == Self.instant * 1_000_000)
  }

  @Test(arguments: [
    "2024-05-31T14:05", "2024-05-31 14:05", "2024-05-31T14:05Z", "2024-05-31 22:05+08:00", "2024-05-31T22:05+08",
    "2024/05/31 14:05", "31.05.2024 14:05", "2024年5月31日 14:05", "2024-05-31T14:05:00",
  ])
  func secondsMayBeLeftOut(_ text: String) {
    #expect(Self.parse(text) == (Self.instant - 9) * 1_000_000)
  }

  @Test(arguments: [
    "2024-05-31", "20240531", "2024/05/31", "2024/5/31", "2024.05.31", "31.05.2024", "31.5.2024", "2024年5月31日",
    "2024年05月31日", "2024-05-31T00:00", "20240531000000",
  ])
  func datesAreMidnight(_ text: String) {
    #expect(Self.parse(text) == Self.midnight * 1_000_000)
    #expect(Self.parse(text, zone: "+08:00") == (Self.midnight - 8 * 3600) * 1_000_000)
    #expect(Self.parse(text, zone: "Europe/Berlin") == (Self.midnight - 2 * 3600) * 1_000_000)
  }

  @Test(
    arguments: [
      (".5", 500_000), (".12", 120_000), (".123", 123_000), (".123456", 123_456), (".1234567", 123_456),
      (".999999999", 999_999), (",25", 250_000),
    ] as [(String, Int64)])
  func fractionsAreMicroseconds(_ fraction: String, _ microseconds: Int64) {
    for ending in ["", "Z", "+00:00", " UTC"] {
      let read = Self.parse("2024-05-31T14:05:09\(fraction)\(ending)")
      #expect(read == Self.instant * 1_000_000 + microseconds, "\(ending)")
    }
    #expect(Self.parse("1969-12-31T23:59:59\(fraction)Z") == -1_000_000 + microseconds)
  }

  /// With a date order, slashes, dashes and dots are read in it.
  @Test func theOrderOfDatesMustBeSaid() {
    for (text, dayFirst, monthFirst) in [
      ("07/08/2024", "2024-08-07", "2024-07-08"), ("7/8/2024", "2024-08-07", "2024-07-08"),
      ("07-08-2024", "2024-08-07", "2024-07-08"), ("07.08.2024", "2024-08-07", "2024-07-08"),
    ] {
      #expect(Self.parse(text, order: .dayFirst) == Self.parse(dayFirst))
      #expect(Self.parse(text, order: .monthFirst) == Self.parse(monthFirst))
      #expect(Self.parse("2024/05/31", order: .dayFirst) == Self.midnight * 1_000_000)
      let isDotted = text.contains(".")
      #expect(Self.parse(text) == (isDotted ? Self.parse(dayFirst) : nil))
      #expect(Array(text.utf8).withUnsafeBufferPointer { TimeParser.isAmbiguousDate($0) } != isDotted)
    }
    #expect(Self.parse("31/05/2024", order: .monthFirst) == nil)
    #expect(Self.parse("05/31/2024", order: .dayFirst) == nil)
    #expect(Self.parse("05/31/24", order: .monthFirst) == nil)
  }

  @Test(arguments: [
    ("05/31/2024 2:05 PM", "14:05"), ("05/31/2024 02:05 PM", "14:05"), ("05/31/2024 2:05PM", "14:05"),
    ("05/31/2024 2:05 pm", "14:05"), ("05/31/2024 2:05 AM", "02:05"), ("05/31/2024 2:05 am", "02:05"),
    ("05/31/2024 12:00 AM", "00:00"), ("05/31/2024 12:00 PM", "12:00"), ("05/31/2024 12:59:00 AM", "00:59"),
    ("05/31/2024 02:05:00 PM", "14:05"), ("5/31/2024 02:05:00 PM", "14:05"), ("05/31/2024 2:05 PM +08:00", "06:05"),
  ])
  func halvesOfTheDayAreUnderstood(_ text: String, _ time: String) {
    #expect(Self.parse(text, order: .monthFirst) == Self.parse("2024-05-31T\(time)Z"))
  }

  /// The quick way for ISO dates and the other one accept the same.
  @Test(arguments: ["2024-05-31 2:05:09 PM", "2024-05-31 02:05:09 PM", "2024/05/31 02:05:09 PM"])
  func halvesOfTheDayMayStandBehindAnyDate(_ text: String) {
    #expect(Self.parse(text) == Self.instant * 1_000_000)
  }

  @Test(arguments: ["0:05 PM", "13:05 PM", "2:05 XM", "2:05 P", "24:05 AM"])
  func whatIsNoHalfOfTheDayIsRefused(_ time: String) {
    #expect(Self.parse("05/31/2024 \(time)", order: .monthFirst) == nil)
  }

  // MARK: Plain numbers

  @Test func unitsGoByTheFirstNumber() {
    #expect(Self.parse("0") == 0)
    #expect(Self.parse("-1") == -1_000_000)
    #expect(Self.parse("-1.5") == -1_500_000)
    #expect(Self.parse("1717164309.123456") == 1_717_164_309_123_456)
    #expect(Self.parse("1717164309123.5") == 1_717_164_309_123_500)
    #expect(Self.parse("-1717164309123") == -1_717_164_309_123_000)
    #expect(Self.parse("99999999999") == 99_999_999_999_000_000)
    #expect(Self.parse("100000000000") == 100_000_000_000_000)
    #expect(Self.parse("99999999999999") == 99_999_999_999_999_000)
    #expect(Self.parse("100000000000000") == 100_000_000_000_000)
  }

  @Test func numbersOfAnotherSizeAreRefused() {
    #expect(Self.parse("1717164309000", first: "1717164309") == nil)
    #expect(Self.parse("1717164309", first: "1717164309000") == nil)
    #expect(Self.parse("1717164309000", first: "1717164309000000") == nil)
    #expect(Self.parse("1717164309", first: "2024-05-31") == nil)
    #expect(Self.parse("1717164309", first: "") == nil)
    #expect(Self.parse("2024-05-31", first: "1717164309") == Self.midnight * 1_000_000)
  }

  /// Where the first time is a date written as a number, a number that is no date is a slip of the pen, not a time in
  /// 1970.
  @Test(arguments: ["20241331", "20240230", "2024053", "202405311", "20240531250000"])
  func compactDatesAreNoEpochs(_ text: String) {
    #expect(Self.parse(text, first: "20240530") == nil)
    #expect(Self.parse(text, first: "20240530120000") == nil)
  }

  @Test func givenUnitsAreTakenAtTheirWord() {
    #expect(Self.parse("1717164309", unit: .milliseconds) == 1_717_164_309_000)
    #expect(Self.parse("1717164309", unit: .microseconds) == 1_717_164_309)
    #expect(Self.parse("5", unit: .seconds) == 5_000_000)
    #expect(Self.parse("20240531", unit: .seconds) == 20_240_531_000_000)
    #expect(Self.parse("253402300799", unit: .seconds) == 253_402_300_799_000_000)
    #expect(Self.parse("253402300800", unit: .seconds) == nil)
    #expect(Self.parse("253402300799001", unit: .milliseconds) == nil)
    #expect(Self.parse("999999999999999999", unit: .microseconds) == nil)
    #expect(Self.parse("9999999999999999999999") == nil)
  }

  // MARK: Calendar

  @Test func everyDayFollowsTheOther() {
    var expected = CivilDate.days(year: 1, month: 1, day: 1)!
    #expect(expected == -719_162)
    for year in 1...2500 {
      for month in 1...12 {
        for day in 1...31 {
          guard let days = CivilDate.days(year: year, month: month, day: day) else { continue }
          guard days == expected else {
            Issue.record("\(year)-\(month)-\(day)")
            return
          }
          expected += 1
        }
      }
    }
    // 2500 years of 365 days with 606 leap days.
    #expect(expected == -719_162 + 2500 * 365 + 606)
  }

  @Test(
    arguments: [
      ("2000-02-29", 11_016), ("2024-02-29", 19_782), ("1900-03-01", -25_508), ("1900-02-28", -25_509),
      ("1969-12-31", -1), ("1600-02-29", -135_081), ("9999-12-31", 2_932_896), ("0001-01-01", -719_162),
    ] as [(String, Int64)])
  func datesAreDaysSince1970(_ text: String, _ days: Int64) {
    #expect(Self.parse(text) == days * 86_400_000_000)
    #expect(Self.parse("\(text)T00:00:01.5Z") == days * 86_400_000_000 + 1_500_000)
  }

  @Test func leapSecondsAreTheNextMinute() {
    #expect(Self.parse("2016-12-31T23:59:60Z") == Self.parse("2017-01-01T00:00:00Z"))
    #expect(Self.parse("20161231235960") == Self.parse("2017-01-01"))
  }

  @Test(arguments: [
    "", " ", "x", "-", "2023-02-29", "1900-02-29", "2100-02-29T00:00:00Z", "2024-02-30", "2024-04-31", "2024-00-10",
    "2024-13-10", "2024-01-00", "2024-01-32", "0000-01-01", "2024-05-31T24:00", "2024-05-31T24:00:00",
    "2024-05-31T14:60",
    "2024-05-31T14:05:61Z", "2024-05-31T14", "2024-05-31T", "2024-05", "2024-05-31T14:05:09X", "2024-05-31T14:05:09+8",
    "2024-05-31T14:05:09+19:00", "2024-05-31T14:05:09+08:60", "2024-05-31T14:05:09+", "2024-05-31T14:05:09.Z",
    "2024-05-31T14:05:09Zulu", "2024-05-31T14:05:0", "2024-05-31T1x:05:09Z", "2024-0x-31T14:05:09Z", "24-05-31",
    "2024-05/31", "2024/05-31", "2024年5月31", "2024年5-31日", "31.05.24", "31.05.2024 14", "12:30", "2024-05-31 14:5",
    "２０２４-05-31", "1e9", "0x10", "+5", "1 000", "20240531T", "2024-05-31T14:05:09Z+08:00", "May 31 2024", "--5",
    "2024-W22-5",
    "2024-152", "1717164309Z", "2024-05-31T-1:05:09",
  ])
  func whatIsNoTimeIsRefused(_ text: String) {
    #expect(Self.parse(text) == nil)
  }

  // MARK: Zones

  @Test func fixedOffsetsAreZones() {
    for (name, seconds) in [
      ("UTC", 0), ("utc", 0), ("Z", 0), ("GMT", 0), ("+08:00", 28_800), ("+8", 28_800), ("UTC+8", 28_800),
      ("-05:30", -19_800),
      ("UTC-05:30", -19_800), ("+00:00", 0), ("-18", -64_800),
    ] as [(String, Int64)] {
      #expect(ZoneOffsets(name)?.universalTime(ofLocal: 1_000_000) == 1_000_000 - seconds, "\(name)")
    }
  }

  @Test(arguments: [
    "", "Mars/Olympus", "+", "+19:00", "+08:60", "UTC+", "+8:00:00", "+-8", "++8", "+8:-5", "Berlin", "8",
  ])
  func whatIsNoZoneIsRefused(_ name: String) {
    #expect(ZoneOffsets(name) == nil)
  }

  @Test func clocksPutForwardAndBackAreReadAsZoneinfoDoes() {
    // In Berlin 02:30 did not occur on 2024-03-31, and occurred twice on 2024-10-27.
    #expect(Self.parse("2024-03-31T02:30", zone: "Europe/Berlin") == Self.parse("2024-03-31T01:30Z"))
    #expect(Self.parse("2024-03-31T01:59:59", zone: "Europe/Berlin") == Self.parse("2024-03-31T00:59:59Z"))
    #expect(Self.parse("2024-03-31T03:00", zone: "Europe/Berlin") == Self.parse("2024-03-31T01:00Z"))
    #expect(Self.parse("2024-10-27T02:30", zone: "Europe/Berlin") == Self.parse("2024-10-27T00:30Z"))
    #expect(Self.parse("2024-10-27T03:00", zone: "Europe/Berlin") == Self.parse("2024-10-27T02:00Z"))
    // Half an hour at Lord Howe; a whole day that Apia left out.
    #expect(Self.parse("2024-10-06T02:15", zone: "Australia/Lord_Howe") == Self.parse("2024-10-05T15:45Z"))
    #expect(Self.parse("2024-04-07T01:45", zone: "Australia/Lord_Howe") == Self.parse("2024-04-06T14:45Z"))
    #expect(Self.parse("2011-12-30T12:00", zone: "Pacific/Apia") == Self.parse("2011-12-30T22:00Z"))
    #expect(Self.parse("2011-12-31T00:00", zone: "Pacific/Apia") == Self.parse("2011-12-30T10:00Z"))
    // A zone in the text wins over that of the format; plain numbers have none.
    #expect(Self.parse("2024-03-31T02:30Z", zone: "Europe/Berlin") == Self.parse("2024-03-31T02:30Z"))
    #expect(Self.parse("1717164309", zone: "Europe/Berlin") == Self.instant * 1_000_000)
  }

  @Test(arguments: [
    "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo",
    "Africa/Casablanca", "Pacific/Apia", "UTC", "Asia/Tehran", "America/Caracas", "Africa/Monrovia",
  ])
  func agreesWithZoneinfo(_ name: String) throws {
    let zones = try Repository.json(Repository.reference("time_zones.json"))["zones"] as! [String: [[Int64]]]
    let pairs = try #require(zones[name])
    #expect(pairs.count >= 20)
    let zone = try #require(ZoneOffsets(name))
    for pair in pairs {
      let read = zone.universalTime(ofLocal: pair[0])
      #expect(read == pair[1], "local \(Date(timeIntervalSince1970: Double(pair[0]))): off by \(read - pair[1]) s")
    }
  }
}
