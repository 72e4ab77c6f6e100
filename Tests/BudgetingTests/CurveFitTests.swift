import RealModule
import Testing
import TouchstoneMonteCarlo
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

@Suite struct CurveFitTests {
  /// A history whose curve is known.
  static func history(
    _ curve: any ParametricCurve, carryOver: Double, periods: Int, noise: Double, noiseGrows: Bool, seed: UInt64
  ) -> SpendHistory {
    var stream = RandomStream(seed: seed, purpose: .curve, index: 5)
    let spend = (0..<periods).map { _ in 100 * Double.exp(0.8 * stream.normal()) }
    let stocks = SpendHistory(spend: spend, outcome: spend).carried(carryOver)
    let responses = stocks.map { curve.response($0) }
    let mean = responses.reduce(0, +) / Double(periods)
    return SpendHistory(
      spend: spend,
      outcome: responses.map { $0 + noise * (noiseGrows ? ($0 * mean).squareRoot() : mean) * stream.normal() })
  }

  static let truths: [(any ParametricCurve, Double)] = [
    (LogCurve(beta: 30, gamma: 80), 0), (ExponentialCurve(beta: 50, gamma: 120), 0.4),
    (MichaelisMentenCurve(beta: 60, gamma: 150), 0), (PowerCurve(beta: 4, exponent: 0.5), 0.3),
    (HillCurve(beta: 40, gamma: 110, shape: 1.8), 0),
  ]

  /// Intervals cover the truth as often as they say, with noise that is the same in all periods and with noise that
  /// grows with the response. For 24 parameters a false alarm in 40 seeds.
  @Test(arguments: truths.indices, [false, true]) func intervalsCover(_ index: Int, noiseGrows: Bool) throws {
    let (curve, carryOver) = Self.truths[index]
    let rounds = 500
    let fitsCarryOver = carryOver > 0
    let truth = curve.free + (fitsCarryOver ? [Logit.of(carryOver)] : [])
    var covered = truth.map { _ in 0 }
    for round in 0..<rounds {
      let history = Self.history(
        curve, carryOver: carryOver, periods: 150, noise: 0.08, noiseGrows: noiseGrows,
        seed: UInt64(1_000 * index + round))
      let fit = try #require(CurveFit(type(of: curve), history, fitsCarryOver: fitsCarryOver))
      for (parameter, value) in truth.enumerated() {
        if let interval = fit.interval(parameter, level: 0.95), interval.contains(value) { covered[parameter] += 1 }
      }
    }
    let expected = Chance.interval(count: rounds, probability: 0.95, falseAlarm: 1e-3)
    for count in covered { #expect(expected.contains(Double(count)), "\(type(of: curve)): \(covered)") }
  }

  /// The drawn curves spread as the intervals say.
  @Test func drawsSpreadAsTheErrorsSay() throws {
    let history = Self.history(
      LogCurve(beta: 30, gamma: 80), carryOver: 0, periods: 120, noise: 0.1, noiseGrows: false, seed: 3)
    let fit = try #require(CurveFit(LogCurve.self, history, fitsCarryOver: false))
    var stream = RandomStream(seed: 9, purpose: .curve, index: 1)
    let draws = fit.draws(4_000, &stream).map(\.free)
    let covariance = try #require(fit.covariance)
    for parameter in 0..<2 {
      let sample = SampleMoments(draws.map { $0[parameter] })
      let variance = covariance[parameter, parameter]
      let means = Chance.interval(
        mean: fit.free[parameter], standardDeviation: (variance / 4_000).squareRoot(), falseAlarm: 1e-4)
      #expect(means.contains(sample.mean))
      let variances = Chance.interval(mean: variance, standardDeviation: variance * (2.0 / 4_000).squareRoot())
      #expect(variances.contains(sample.variance))
    }
    let cross = draws.reduce(0) { $0 + ($1[0] - fit.free[0]) * ($1[1] - fit.free[1]) } / 4_000
    #expect(isClose(cross, covariance[0, 1], relative: 0.15))
  }

  @Test func carryOverIsThatByHand() {
    let history = SpendHistory(spend: [10, 0, 4], outcome: [0, 0, 0])
    // The mean is 14/3, and so much as 14/3 / (1 − 0.5) had piled up before.
    let before = 14.0 / 3 / 0.5
    let stocks = history.carried(0.5)
    #expect(isClose(stocks[0], 10 + 0.5 * before, relative: 1e-15))
    #expect(
      isClose(stocks[1], 0.5 * stocks[0], relative: 1e-15) && isClose(stocks[2], 4 + 0.5 * stocks[1], relative: 1e-15))
    let slope = history.carriedSlope(0.5)
    for period in 0..<3 {
      let difference = (history.carried(0.5 + 1e-6)[period] - history.carried(0.5 - 1e-6)[period]) / 2e-6
      #expect(isClose(slope[period], difference, relative: 1e-8))
    }
    #expect(history.carried(0) == [10, 0, 4])
  }

  @Test func carryOverIsFoundAndAddsUpInTheSteadyState() throws {
    let curve = MichaelisMentenCurve(beta: 60, gamma: 150)
    let history = Self.history(curve, carryOver: 0.5, periods: 200, noise: 1e-9, noiseGrows: false, seed: 4)
    let fit = try #require(CurveFit(MichaelisMentenCurve.self, history, fitsCarryOver: true))
    #expect(isClose(fit.carryOver, 0.5, relative: 1e-5))
    #expect(isClose(fit.steadyState.response(70), curve.response(140), relative: 1e-5))
  }
}
