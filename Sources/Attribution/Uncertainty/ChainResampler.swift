import TouchstoneJourneys
import TouchstoneLinearAlgebra

/// Removal effects on the chain of order 1: each row's transitions are listed once and then weighed.
struct ChainResampler: Resampler {
  private let count: Int
  private let starts: [Int]
  /// From a state to a state: from × (count + 1) + to, where states are the start and then the touchpoints.
  private let transitions: [Int32]
  private let lastStates: [Int32]

  init(_ rows: CanonicalRows) {
    count = rows.touchpoints.count
    var transitions: [Int32] = []
    var lastStates: [Int32] = []
    for row in 0..<rows.count {
      var state: Int32 = 0
      for touch in rows.touches[rows.starts[row]..<rows.starts[row + 1]] {
        transitions.append(state * Int32(count + 1) + touch + 1)
        state = touch + 1
      }
      lastStates.append(state)
    }
    starts = rows.starts
    self.transitions = transitions
    self.lastStates = lastStates
  }

  func counts(_ weights: RowWeights) -> ChainCounts {
    let states = count + 1
    var counts = ChainCounts(states: states)
    var into = counts.transitions
    transitions.withUnsafeBufferPointer { transitions in
      into.withUnsafeMutableBufferPointer { into in
        for row in lastStates.indices {
          let converting = weights.conversions[row]
          let journeys = converting + weights.nonConverting[row]
          guard journeys > 0 else { continue }
          for transition in transitions[starts[row]..<starts[row + 1]] { into[Int(transition)] += journeys }
          let last = Int(lastStates[row])
          counts.conversions[last] += converting
          counts.value[last] += weights.value[row]
          counts.nulls[last] += weights.nonConverting[row]
        }
      }
    }
    counts.transitions = into
    return counts
  }

  /// The chain solved for some weights.
  struct Solution {
    /// (D − C)⁻¹.
    let inverse: Matrix
    /// From each state, the probability to convert.
    let conversions: [Double]
    /// From each state, the expected value.
    let value: [Double]
    /// The journeys that leave the start.
    let journeys: Double
    let totals: PathTotals
  }

  /// - Complexity: O(touches + touchpoints³).
  func solution(_ weights: RowWeights) -> Solution {
    let states = count + 1
    let counts = counts(weights)
    let inverse = counts.factors().inverse()
    let totals = PathTotals(
      conversions: counts.conversions.reduce(0, +), value: counts.value.reduce(0, +))
    return Solution(
      inverse: inverse, conversions: inverse.times(counts.conversions), value: inverse.times(counts.value),
      journeys: (0..<states).reduce(counts.conversions[0] + counts.nulls[0]) { $0 + counts.transitions[$1] },
      totals: totals)
  }

  /// The chain for coalitions to be tried on.
  func coalitionChain(_ weights: RowWeights) -> CoalitionChain {
    let states = count + 1
    let counts = counts(weights)
    // The start comes last there.
    let order = Array(1..<max(states, 1)) + [0]
    return CoalitionChain(
      count: count,
      transitions: order.flatMap { from in (1..<max(states, 1)).map { counts.transitions[from * states + $0] } },
      conversions: order.map { counts.conversions[$0] }, value: order.map { counts.value[$0] },
      leaks: order.map { counts.nulls[$0] })
  }

  func credits(_ weights: RowWeights) -> [ResampledCredit] {
    let solution = solution(weights)
    let inverse = solution.inverse
    var effects = [Double](repeating: 0, count: count)
    var valueEffects = effects
    for touchpoint in 0..<count {
      let state = touchpoint + 1
      let entry = inverse[0, state] / inverse[state, state]
      effects[touchpoint] = RemovalEffects.share(lost: entry * solution.conversions[state], of: solution.conversions[0])
      valueEffects[touchpoint] = RemovalEffects.share(lost: entry * solution.value[state], of: solution.value[0])
    }
    let credits = Markov.scaled(effects, to: solution.totals.conversions)
    let valueCredits = Markov.scaled(valueEffects, to: solution.totals.value)
    return (0..<count).map {
      ResampledCredit(conversions: credits[$0], value: valueCredits[$0], removalEffect: effects[$0])
    }
  }
}
