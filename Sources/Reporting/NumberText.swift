/// Numbers as people read them.
enum NumberText {
  /// 2⁵³: from here on not every whole number is a `Double`.
  private static let leastUncountable = 9_007_199_254_740_992.0

  /// A number with a fixed number of decimals and a comma between thousands.
  ///
  /// Ties round away from zero. What cannot be counted in the last decimal is written with an exponent.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return "–" }
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < leastUncountable else { return "\(value)" }
    var digits = String(Int(scaled))
    while digits.count <= decimals { digits = "0" + digits }
    let whole = digits.dropLast(decimals)
    var text = ""
    for (index, digit) in whole.enumerated() {
      if index > 0 && (whole.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    if decimals > 0 { text += "." + digits.suffix(decimals) }
    return value < 0 && scaled > 0 ? "-" + text : text
  }

  /// What may be a fraction of one, as weighted journeys are.
  static func count(_ value: Double) -> String { fixed(value, decimals: countDecimals(value)) }

  /// How many decimals a count has: none where it is whole.
  static func countDecimals(_ value: Double) -> Int { value == value.rounded() ? 0 : 2 }

  /// A share as a percentage.
  static func percent(_ share: Double, decimals: Int = 1) -> String {
    fixed(share * 100, decimals: decimals) + " %"
  }

  /// What a title says of the intervals below it: nothing where there are none.
  static func intervals(_ level: Double?) -> String {
    level.map { ", with \(percent($0, decimals: 0)) intervals" } ?? ""
  }

  /// A small number to two digits, as in 3.2e-16.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "–" }
    var exponent = 0
    // With one decimal, 9.95 is written as 10.0 and 0.995 as 1.0.
    var mantissa = value.magnitude
    while mantissa >= 9.95 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 0.995 {
      mantissa *= 10
      exponent -= 1
    }
    return (value < 0 ? "-" : "") + fixed(mantissa, decimals: 1) + "e\(exponent)"
  }
}
