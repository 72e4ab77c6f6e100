/// Times and durations in microseconds.
public enum Microseconds {
  public static let perSecond: Int64 = 1_000_000
  public static let perDay: Int64 = 86_400 * perSecond

  /// The day of a time, in days since 1970-01-01 in UTC; also before then.
  package static func day(of time: Int64) -> Int64 {
    let (days, rest) = time.quotientAndRemainder(dividingBy: perDay)
    return rest < 0 ? days - 1 : days
  }
}
