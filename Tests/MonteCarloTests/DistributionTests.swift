import Foundation
import Testing
import TouchstoneTestSupport

@testable import TouchstoneMonteCarlo

@Suite struct NormalTests {
  @Test func quantileInvertsTheDistributionFunction() {
    for p in [1e-300, 1e-16, 1e-10, 1e-4, 0.025, 0.07, 0.3, 0.5, 0.8, 0.975, 1 - 1e-9] {
      let back = Normal.cumulative(Normal.quantile(p))
      #expect(abs(back - p) <= 1e-13 * p, "\(p): \(back)")
    }
    #expect(Normal.quantile(0.5) == 0)
    #expect(abs(Normal.quantile(0.975) - 1.959963984540054) < 1e-15)
    #expect(Normal.quantile(0) == -.infinity && Normal.quantile(1) == .infinity)
  }
}

@Suite struct UniformTests {
  @Test func endsAreIncludedAsPromised() {
    #expect(Uniform.halfOpen(0) == 0 && Uniform.halfOpen(.max) == 1 - 0x1p-53)
    #expect(Uniform.open(0) == 0x1p-54 && Uniform.open(.max) == 1 - 0x1p-53)
    #expect(Normal.quantile(Uniform.open(.max)).isFinite && Normal.quantile(Uniform.open(0)).isFinite)
  }
}

@Suite struct PoissonTests {
  /// Each draw is the smallest count whose distribution function exceeds the uniform: against sums of exact terms.
  @Test(arguments: [0.001, 0.5, 1, 2.5, 17, 120, 3_000, 250_000.5])
  func drawsInvertTheDistributionFunction(_ mean: Double) {
    var tables = PoissonTables()
    _ = tables.id(ofMean: 3.25)
    let id = tables.id(ofMean: mean)
    var stream = RandomStream(seed: 4, purpose: .bootstrap, index: 9)
    func probability(_ count: Double) -> Double { exp(count * log(mean) - mean - lgamma(count + 1)) }
    for _ in 0..<200 {
      let word = stream.next()
      let uniform = Double(word >> 11) * 0x1p-53
      let draw = tables.draw(id, word)
      let start = max(0, (mean - 12 * mean.squareRoot() - 25).rounded(.down))
      let below = stride(from: start, to: draw, by: 1).reduce(0) { $0 + probability($1) }
      #expect(below <= uniform + 1e-9 && below + probability(draw) > uniform - 1e-9)
    }
  }

  /// Means and variances of 40,000 draws.
  @Test(arguments: [0.2, 4, 900, 5e8])
  func momentsAreThoseOfPoisson(_ mean: Double) {
    var tables = PoissonTables()
    let id = tables.id(ofMean: mean)
    var stream = RandomStream(seed: 11, purpose: .bootstrap, index: 1)
    let count = 40_000
    let draws = (0..<count).map { _ in tables.draw(id, stream.next()) }
    func bounds(variance: Double) -> ClosedRange<Double> {
      Chance.interval(mean: mean, standardDeviation: (variance / Double(count)).squareRoot())
    }
    let moments = SampleMoments(draws)
    #expect(bounds(variance: mean).contains(moments.mean))
    // Var s² = (μ₄ − σ⁴) / n, with μ₄ = 3 λ² + λ.
    #expect(bounds(variance: 2 * mean * mean + mean).contains(moments.variance))
  }

  @Test func aMeanOfZeroDrawsZero() {
    var tables = PoissonTables()
    #expect(tables.id(ofMean: 0) == -1)
    #expect(tables.draw(-1, .max) == 0)
    #expect(tables.id(ofMean: 2) == tables.id(ofMean: 2))
  }
}

@Suite struct AliasTableTests {
  /// The columns hold exactly the weights, to the 2⁻³² that a word tells apart.
  @Test(arguments: [[1.0], [1, 1], [0, 3, 0, 1], [5, 1, 1, 1, 0.001], Array(repeating: 0.1, count: 37) + [9]])
  func columnsHoldTheWeights(_ weights: [Double]) {
    let columns = AliasTable.columns(weights)
    var masses = [Double](repeating: 0, count: weights.count)
    for (index, column) in columns.enumerated() {
      let first = column.threshold == .max ? 1 : Double(column.threshold) * 0x1p-32
      masses[index] += first / Double(columns.count)
      masses[Int(column.other)] += (1 - first) / Double(columns.count)
    }
    let total = weights.reduce(0, +)
    for (mass, weight) in zip(masses, weights) { #expect(abs(mass - weight / total) < 1e-8) }
  }

  /// χ² of 100,000 draws.
  @Test func drawsFollowTheWeights() {
    let weights = (1...10).map { Double($0) }
    let table = AliasTable(weights)
    var stream = RandomStream(seed: 5, purpose: .permutation, index: 0)
    var counts = [Double](repeating: 0, count: 10)
    for _ in 0..<100_000 { counts[table.draw(stream.next())] += 1 }
    let statistic = zip(counts, weights).reduce(0) { sum, pair in
      let expected = pair.1 / 55 * 100_000
      return sum + (pair.0 - expected) * (pair.0 - expected) / expected
    }
    #expect(statistic < Chance.largestChiSquare(degrees: 9, falseAlarm: 2e-6))
  }
}

@Suite struct NormalVectorTests {
  /// Several at a time are the same numbers, also in the tails and where the count is no multiple of four.
  @Test(arguments: [1, 3, 4, 9])
  func quantilesEqualSingleOnes(_ count: Int) {
    let shares = [0.5, 0x1p-54, 0.9, 0.07, 0.075, 1 - 0x1p-53, 0.925, 1e-9, 0.3]
    let room = UnsafeMutablePointer<Double>.allocate(capacity: 12)
    defer { room.deallocate() }
    room.initialize(repeating: 0.5, count: 12)
    for index in 0..<count { room[index] = shares[index] }
    Normal.quantiles(room, count: count)
    for index in 0..<count { #expect(room[index] == Normal.quantile(shares[index])) }
  }
}

@Suite struct StudentTTests {
  /// Against scipy.stats.t.ppf 1.17.
  @Test(arguments: [
    (0.975, 5.0, 2.570581835636314), (0.975, 12, 2.1788128296634177), (0.975, 30, 2.0422724563012373),
    (0.95, 8, 1.8595480375308981), (0.5, 7, 0), (0.025, 60, -2.0002978220142604), (0.995, 20, 2.8453397097861086),
  ])
  func quantilesEqualScipys(_ p: Double, _ degrees: Double, _ expected: Double) {
    #expect(abs(StudentT.quantile(p, degrees: degrees) - expected) < 1e-3)
    if degrees >= 12 { #expect(abs(StudentT.quantile(p, degrees: degrees) - expected) < 2e-5) }
  }
}
