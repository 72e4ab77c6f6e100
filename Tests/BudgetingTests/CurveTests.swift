import Testing
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

@Suite struct CurveTests {
  /// Test arguments are their indices: types are no arguments.
  static let families = CurveCatalogue.families

  @Test func familiesHaveNamesOfTheirOwn() {
    let families = CurveCatalogue.families
    #expect(Set(families.map { $0.name }).count == families.count)
    #expect(families.map { $0.name } == ["log", "exponential", "michaelis-menten", "power", "hill"])
  }

  @Test(arguments: families.indices) func parametersAreAsManyAsStated(_ index: Int) {
    let family = Self.families[index]
    for start in family.starts(scale: 100) {
      #expect(start.free.count == family.parameterCount && start.parameters.count == family.parameterCount)
      #expect(!family.isConcave || start.inflection == 0)
    }
  }

  /// Marginal response is the slope, its inverse the inverse, stretching what it says, elasticity the ratio of relative
  /// changes.
  @Test(arguments: families.indices) func marginalIsTheSlopeAndItsInverseTheInverse(_ index: Int) {
    let family = Self.families[index]
    var random = RandomCurves(seed: 1)
    for round in 0..<200 {
      let curve = random.curve(family, concave: round % 2 == 0)
      let inflection = curve.inflection
      let unit = family == PowerCurve.self ? random.scale(-1...6) : curve.parameters[1].value
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

  @Test(arguments: families.indices) func freeParametersGiveTheCurveBackAndTheGradientItsSlopes(_ index: Int) {
    let family = Self.families[index]
    var random = RandomCurves(seed: 2)
    for round in 0..<100 {
      let curve = random.curve(family, concave: round % 2 == 0)
      let free = curve.free
      let again = family.init(free: free)
      let x = random.scale(-1...2) * (family == PowerCurve.self ? 1 : curve.parameters[1].value)
      #expect(isClose(again.response(x), curve.response(x), relative: 1e-11))
      let gradient = curve.gradient(x)
      for parameter in free.indices {
        var (up, down) = (free, free)
        up[parameter] += 1e-5
        down[parameter] -= 1e-5
        let difference = family.init(free: up).response(x) - family.init(free: down).response(x)
        #expect(isClose(gradient[parameter], difference / 2e-5, relative: 1e-5, absolute: 1e-9 * curve.response(x)))
      }
      for parameter in free.count..<4 { #expect(gradient[parameter] == 0) }
    }
  }

  /// Far from its scale a curve is flat, and no figure is undefined.
  @Test func figuresAreFiniteFarFromTheScale() {
    for curve in [HillCurve(beta: 5, gamma: 1e8, shape: 60), HillCurve(beta: 5, gamma: 1e-8, shape: 60)] {
      for spend in [1e-9, 1e-3, 1, 1e3, 1e12] {
        #expect(curve.response(spend).isFinite && curve.marginal(spend) >= 0 && curve.marginal(spend).isFinite)
        let gradient = curve.gradient(spend)
        #expect((0..<3).allSatisfy { gradient[$0].isFinite }, "\(gradient) at \(spend)")
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
