import Testing
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

@Suite struct CurveChoiceTests {
  /// With little noise the family is found, or one that cannot be told from it, and the elasticity is right.
  @Test(arguments: CurveFitTests.truths.indices) func findsTheElasticity(_ index: Int) throws {
    let (curve, carryOver) = CurveFitTests.truths[index]
    let history = CurveFitTests.history(
      curve, carryOver: carryOver, periods: 120, noise: 0.05, noiseGrows: true, seed: UInt64(50 + index))
    let choice = CurveChoice(history)
    #expect(choice.doubt == nil && choice.heldOutShare! > 0.5)
    let truth = curve.stretched(spend: 1 - carryOver, response: 1).elasticity(history.meanSpend)
    let elasticity = try #require(choice.elasticity)
    // The interval knows the noise and not which family was chosen: twice its width.
    let width = elasticity.interval.upperBound - elasticity.interval.lowerBound
    #expect(abs(elasticity.estimate - truth) < width, "\(elasticity) for \(truth)")
  }

  @Test func historiesThatTellNothingAreDoubted() {
    #expect(CurveChoice(SpendHistory(spend: [1, 2, 3], outcome: [1, 2, 3])).doubt == .tooFewPeriods(3))
    let steady = SpendHistory(spend: (0..<30).map { 100 + Double($0 % 2) }, outcome: (0..<30).map { Double($0 % 5) })
    guard case .steadySpend(let variation) = CurveChoice(steady).doubt else {
      Issue.record("spend hardly varies")
      return
    }
    #expect(variation < 0.01)
    let silent = SpendHistory(spend: (0..<30).map { Double($0) }, outcome: [Double](repeating: 0, count: 30))
    #expect(CurveChoice(silent).doubt == .noOutcome)
    // Outcomes that have nothing to do with spend, and such that fall with it.
    var random = RandomCurves(seed: 12)
    let noise = SpendHistory(
      spend: (0..<60).map { _ in random.uniform(10...100) }, outcome: (0..<60).map { _ in random.uniform(40...60) })
    #expect(CurveChoice(noise).doubt != nil)
    let falling = SpendHistory(spend: (0..<60).map { Double($0) }, outcome: (0..<60).map { Double(60 - $0) })
    #expect(CurveChoice(falling).doubt != nil)
  }

  /// The same on any number of threads, since it uses none, and for the same seed.
  @Test func sameSeedGivesTheSameInterval() {
    let history = CurveFitTests.history(
      LogCurve(beta: 30, gamma: 80), carryOver: 0, periods: 60, noise: 0.1, noiseGrows: false, seed: 8)
    let (one, other) = (CurveChoice(history, seed: 3), CurveChoice(history, seed: 3))
    #expect(one.elasticity?.interval == other.elasticity?.interval && one.elasticity != nil)
  }
}
