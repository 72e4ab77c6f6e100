import Testing
import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

@Suite struct ShiftTests {
  static func table(_ rows: [([String], PathTotals)]) -> PathTable {
    PathTable(rows.map { (path: $0.0, totals: $0.1) })
  }

  static let paths = table([
    (["a", "b", "a"], PathTotals(conversions: 20, value: 900, nonConverting: 30)),
    (["a"], PathTotals(conversions: 5, value: 100, nonConverting: 60)),
    (["b", "c"], PathTotals(conversions: 12, value: 700, nonConverting: 25)),
    (["c", "c", "b"], PathTotals(conversions: 9, value: 90, nonConverting: 40)),
    (["d", "a"], PathTotals(conversions: 1, value: 10, nonConverting: 80)),
    (["c", "d"], PathTotals(conversions: 4, value: 200, nonConverting: 11)),
  ])

  @Test func noChangeInNoChangeOut() {
    let shift = ChainShift(Self.paths, multiples: [1, 1, 1, 1])
    #expect(shift.now == shift.then && shift.now.conversions == 51 && shift.now.value == 2_000 && shift.provided == 1)
    let walks = ShiftWalks(Self.paths, multiples: [1, 1, 1, 1], walks: 1_000)
    #expect(walks.conversions == (0, 0) && walks.value == (0, 0))
  }

  /// Without a touchpoint all of its removal effect is lost; with a part of its visits, the dose form.
  @Test func lossesAreTheDoseForm() throws {
    let chain = try MarkovChain(Self.paths, order: 1)
    let effects = try RemovalEffects(chain)
    for touchpoint in 0..<4 {
      var multiples = [1.0, 1, 1, 1]
      multiples[touchpoint] = 0
      let shift = ChainShift(Self.paths, multiples: multiples)
      #expect(isClose(-shift.gain.conversions, 51 * effects.conversions[touchpoint], relative: 1e-12))
      #expect(isClose(-shift.gain.value, 2_000 * effects.value[touchpoint], relative: 1e-12))
    }
    // a = b / N_ii, ρ = 1 − 1 / N_ii, b(κ) = (1 − κ) a / (1 − (1 − κ) ρ); N_sc b_c / N_cc is the removal effect times
    // p.
    let counts = ChainCounts(Self.paths)
    let inverse = counts.factors().inverse()
    for state in 1...4 {
      let visits = inverse[state, state] * counts.departures[state]
      let arrivals: Double = counts.departures[0] * inverse[0, state] * counts.departures[state] / visits
      let b: Double = inverse.times(counts.conversions)[state]
      for kept: Double in [0.9, 0.5, 0.1] {
        let dosed: Double = kept * (b / visits) / (1 - kept * (1 - 1 / visits))
        var multiples = [1.0, 1, 1, 1]
        multiples[state - 1] = kept
        let shift = ChainShift(Self.paths, multiples: multiples)
        #expect(isClose(-shift.gain.conversions, arrivals * (b - dosed), relative: 1e-11))
      }
    }
  }

  @Test(arguments: [[0.7, 1.3, 1, 0.8], [1.3, 1.3, 1.3, 1.3], [0, 2, 0.5, 3], [1, 1, 40, 1]])
  func walksAgree(_ multiples: [Double]) {
    let shift = ChainShift(Self.paths, multiples: multiples)
    let walks = ShiftWalks(Self.paths, multiples: multiples, walks: 400_000, seed: 3)
    // Eight comparisons: a false alarm in 12,500.
    for (walked, solved) in [(walks.conversions, shift.gain.conversions), (walks.value, shift.gain.value)] {
      let expected = Chance.interval(mean: solved, standardDeviation: walked.standardError, falseAlarm: 1e-5)
      #expect(expected.contains(walked.gain))
    }
    #expect(multiples == [1, 1, 40, 1] ? shift.provided < 1 : shift.provided <= 1)
    let onOneThread = Parallel.$maximumThreads.withValue(1) {
      ShiftWalks(Self.paths, multiples: multiples, walks: 20_000, seed: 3)
    }
    let again = ShiftWalks(Self.paths, multiples: multiples, walks: 20_000, seed: 3)
    #expect(onOneThread.conversions == again.conversions && onOneThread.value == again.value)
  }

  @Test func journeysThatCircleForEverConvertNoMore() {
    let paths = Self.table([
      (["a", "a"], PathTotals(conversions: 0, nonConverting: 10)), (["b"], PathTotals(conversions: 5, value: 5)),
    ])
    let shift = ChainShift(paths, multiples: [50, 1])
    #expect(shift.then.conversions == 5)
    #expect(ShiftWalks(paths, multiples: [50, 1], walks: 20).conversions.gain == 0)
  }
}
