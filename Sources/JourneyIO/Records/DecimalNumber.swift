/// Reads decimal numbers from bytes, correctly rounded.
enum DecimalNumber {
  /// The number that the whole of `bytes` writes, or `nil` where it writes none.
  ///
  /// Accepts an optional sign, digits with an optional point, an optional exponent. NaN, infinity and
  /// hexadecimal are no numbers here; a decimal beyond the range of `Double` gives infinity.
  ///
  /// Up to 15 digits and a power of ten up to 10²² are exact in `Double`, so that one division
  /// rounds once (W. Clinger, "How to read floating point numbers accurately", PLDI 1990); all else
  /// goes to the standard library.
  static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    var digits: UInt64 = 0
    var digitCount = 0
    var decimals = -1
    for byte in bytes {
      if byte &- 0x30 <= 9 {
        digits = digits &* 10 &+ UInt64(byte &- 0x30)
        digitCount += 1
        if decimals >= 0 { decimals += 1 }
        if digitCount > 15 { return parseSlowly(bytes) }
      } else if byte == UInt8(ascii: "."), decimals < 0 {
        decimals = 0
      } else {
        return parseSlowly(bytes)
      }
    }
    guard digitCount > 0 else { return nil }
    return decimals > 0 ? Double(digits) / powersOfTen[decimals] : Double(digits)
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  private static func parseSlowly(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    let isDecimal = bytes.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
        UInt8(ascii: "E"):
        true
      default: false
      }
    }
    guard isDecimal else { return nil }
    return Double(String(decoding: bytes, as: UTF8.self))
  }
}
