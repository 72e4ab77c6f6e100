import TouchstoneText

/// Reads times.
struct TimeParser: Sendable {
  let format: TimeFormat
  /// What plain numbers are.
  private let numbers: Numbers

  private enum Numbers {
    /// Nothing is known: the input begins with something else.
    case none
    /// 20240531 and the like.
    case dates
    /// Of a unit that was given.
    case given(TimeFormat.Unit)
    /// Of a unit that the first number's size told: another size, or a date, is refused.
    case detected(TimeFormat.Unit)
  }

  /// - Parameter first: The first time of the input, which tells the unit of plain numbers.
  init(_ format: TimeFormat, first: UnsafeBufferPointer<UInt8>?) {
    self.format = format
    if let unit = format.unit {
      numbers = .given(unit)
    } else if let first, let number = Self.plainNumber(first) {
      numbers = Self.compactDate(first) != nil ? .dates : .detected(Self.unit(ofSize: number.whole))
    } else {
      numbers = .none
    }
  }

  /// A time in microseconds since 1970, or `nil` where the text is none.
  @inline(__always)
  func parse(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    // 2024-05-31T14:05:09 and what follows: by far the most common.
    if text.count >= 19, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " "), text[13] == UInt8(ascii: ":"),
      text[16] == UInt8(ascii: ":")
    {
      let (century, yearOfCentury, month, day) = (
        Self.two(text, 0), Self.two(text, 2), Self.two(text, 5), Self.two(text, 8)
      )
      let (hour, minute, second) = (Self.two(text, 11), Self.two(text, 14), Self.two(text, 17))
      guard century | yearOfCentury | hour | minute | second >= 0, hour < 24, minute < 60,
        second <= 60,
        let days = CivilDate.days(year: century &* 100 &+ yearOfCentury, month: month, day: day)
      else { return nil }
      let seconds = Int64(days &* 86_400 &+ hour &* 3600 &+ minute &* 60 &+ second)
      if text.count == 20 && text[19] == UInt8(ascii: "Z") { return seconds &* Microseconds.perSecond }
      return finish(seconds, text, from: 19) ?? parseOther(text)
    }
    return parseOther(text)
  }

  /// Two digits, or a number below 0.
  @inline(__always)
  private static func two(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
    let (tens, ones) = (text[position] &- 0x30, text[position &+ 1] &- 0x30)
    return tens <= 9 && ones <= 9 ? Int(tens) &* 10 &+ Int(ones) : -1
  }

  /// Adds what follows the seconds: a fraction, a zone.
  private func finish(
    _ seconds: Int64, _ text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int64? {
    var position = start
    var fraction: Int64 = 0
    if position < text.count, text[position] == UInt8(ascii: ".") || text[position] == UInt8(ascii: ",") {
      var scale = Microseconds.perSecond
      position += 1
      let first = position
      while position < text.count, text[position] &- 0x30 <= 9 {
        scale /= 10
        fraction += Int64(text[position] &- 0x30) * scale
        position += 1
      }
      if position == first { return nil }
    }
    var zone = UnsafeBufferPointer(rebasing: text[position...])
    while zone.first == UInt8(ascii: " ") { zone = UnsafeBufferPointer(rebasing: zone[1...]) }
    guard !zone.isEmpty else {
      return format.zone.universalTime(ofLocal: seconds) &* Microseconds.perSecond &+ fraction
    }
    guard let offset = Self.offset(zone) else { return nil }
    return (seconds - offset) * Microseconds.perSecond + fraction
  }

  /// The seconds ahead of universal time that `Z`, `UTC`, `+08`, `+0800` or `+08:00` stands for.
  private static func offset(_ zone: UnsafeBufferPointer<UInt8>) -> Int64? {
    if zone.elementsEqual("Z".utf8) || zone.elementsEqual("z".utf8) || zone.elementsEqual("UTC".utf8)
      || zone.elementsEqual("GMT".utf8)
    {
      return 0
    }
    guard zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"), zone.count >= 3 else { return nil }
    let hours = two(zone, 1)
    let minutes: Int
    switch zone.count {
    case 3: minutes = 0
    case 5: minutes = two(zone, 3)
    case 6 where zone[3] == UInt8(ascii: ":"): minutes = two(zone, 4)
    default: return nil
    }
    guard hours >= 0, hours <= 18, minutes >= 0, minutes < 60 else { return nil }
    let seconds = Int64(hours * 3600 + minutes * 60)
    return zone[0] == UInt8(ascii: "-") ? -seconds : seconds
  }

  // MARK: Other layouts

  @inline(never)
  private func parseOther(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    if let number = Self.plainNumber(text) {
      switch numbers {
      case .none: return nil
      case .dates: return Self.compactDate(text).map(universal)
      case .given(let unit): return Self.time(number, unit)
      case .detected(let unit):
        guard Self.unit(ofSize: number.whole) == unit, Self.compactDate(text) == nil else { return nil }
        return Self.time(number, unit)
      }
    }
    var scanner = TimeScanner(text)
    guard let date = dateBySeparators(&scanner),
      let days = CivilDate.days(year: date.year, month: date.month, day: date.day)
    else { return nil }
    let midnight = Int64(days) * 86_400
    let needsTime = scanner.skip("T")
    scanner.skipSpaces()
    if scanner.isAtEnd && !needsTime { return finish(midnight, text, from: text.count) }
    guard let hour = scanner.number(1...2), scanner.skip(":"), let minute = scanner.number(2...2)
    else { return nil }
    var second = 0
    if scanner.skip(":") {
      guard let number = scanner.number(2...2) else { return nil }
      second = number
    }
    guard let hour = scanner.hourOfDay(hour), hour < 24, minute < 60, second <= 60 else { return nil }
    return finish(midnight + Int64(hour * 3600 + minute * 60 + second), text, from: scanner.position)
  }

  private func dateBySeparators(_ scanner: inout TimeScanner) -> (year: Int, month: Int, day: Int)? {
    guard let first = scanner.number(1...4) else { return nil }
    let firstLength = scanner.position
    for separator in ["-", "/", "."] where scanner.skip(separator) {
      guard let second = scanner.number(1...2), scanner.skip(separator) else { return nil }
      if firstLength == 4 {
        guard let day = scanner.number(1...2) else { return nil }
        return (first, second, day)
      }
      guard let year = scanner.number(4...4) else { return nil }
      // With dots the day comes first everywhere; with slashes that depends on the country.
      switch format.dateOrder ?? (separator == "." ? .dayFirst : nil) {
      case .dayFirst: return (year, second, first)
      case .monthFirst: return (year, first, second)
      case nil: return nil
      }
    }
    if firstLength == 4, scanner.skip("年"), let month = scanner.number(1...2), scanner.skip("月"),
      let day = scanner.number(1...2), scanner.skip("日")
    {
      return (first, month, day)
    }
    return nil
  }

  /// Whether a text is a date that is refused only because nothing says what comes first in it.
  static func isAmbiguousDate(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var format = TimeFormat()
    let isKnown = TimeParser(format, first: nil).parse(text) != nil
    return !isKnown
      && TimeFormat.DateOrder.allCases.contains { order in
        format.dateOrder = order
        return TimeParser(format, first: nil).parse(text) != nil
      }
  }

  // MARK: Plain numbers

  private struct PlainNumber {
    var whole: Int64
    var microseconds: Int64
    var hasFraction: Bool
    var isNegative: Bool
  }

  static func isPlainNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool { plainNumber(text) != nil }

  private static func plainNumber(_ text: UnsafeBufferPointer<UInt8>) -> PlainNumber? {
    var position = 0
    let isNegative = text.first == UInt8(ascii: "-")
    if isNegative { position = 1 }
    var number = PlainNumber(whole: 0, microseconds: 0, hasFraction: false, isNegative: isNegative)
    let start = position
    while position < text.count, text[position] &- 0x30 <= 9 {
      guard position - start < 18 else { return nil }
      number.whole = number.whole * 10 + Int64(text[position] &- 0x30)
      position += 1
    }
    guard position > start else { return nil }
    if position < text.count, text[position] == UInt8(ascii: ".") {
      number.hasFraction = true
      var scale = Microseconds.perSecond
      position += 1
      while position < text.count, text[position] &- 0x30 <= 9 {
        scale /= 10
        number.microseconds += Int64(text[position] &- 0x30) * scale
        position += 1
      }
    }
    return position == text.count ? number : nil
  }

  /// The first number of milliseconds: as seconds it is the year 5138, as milliseconds one of 1973. The first number of
  /// microseconds is a thousand times as large.
  private static let leastMilliseconds: Int64 = 100_000_000_000

  private static func unit(ofSize whole: Int64) -> TimeFormat.Unit {
    whole < leastMilliseconds ? .seconds : whole < 1000 * leastMilliseconds ? .milliseconds : .microseconds
  }

  private static func time(_ number: PlainNumber, _ unit: TimeFormat.Unit) -> Int64? {
    // The year 9999, and as far back.
    let limit: Int64 = 253_402_300_799
    let magnitude: Int64
    switch unit {
    case .seconds:
      guard number.whole <= limit else { return nil }
      magnitude = number.whole * Microseconds.perSecond + number.microseconds
    case .milliseconds:
      guard number.whole <= limit * 1000 else { return nil }
      magnitude = number.whole * 1000 + number.microseconds / 1000
    case .microseconds:
      guard number.whole <= limit * 1_000_000 else { return nil }
      magnitude = number.whole
    }
    return number.isNegative ? -magnitude : magnitude
  }

  private func universal(_ localSeconds: Int64) -> Int64 {
    format.zone.universalTime(ofLocal: localSeconds) &* Microseconds.perSecond
  }

  /// The local seconds of 20240531 and 20240531140509.
  private static func compactDate(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard text.count == 8 || text.count == 14, text[0] != UInt8(ascii: "-") else { return nil }
    let year = two(text, 0) * 100 + two(text, 2)
    guard (1900...2199).contains(year),
      let days = CivilDate.days(year: year, month: two(text, 4), day: two(text, 6))
    else { return nil }
    var seconds = Int64(days) * 86_400
    if text.count == 14 {
      let (hour, minute, second) = (two(text, 8), two(text, 10), two(text, 12))
      guard hour >= 0, hour < 24, minute >= 0, minute < 60, second >= 0, second <= 60 else { return nil }
      seconds += Int64(hour * 3600 + minute * 60 + second)
    }
    return seconds
  }
}

