import TestSupport
import Testing
import TouchstoneMonteCarlo

@testable import TouchstoneBudgeting

/// Curves of all families with random parameters.
struct RandomCurves {
  var stream: RandomStream

  init(seed: UInt64) { stream = RandomStream(seed: seed, purpose: .curve, index: 77) }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(stream.next() >> 11) * 0x1p-53
  }

  /// Between two powers of ten.
  mutating func scale(_ range: ClosedRange<Double>) -> Double { .pow(10, uniform(range)) }

  mutating func curve(_ family: CurveFamily, concave: Bool = true) -> any ParametricCurve {
    let (beta, gamma) = (scale(-2...5), scale(-1...6))
    switch family {
    case .log: return LogCurve(beta: beta, gamma: gamma)
    case .exponential: return ExponentialCurve(beta: beta, gamma: gamma)
    case .michaelisMenten: return MichaelisMentenCurve(beta: beta, gamma: gamma)
    case .power: return PowerCurve(beta: beta, exponent: uniform(0.05...0.95))
    case .hill: return HillCurve(beta: beta, gamma: gamma, shape: concave ? uniform(0.2...1) : uniform(1.1...4))
    }
  }
}

@Suite struct CurveTests {
  /// Marginal response is the slope, its inverse the inverse, stretching what it says, elasticity the ratio of relative changes.
  @Test(arguments: CurveFamily.allCases) func slopesAndInverses(_ family: CurveFamily) {
    var random = RandomCurves(seed: 1)
    for round in 0..<200 {
      let curve = random.curve(family, concave: round % 2 == 0)
      let inflection = curve.inflection
      let unit = family == .power ? random.scale(-1...6) : curve.parameters[1].value
      #expect(curve.response(0) == 0)
      for multiple in [0.01, 0.3, 1, 2.5, 40] {
        let x = multiple * unit
        let step = 1e-5 * x
        let slope = (curve.response(x + step) - curve.response(x - step)) / (2 * step)
        // What rounding does to the difference.
        let noise = 4e-16 * curve.response(x) / step
        #expect(isClose(curve.marginal(x), slope, relative: 1e-6, absolute: noise), "\(curve) at \(x)")
        #expect(
          isClose(curve.elasticity(x), x * curve.marginal(x) / curve.response(x), relative: 1e-12, absolute: 1e-300))
        if x > inflection * 1.001, curve.marginal(x) > 1e-250 {
          let back = curve.spend(atMarginal: curve.marginal(x))
          // Where the curve is straight the inverse is as ill-conditioned as its curvature says.
          let curvature = abs(curve.marginal(x * 1.001) / curve.marginal(x) - 1) / 0.001
          #expect(isClose(back, x, relative: 1e-13 + 1e-14 / curvature), "\(curve) at \(x): \(back)")
        }
        let stretched = curve.stretched(spend: 3, response: 7)
        #expect(isClose(stretched.response(3 * x), 7 * curve.response(x), relative: 1e-12, absolute: 1e-300))
      }
      #expect(curve.spend(atMarginal: 0) == .infinity)
      let steepest = curve.marginal(inflection)
      if steepest.isFinite { #expect(curve.spend(atMarginal: steepest * 1.01) == 0) }
      if inflection > 0 {
        #expect(curve.marginal(inflection * 0.9) < curve.marginal(inflection))
        #expect(curve.marginal(inflection * 1.1) < curve.marginal(inflection))
      }
    }
  }

  @Test(arguments: CurveFamily.allCases) func freeParametersAndTheirSlopes(_ family: CurveFamily) {
    var random = RandomCurves(seed: 2)
    for round in 0..<100 {
      let curve = random.curve(family, concave: round % 2 == 0)
      let free = curve.free
      let again = family.curve.init(free: free)
      let x = random.scale(-1...2) * (family == .power ? 1 : curve.parameters[1].value)
      #expect(isClose(again.response(x), curve.response(x), relative: 1e-11))
      let slopes = curve.slopes(x)
      for place in free.indices {
        var (up, down) = (free, free)
        up[place] += 1e-5
        down[place] -= 1e-5
        let difference = family.curve.init(free: up).response(x) - family.curve.init(free: down).response(x)
        #expect(isClose(slopes[place], difference / 2e-5, relative: 1e-5, absolute: 1e-9 * curve.response(x)))
      }
      for place in free.count..<4 { #expect(slopes[place] == 0) }
    }
  }

  /// Far from its scale a curve is flat, and no figure is undefined.
  @Test func farFromTheirScale() {
    for curve in [HillCurve(beta: 5, gamma: 1e8, shape: 60), HillCurve(beta: 5, gamma: 1e-8, shape: 60)] {
      for spend in [1e-9, 1e-3, 1, 1e3, 1e12] {
        #expect(curve.response(spend).isFinite && curve.marginal(spend) >= 0 && curve.marginal(spend).isFinite)
        let slopes = curve.slopes(spend)
        #expect((0..<3).allSatisfy { slopes[$0].isFinite }, "\(slopes) at \(spend)")
      }
    }
  }

  /// A curve without response asks for nothing at any price above 0.
  @Test func nothingIsWorthNothing() {
    let curves: [any ParametricCurve] = [
      LogCurve(beta: 0, gamma: 1), ExponentialCurve(beta: 0, gamma: 1), MichaelisMentenCurve(beta: 0, gamma: 1),
      PowerCurve(beta: 0, exponent: 0.5), HillCurve(beta: 0, gamma: 1, shape: 2),
    ]
    for curve in curves {
      #expect(curve.response(3) == 0 && curve.marginal(0) == 0 && curve.marginal(3) == 0)
      #expect(curve.spend(atMarginal: 1e-300) == 0 && curve.spend(atMarginal: 0) == .infinity)
    }
  }
}
