/// Searches bytes eight at a time.
///
/// The test for a zero byte in a word is the classic one (H. Warren, "Hacker's Delight", 6–1): its
/// lowest set bit is always right, and only that one is used.
enum ByteScan {
  /// A word with `byte` in all eight bytes.
  @inline(__always)
  static func pattern(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// The first position at or after `position` that holds either byte.
  ///
  /// One of the two must be there, and eight bytes behind it must be readable.
  @inline(__always)
  static func first(
    _ either: UInt64, _ other: UInt64, from position: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    var position = position
    while true {
      let word = load(position)
      let found = zeroBytes(word ^ either) | zeroBytes(word ^ other)
      if found != 0 { return position + found.trailingZeroBitCount >> 3 }
      position += 8
    }
  }

  /// The first position in `position..<end` that holds the byte, or `end`.
  ///
  /// Eight bytes behind `end` must be readable.
  @inline(__always)
  static func first(
    _ pattern: UInt64, from position: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    var position = position
    while position < end {
      let found = zeroBytes(load(position) ^ pattern)
      if found != 0 { return min(position + found.trailingZeroBitCount >> 3, end) }
      position += 8
    }
    return end
  }

  /// The first `length` bytes, at most eight, as a word with zeros behind them.
  @inline(__always)
  static func word(_ position: UnsafePointer<UInt8>, length: Int) -> UInt64 {
    load(position) & (UInt64.max >> (UInt64(8 &- length) &* 8))
  }

  @inline(__always)
  private static func load(_ position: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(position).loadUnaligned(as: UInt64.self))
  }

  @inline(__always)
  private static func zeroBytes(_ word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
  }
}
