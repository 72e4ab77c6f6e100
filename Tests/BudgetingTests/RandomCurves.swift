import RealModule
import TouchstoneMonteCarlo

@testable import TouchstoneBudgeting

/// Curves of all families with random parameters.
struct RandomCurves {
  var stream: RandomStream

  init(seed: UInt64) { stream = RandomStream(seed: seed, purpose: .curve, index: 77) }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * stream.uniform()
  }

  /// Between two powers of ten.
  mutating func scale(_ range: ClosedRange<Double>) -> Double { .pow(10, uniform(range)) }

  mutating func curve(_ family: any ParametricCurve.Type, concave: Bool = true) -> any ParametricCurve {
    let (beta, gamma) = (scale(-2...5), scale(-1...6))
    if family == PowerCurve.self { return PowerCurve(beta: beta, exponent: uniform(0.05...0.95)) }
    if family == HillCurve.self {
      return HillCurve(beta: beta, gamma: gamma, shape: concave ? uniform(0.2...1) : uniform(1.1...4))
    }
    return Self.scaled(family, beta: beta, gamma: gamma)
  }

  /// A curve of a family whose parameters are a height and a scale.
  static func scaled(_ family: any ParametricCurve.Type, beta: Double, gamma: Double) -> any ParametricCurve {
    (family as! any ScaledCurve.Type).init(beta: beta, gamma: gamma)
  }
}
