import TouchstoneLinearAlgebra
import TouchstoneParallel

/// One sparse solve for each touchpoint, eight touchpoints at a time.
///
/// Notation as for the dense way: D the departures, C the counts, r the conversions out of each state. For a
/// removed touchpoint c let x_j be the expected visits to state j before c is met, divided by D_j: outside
/// c's states x_j (D_j − C_jj) = [j = start] + Σ_{i≠j} C_ij x_i, and x is 0 in them. The journeys that meet c
/// for the first time in one of its states k are f_k = Σ C_ik x_i, and with b, the probability to convert from
/// each state, the loss is Σ f_k b_k: the formula of the dense way, without its inverse. It is preferred to the
/// difference of two probabilities, which would lose the digits of rare touchpoints.
///
/// Certificate: with the residual q of x, the probability to convert without c, Σ x_j r_j, is off by
/// Σ q_j b_j, and as b_j is a probability by at most Σ |q_j|. The loss is compared with it, and the
/// two bounds together are the reported residual.
///
/// Unlike models.md, which warm-starts one solve a touchpoint, eight are solved side by side: the matrix is
/// read once for them, and the blocks of eight are what the threads share out.
extension RemovalEffects {
  private typealias Lanes = BlockGaussSeidel.Lanes

  static func sparse(_ chain: MarkovChain) throws(AttributionError) -> RemovalEffects {
    let (loops, leaving) = chain.transitions.splittingDiagonal()
    let diagonal = zip(chain.departures, loops).map { $0 - $1 }
    let entering = leaving.transposed()
    // Counted paths are in balance: with nothing removed, x is one over the journeys in every state.
    let journeys = chain.departures[0]
    let totals = Totals(
      conversions: chain.conversions.compensatedSum() / journeys,
      value: chain.value.compensatedSum() / journeys,
      visits: chain.departures.compensatedSum() / journeys)

    let system = BlockGaussSeidel(coefficients: leaving, diagonal: diagonal)
    let returns = chain.conversions.indices.map { state in
      var lanes = Lanes()
      lanes[0] = chain.conversions[state]
      lanes[1] = chain.value[state]
      return lanes
    }
    var outcomes = zip(returns, diagonal).map { $0 / $1 }
    var scale = Lanes(repeating: journeys)
    scale[1] *= chain.value.lazy.map(abs).max() ?? 0
    // There is no point in patience where the dense way stands ready.
    let mostSweeps =
      chain.stateCount <= largestDenseFallback ? fewSweeps : BlockGaussSeidel.usualMostSweeps
    let solved = system.solve(
      &outcomes, rightSide: returns, tolerance: totals.tolerance * scale,
      floor: totals.floor * scale, mostSweeps: mostSweeps)
    try check(solved, chain)

    let removal = BlockGaussSeidel(coefficients: entering, diagonal: diagonal)
    let blocks = Parallel.ranges(count: chain.touchpoints.count, length: Lanes.scalarCount)
    let outcomesByState = outcomes
    let solutions = Parallel.map(blocks.count) {
      losses(chain, removal, outcomesByState, totals, removing: blocks[$0], mostSweeps: mostSweeps)
    }
    for solution in solutions { try check(solution.outcome, chain) }
    return RemovalEffects(
      conversionProbability: totals.conversions, valuePerJourney: totals.value,
      conversions: solutions.flatMap(\.conversions).map { share(lost: $0, of: totals.conversions) },
      value: solutions.flatMap(\.value).map { share(lost: $0, of: totals.value) },
      reach: solutions.flatMap(\.reach),
      residual: solutions.map(\.residual).max() ?? 0,
      method: .sparse(sweeps: solutions.map(\.outcome.sweeps).max() ?? 0))
  }

  /// Sweeps that take about as long as one dense solution of ``largestDenseFallback`` states.
  private static let fewSweeps = 2_000

  private static func check(
    _ outcome: BlockGaussSeidel.Outcome, _ chain: MarkovChain
  ) throws(AttributionError) {
    if !outcome.hasConverged {
      throw .notConverged(
        order: chain.order, residual: outcome.residual.max(), sweeps: outcome.sweeps)
    }
  }

  /// Expectations of one journey through the whole chain.
  private struct Totals: Sendable {
    var conversions: Double
    var value: Double
    var visits: Double

    /// The precision that is asked for, of probabilities: what rounding allows, but never less than twelve digits of
    /// the conversion probability, however small that is.
    var tolerance: Double {
      min(1e-14 * conversions + 4 * .ulpOfOne * visits, 1e-12 * conversions)
    }
    /// What rounding may move, where that precision is out of reach.
    var floor: Double { 16 * .ulpOfOne * visits }
  }

  /// What a block of touchpoints loses, in conversions and value a journey.
  private struct Losses: Sendable {
    var conversions: [Double]
    var value: [Double]
    /// Journeys that meet each touchpoint.
    var reach: [Double]
    var residual: Double
    var outcome: BlockGaussSeidel.Outcome
  }

  private static func losses(
    _ chain: MarkovChain, _ system: BlockGaussSeidel, _ outcomes: [Lanes], _ totals: Totals,
    removing block: Range<Int>, mostSweeps: Int
  ) -> Losses {
    // The lane of the touchpoint that each state's last touch is, where it is in the block.
    let lanes = (0..<chain.stateCount).map { state in
      chain.lastTouchpoint(ofState: state).flatMap {
        block.contains($0) ? $0 - block.lowerBound : nil
      }
    }
    let masks = lanes.map { lane in
      var mask = Lanes(repeating: 1)
      if let lane { mask[lane] = 0 }
      return mask
    }
    var start = [Lanes](repeating: Lanes(), count: chain.stateCount)
    start[0] = Lanes(repeating: 1)
    var visits = masks.map { $0 / chain.departures[0] }
    let outcome = system.solve(
      &visits, rightSide: start, masks: masks, tolerance: Lanes(repeating: totals.tolerance),
      floor: Lanes(repeating: totals.floor),
      mostSweeps: mostSweeps)

    var lostConversions = [Double](repeating: 0, count: block.count)
    var lostValue = lostConversions
    var reach = lostConversions
    var kept = Lanes()
    for (state, lane) in lanes.enumerated() {
      kept += visits[state] * chain.conversions[state]
      guard let lane else { continue }
      var entries = start[state][lane]
      for k in system.coefficients.rowStarts[state]..<system.coefficients.rowStarts[state + 1] {
        entries +=
          system.coefficients.values[k] * visits[Int(system.coefficients.columnIndices[k])][lane]
      }
      lostConversions[lane] += entries * outcomes[state][0]
      lostValue[lane] += entries * outcomes[state][1]
      reach[lane] += entries
    }
    let residual = block.indices.map { touchpoint in
      let lane = touchpoint - block.lowerBound
      return outcome.residual[lane]
        + abs(totals.conversions - kept[lane] - lostConversions[lane])
    }
    return Losses(
      conversions: lostConversions, value: lostValue, reach: reach, residual: residual.max() ?? 0,
      outcome: outcome)
  }
}