/// Walks over the text of a time.
private struct TimeScanner {
  private let text: UnsafeBufferPointer<UInt8>
  private(set) var position = 0

  init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  var isAtEnd: Bool { position == text.count }

  /// A number of so many digits.
  mutating func number(_ digits: ClosedRange<Int>) -> Int? {
    var number = 0
    var count = 0
    while position < text.count, text[position] &- 0x30 <= 9, count < digits.upperBound {
      number = number * 10 + Int(text[position] &- 0x30)
      position += 1
      count += 1
    }
    return digits.contains(count) ? number : nil
  }

  @discardableResult
  mutating func skip(_ mark: String) -> Bool {
    guard text[position...].starts(with: mark.utf8) else { return false }
    position += mark.utf8.count
    return true
  }

  @discardableResult
  mutating func skipSpaces() -> Bool {
    let start = position
    while skip(" ") {}
    return position > start
  }

  /// The hour of the day where AM or PM may follow.
  mutating func hourOfDay(_ hour: Int) -> Int? {
    let start = position
    skipSpaces()
    let isAfternoon = skip("PM") || skip("pm")
    guard isAfternoon || skip("AM") || skip("am") else {
      position = start
      return hour
    }
    guard (1...12).contains(hour) else { return nil }
    return hour % 12 + (isAfternoon ? 12 : 0)
  }
}
