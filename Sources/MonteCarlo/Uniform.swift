/// Uniform numbers from random words: the one place that knows how many bits are used, and what happens at the ends.
package enum Uniform {
  /// A number from [0, 1): the word's upper 53 bits, as many as a `Double` holds.
  @inlinable @inline(__always)
  package static func halfOpen(_ word: UInt64) -> Double { Double(word &>> 11) * 0x1p-53 }

  /// A number from (0, 1), in the middle of its 2⁻⁵³ wide cell: for quantile functions, which are infinite at 0 and 1.
  @inlinable @inline(__always)
  package static func open(_ word: UInt64) -> Double { Double(word &>> 11) * 0x1p-53 + 0x1p-54 }
}

extension RandomStream {
  /// The next number from [0, 1).
  package mutating func uniform() -> Double { Uniform.halfOpen(next()) }

  /// The next number from the standard normal distribution.
  package mutating func normal() -> Double { Normal.quantile(Uniform.open(next())) }
}
