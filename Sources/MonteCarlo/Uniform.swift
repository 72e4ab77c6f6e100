/// Uniform numbers from random words: the one place that knows how many bits are used, and what happens at the ends.
public enum Uniform {
  /// A number from [0, 1): the word's upper 53 bits, as many as a `Double` holds.
  @inlinable @inline(__always)
  public static func halfOpen(_ word: UInt64) -> Double { Double(word &>> 11) * 0x1p-53 }

  /// A number from (0, 1): for quantile functions, which are infinite at 0 and 1.
  ///
  /// Half a cell of 2⁻⁵³ is added; above ½, where a `Double` cannot hold the half, the sum is rounded to even, and the
  /// topmost word would give 1.
  @inlinable @inline(__always)
  public static func open(_ word: UInt64) -> Double { open(halfOpen: halfOpen(word)) }

  /// The same from a number of ``halfOpen(_:)``.
  @inlinable @inline(__always)
  public static func open(halfOpen uniform: Double) -> Double { min(uniform + 0x1p-54, 1 - 0x1p-53) }
}

extension RandomStream {
  /// The next number from [0, 1).
  public mutating func uniform() -> Double { Uniform.halfOpen(next()) }

  /// The next number from the standard normal distribution.
  public mutating func normal() -> Double { Normal.quantile(Uniform.open(next())) }
}
