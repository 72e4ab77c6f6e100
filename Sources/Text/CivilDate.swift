/// Dates of the proleptic Gregorian calendar.
public enum CivilDate {
  /// The days from 1970-01-01 to a date, or `nil` where there is no such date.
  ///
  /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil: years begin in March, so that
  /// the leap day is the last one.
  @inlinable @inline(__always)
  public static func days(year: Int, month: Int, day: Int) -> Int? {
    guard month >= 1, month <= 12, day >= 1, year >= 1, year <= 9999,
      day <= 28 || day <= length(ofMonth: month, year: year)
    else { return nil }
    let marchYear = month <= 2 ? year &- 1 : year
    let era = marchYear / 400
    let yearOfEra = marchYear &- era &* 400
    let dayOfYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
    let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
    return era &* 146_097 &+ dayOfEra &- 719_468
  }

  @usableFromInline static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
