import RealModule

/// The standard normal distribution.
public enum Normal {
  /// Φ(x), the probability of at most x.
  ///
  /// Edge cases: 0 at −∞, 1 at +∞, NaN at NaN. Postcondition: the relative error is a few units in the last place, also
  /// far in the lower tail.
  public static func cumulative(_ x: Double) -> Double { 0.5 * Double.erfc(-x / 2.0.squareRoot()) }

  /// Φ⁻¹(p).
  ///
  /// Edge cases: −∞ at 0, +∞ at 1, exactly 0 at ½; traps outside of 0…1 and at NaN. Postcondition: about sixteen
  /// digits; near 1 those that p itself has left, so that quantiles of small upper tails are better taken as −Φ⁻¹(1 −
  /// p). Source: M. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics
  /// 37 (1988), PPND16.
  public static func quantile(_ p: Double) -> Double {
    precondition(p >= 0 && p <= 1, "a probability")
    let q = p - 0.5
    if abs(q) <= centralHalf { return central(SIMD2(repeating: q))[0] }
    return tailQuantile(q, tail: q < 0 ? p : 1 - p)
  }

  /// The half-width of the central region.
  private static var centralHalf: Double { 0.425 }

  /// The quantiles of some probabilities, none of them 0 or 1, in place: the same numbers as ``quantile(_:)`` gives,
  /// several at a time.
  ///
  /// - Parameters:
  ///   - probabilities: Replaced by the quantiles.
  ///   - count: How many; room for a multiple of four is needed, and what lies behind the last is lost.
  public static func quantiles(_ probabilities: UnsafeMutablePointer<Double>, count: Int) {
    let vectors = UnsafeMutableRawPointer(probabilities)
    for first in stride(from: 0, to: count, by: 4) {
      let p = vectors.loadUnaligned(fromByteOffset: 8 &* first, as: SIMD4<Double>.self)
      let q = p - 0.5
      var x = central(q)
      if any(q .> centralHalf) || any(q .< -centralHalf) {
        for lane in 0..<min(4, count &- first) where abs(q[lane]) > centralHalf {
          x[lane] = tailQuantile(q[lane], tail: q[lane] < 0 ? p[lane] : 1 - p[lane])
        }
      }
      vectors.storeBytes(of: x, toByteOffset: 8 &* first, as: SIMD4<Double>.self)
    }
  }

  @inline(__always)
  private static func central<Vector: SIMD>(_ q: Vector) -> Vector where Vector.Scalar == Double {
    let r = 0.180625 - q * q
    let over = polynomial(
      r, 3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
      45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727)
    let under = polynomial(
      r, 1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867,
      39307.895800092710610, 28729.085735721942674, 5226.4952788528545610)
    return q * (over / under)
  }

  /// Beyond the central region.
  private static func tailQuantile(_ q: Double, tail: Double) -> Double {
    if tail == 0 { return q < 0 ? -.infinity : .infinity }
    let root = (-Double.log(tail)).squareRoot()
    let x: SIMD2<Double>
    if root <= 5 {
      let r = SIMD2(repeating: root - 1.6)
      x =
        polynomial(
          r, 1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
          1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4)
        / polynomial(
          r, 1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550, 0.148103976427480074590,
          0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9)
    } else {
      let r = SIMD2(repeating: root - 5)
      x =
        polynomial(
          r, 6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
          0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7)
        / polynomial(
          r, 1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525, 7.86869131145613259100e-4,
          1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15)
    }
    return q < 0 ? -x[0] : x[0]
  }

  /// A polynomial of degree 7, coefficients from the constant on.
  @inline(__always)
  private static func polynomial<Vector: SIMD>(
    _ x: Vector, _ c0: Double, _ c1: Double, _ c2: Double, _ c3: Double, _ c4: Double, _ c5: Double, _ c6: Double,
    _ c7: Double
  ) -> Vector where Vector.Scalar == Double {
    var sum = x * c7 + c6
    sum = sum * x + c5
    sum = sum * x + c4
    sum = sum * x + c3
    sum = sum * x + c2
    sum = sum * x + c1
    return sum * x + c0
  }
}
