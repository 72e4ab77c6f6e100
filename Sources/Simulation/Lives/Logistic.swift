/// Four exponentials or logistic functions at a time.
///
/// The mathematics library takes one number a call, and a world is little else than logistic functions. On |x| ≤ 700
/// the exponential is exact to 4 units in the last place, which the tests check against the library; beyond, x is held
/// to that bound, where a logistic function is 0 or 1 to 300 digits. No fused operations are used: the result is the
/// same on every machine.
///
/// Method: x = n ln 2 + r with |r| ≤ ln 2 / 2 (W. Cody, W. Waite, "Software Manual for the Elementary Functions",
/// 1980), the Taylor polynomial of degree 13 in r, and n added to the exponent's bits.
enum Logistic {
  typealias Vector = SIMD4<Double>

  /// 1.5 · 2⁵²: adding it rounds to whole numbers, which then are the low bits.
  private static let rounder = Vector(repeating: 0x1.8p52)
  private static let perLn2 = Vector(repeating: 1.442695040888963407)
  private static let ln2High = Vector(repeating: 0x1.62e42fefa38p-1)
  private static let ln2Low = Vector(repeating: 0x1.ef35793c7673p-45)
  private static let bound = Vector(repeating: 700)

  @inline(__always)
  static func exponential(_ argument: Vector) -> Vector {
    var x = argument
    x.replace(with: bound, where: x .> bound)
    x.replace(with: -bound, where: x .< -bound)
    let shifted = x * perLn2 + rounder
    let n = shifted - rounder
    let r = (x - n * ln2High) - n * ln2Low
    let r2 = r * r
    let r4 = r2 * r2
    // By pairs, so that products do not wait for each other.
    let p01 = 1 + r
    let p23 = 0.5 + r * (1.0 / 6)
    let p45 = 1.0 / 24 + r * (1.0 / 120)
    let p67 = 1.0 / 720 + r * (1.0 / 5_040)
    let p89 = 1.0 / 40_320 + r * (1.0 / 362_880)
    let p1011 = 1.0 / 3_628_800 + r * (1.0 / 39_916_800)
    let p1213 = 1.0 / 479_001_600 + r * (1.0 / 6_227_020_800)
    let low = (p01 + r2 * p23) + r4 * (p45 + r2 * p67)
    let high = (p89 + r2 * p1011) + r4 * p1213
    let polynomial = low + r4 * r4 * high
    let exponent = unsafeBitCast(shifted, to: SIMD4<UInt64>.self) &<< SIMD4(repeating: 52)
    return unsafeBitCast(unsafeBitCast(polynomial, to: SIMD4<UInt64>.self) &+ exponent, to: Vector.self)
  }

  /// 1 / (1 + e^−x).
  @inline(__always)
  static func logistic(_ x: Vector) -> Vector { 1 / (1 + exponential(-x)) }
}
