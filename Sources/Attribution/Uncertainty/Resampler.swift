import TouchstoneJourneys
import TouchstoneLinearAlgebra

/// Works one model out again for other weights of the rows.
protocol Resampler: Sendable {
  /// The credits, by touchpoint of the canonical rows, and further figures by touchpoint where the model has them: the removal
  /// effects of a chain.
  func credits(_ weights: RowWeights) throws(AttributionError) -> [ResampledCredit]
}

/// One touchpoint's figures in one replicate.
struct ResampledCredit: Sendable {
  var conversions = 0.0
  var value = 0.0
  /// The removal effect on conversions; NaN for models without.
  var removalEffect = Double.nan

  /// The figures in the order of ``BootstrapDistribution/Quantity``.
  var figures: [Double] {
    BootstrapDistribution.Quantity.allCases.map { quantity in
      switch quantity {
      case .conversions: conversions
      case .value: value
      case .removalEffect: removalEffect
      }
    }
  }
}

/// The fastest way to work a model out again.
func resampler(of model: any AttributionModel, _ rows: CanonicalRows) throws(AttributionError) -> any Resampler {
  if let automatic = model as? AutomaticMarkov {
    // The order is taken for given: intervals do not cover the doubt about it.
    return try resampler(of: try automatic.chosen(rows.table).model, rows)
  }
  if let pathwise = model as? any PathwiseModel { return SharedRows(pathwise, rows) }
  if let markov = model as? Markov, markov.order == 1, rows.touchpoints.count < RemovalEffects.largestDense {
    return ChainResampler(rows)
  }
  return TableResampler(model: model, rows: rows)
}

/// A model that credits path by path: each row's credit is worked out once and then weighed.
struct SharedRows: Resampler {
  private struct Share {
    var touchpoint: Int32
    var conversions: Double
    var value: Double
  }

  private let touchpointCount: Int
  private let starts: [Int]
  private let shares: [Share]

  init(_ model: some PathwiseModel, _ rows: CanonicalRows) {
    touchpointCount = rows.touchpoints.count
    var starts = [0]
    var shares: [Share] = []
    var scratch = PathScratch(touchpointCount: touchpointCount)
    // The canonical rows are a table of their own, with touchpoints in another order.
    model.prepare(&scratch, for: rows.table(weights: { row in rows.totals[row] }))
    var distinct = DistinctTouchpoints(touchpointCount: touchpointCount)
    var sums = CreditSums(touchpointCount: touchpointCount)
    rows.touches.withUnsafeBufferPointer { touches in
      rows.decay.withUnsafeBufferPointer { decay in
        for row in 0..<rows.count {
          let totals = rows.totals[row]
          if totals.conversions > 0 {
            let range = rows.starts[row]..<rows.starts[row + 1]
            let halfLives = rows.table.halfLives.count
            let path = UnsafeBufferPointer(rebasing: touches[range])
            model.credit(
              CreditedPath(
                touches: path, totals: totals,
                decay: UnsafeBufferPointer(
                  rebasing: decay[range.lowerBound * halfLives..<range.upperBound * halfLives])),
              &scratch, to: &sums)
            for touchpoint in distinct.list(path) {
              let credit = sums.take(touchpoint)
              guard credit.conversions != 0 || credit.value != 0 else { continue }
              shares.append(
                Share(
                  touchpoint: touchpoint, conversions: credit.conversions / totals.conversions,
                  value: totals.value == 0 ? 0 : credit.value / totals.value))
            }
          }
          starts.append(shares.count)
        }
      }
    }
    self.starts = starts
    self.shares = shares
  }

  func credits(_ weights: RowWeights) -> [ResampledCredit] {
    var credits = [ResampledCredit](repeating: ResampledCredit(), count: touchpointCount)
    credits.withUnsafeMutableBufferPointer { credits in
      shares.withUnsafeBufferPointer { shares in
        for row in 0..<starts.count - 1 {
          let conversions = weights.conversions[row]
          guard conversions > 0 else { continue }
          let value = weights.value[row]
          for share in shares[starts[row]..<starts[row + 1]] {
            credits[Int(share.touchpoint)].conversions += share.conversions * conversions
            credits[Int(share.touchpoint)].value += share.value * value
          }
        }
      }
    }
    return credits
  }
}

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

/// Any model: the table is made anew with the weights, and the model runs on it.
struct TableResampler: Resampler {
  let model: any AttributionModel
  let rows: CanonicalRows

  func credits(_ weights: RowWeights) throws(AttributionError) -> [ResampledCredit] {
    let table = rows.table(weights: weights.totals)
    let attribution = try model.attribute(Evidence(paths: table))
    var effects: [Double]?
    for diagnostic in attribution.diagnostics where diagnostic.name == "removalEffects" {
      if case .perTouchpoint(let values) = diagnostic.finding { effects = values }
    }
    return attribution.credits.enumerated().map { id, credit in
      ResampledCredit(
        conversions: credit.conversions, value: credit.value, removalEffect: effects?[id] ?? .nan)
    }
  }
}
