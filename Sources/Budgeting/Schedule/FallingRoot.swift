import RealModule

/// Where a falling function of a positive number meets a target.
enum FallingRoot {
  private static let mostSteps = 200
  /// Roots are looked for between these: beyond them exponentials overflow.
  static let range = 1e-290...1e290

  /// Regula falsi on logarithms with the Illinois rule, from a bracket that is made first.
  ///
  /// Source: M. Dowell, P. Jarratt, "A modified regula falsi method for computing the root of an equation", BIT 11
  /// (1971).
  ///
  /// - Parameters:
  ///   - start: Above 0.
  ///   - excess: The function less its target: above 0 left of the root, below 0 right of it.
  /// - Returns: The root to about 1e-14 of it; 0 or infinity where there is none.
  static func find(from start: Double, _ excess: (Double) -> Double) -> Double {
    var (low, high) = (start, start)
    var (atLow, atHigh) = (excess(start), excess(start))
    var stretch = 2.0
    while atLow < 0 {
      (high, atHigh) = (low, atLow)
      low /= stretch
      guard low > range.lowerBound else { return 0 }
      atLow = excess(low)
      stretch *= 2
    }
    stretch = 2
    while atHigh > 0 {
      (low, atLow) = (high, atHigh)
      high *= stretch
      guard high < range.upperBound else { return .infinity }
      atHigh = excess(high)
      stretch *= 2
    }
    if atLow == 0 { return low }
    if atHigh == 0 { return high }
    var (left, right) = (Double.log(low), Double.log(high))
    var last = 0
    for _ in 0..<mostSteps where right - left > 1e-15 * max(1, abs(left)) {
      var middle = left + (right - left) * (atLow / (atLow - atHigh))
      // An infinite value, or one that rounding takes to an end, is no help.
      if !(middle > left && middle < right) { middle = left + (right - left) / 2 }
      guard middle > left && middle < right else { break }
      let value = excess(.exp(middle))
      if value == 0 { return .exp(middle) }
      if value > 0 {
        (left, atLow) = (middle, value)
        if last == 1 { atHigh /= 2 }
        last = 1
      } else {
        (right, atHigh) = (middle, value)
        if last == -1 { atLow /= 2 }
        last = -1
      }
    }
    return .exp(left + (right - left) / 2)
  }
}
