/// Times and durations in microseconds.
public enum Microseconds {
  public static let perSecond: Int64 = 1_000_000
  public static let perDay: Int64 = 86_400 * perSecond
}
