import Testing
import TouchstoneTestSupport

/// The bounds of the tests of chance, against scipy.stats 1.17.
@Suite struct ChanceTests {
  @Test func normalBoundsAreQuantiles() {
    #expect(abs(Chance.deviations(falseAlarm: 0.05) - 1.959963984540054) < 1e-12)
    #expect(abs(Chance.deviations() - 4.891638475698591) < 1e-9)
    #expect(Chance.interval(mean: 3, standardDeviation: 0) == 3...3)
  }

  @Test func countsAreBoundedByTheirExactTails() {
    // binom.ppf and isf at 2.5 %: 10 trials of ½ lie in 2…8.
    #expect(Chance.interval(count: 10, probability: 0.5, falseAlarm: 0.05) == 2...8)
    #expect(Chance.interval(count: 10, probability: 0) == 0...0)
    #expect(Chance.interval(count: 10, probability: 1) == 10...10)
    // poisson.ppf at 2.5 % and 97.5 %.
    #expect(Chance.interval(poissonMean: 4, falseAlarm: 0.05) == 1...8)
    #expect(Chance.interval(poissonMean: 0) == 0...0)
    // Large counts are close to normal.
    let many = Chance.interval(count: 1_000_000, probability: 0.3)
    let normal = Chance.interval(mean: 300_000, standardDeviation: 210_000.0.squareRoot())
    #expect(abs(many.lowerBound - normal.lowerBound) < 3 && abs(many.upperBound - normal.upperBound) < 3)
  }

  @Test func chiSquareBoundsAreQuantiles() {
    #expect(abs(Chance.largestChiSquare(degrees: 1, falseAlarm: 0.05) - 3.841458820694124) < 1e-9)
    #expect(abs(Chance.largestChiSquare(degrees: 9, falseAlarm: 0.05) - 16.918977604620448) < 1e-9)
    #expect(abs(Chance.largestChiSquare(degrees: 2, falseAlarm: 1e-6) - 27.631021115928547) < 1e-9)
  }
}
