import Testing
import TouchstoneMonteCarlo
import TouchstoneTestSupport

@Suite struct PhiloxTests {
  /// Source: Random123 1.14, tests/kat_vectors, philox2x64 with 10 rounds.
  @Test func equalsThePublishedVectors() {
    let zeros = Philox.block(counter: (0, 0), key: 0)
    #expect(zeros == (0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5))
    let ones = Philox.block(counter: (.max, .max), key: .max)
    #expect(ones == (0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20))
    let pi = Philox.block(
      counter: (0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344), key: 0xa409_3822_299f_31d0)
    #expect(pi == (0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d))
  }

  @Test func streamsOfDifferentNamesDiffer() {
    func head(_ seed: UInt64, _ index: UInt64) -> [UInt64] {
      var stream = RandomStream(seed: seed, purpose: .permutation, index: index)
      return (0..<5).map { _ in stream.next() }
    }
    #expect(head(1, 0) == head(1, 0))
    #expect(head(1, 0) != head(1, 1))
    #expect(head(1, 0) != head(2, 0))
  }

  /// Mean and variance of 100,000 uniforms.
  @Test func uniformsHaveTheRightMoments() {
    var stream = RandomStream(seed: 7, purpose: .permutation, index: 3)
    let count = 100_000
    let draws = (0..<count).map { _ in Double.random(in: 0..<1, using: &stream) }
    func bounds(_ mean: Double, variance: Double) -> ClosedRange<Double> {
      Chance.interval(mean: mean, standardDeviation: (variance / Double(count)).squareRoot())
    }
    #expect(bounds(0.5, variance: 1.0 / 12).contains(draws.reduce(0, +) / Double(count)))
    let square = draws.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / Double(count)
    #expect(bounds(1.0 / 12, variance: 1.0 / 180).contains(square))
  }
}
