/// Times as people read them, in universal time.
package enum DateText {
  /// The day, as in 2024-05-31.
  package static func day(_ microseconds: Int64) -> String { String(instant(microseconds).prefix { $0 != "T" }) }

  /// The second, as in 2024-05-31T14:05:09Z.
  package static func instant(_ microseconds: Int64) -> String {
    let seconds = floorDivide(microseconds, 1_000_000)
    let days = floorDivide(seconds, 86_400)
    let rest = seconds - days * 86_400
    let (year, month, day) = date(ofDay: days)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
      + "T\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
  }

  /// The millisecond, as in 2024-05-31T14:05:09.250Z.
  package static func precise(_ microseconds: Int64) -> String {
    let milliseconds = floorDivide(microseconds, 1_000)
    return instant(microseconds).dropLast() + ".\(padded(milliseconds - floorDivide(milliseconds, 1_000) * 1_000, 3))Z"
  }

  /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
  private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1
    )
  }

  private static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
    number >= 0 ? number / divisor : -((-number + divisor - 1) / divisor)
  }

  private static func padded(_ number: Int64, _ digits: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
