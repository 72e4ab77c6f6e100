/// Numbers as people read them.
enum NumberText {
  /// A number with a fixed number of decimals and a comma between thousands.
  ///
  /// Ties round away from zero. What cannot be counted in the last decimal is written with an exponent.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return "–" }
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9_007_199_254_740_992 else { return "\(value)" }
    var digits = String(Int(scaled))
    while digits.count <= decimals { digits = "0" + digits }
    let whole = digits.dropLast(decimals)
    var text = ""
    for (position, digit) in whole.enumerated() {
      if position > 0 && (whole.count - position) % 3 == 0 { text += "," }
      text.append(digit)
    }
    if decimals > 0 { text += "." + digits.suffix(decimals) }
    return value < 0 && scaled > 0 ? "-" + text : text
  }

  /// A share as a percentage.
  static func percent(_ share: Double, decimals: Int = 1) -> String {
    fixed(share * 100, decimals: decimals) + " %"
  }

  /// A small number to two digits, as in 3.2e-16.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "–" }
    var exponent = 0
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
