import TouchstoneAttribution
import TouchstoneJourneys

/// What a plan is expected to do to the journeys, and how sure that is.
///
/// Spend buys visits with the same diminishing returns as it buys responses, so planned visits are f(x′) / f(x) times today's; the chain says
/// what that does to conversions (``ChainShift``). Each bootstrap replicate has journeys of its own and, where curves were fitted, curves drawn
/// from what the fit leaves open. An assumed elasticity is the same in all replicates: the doubt about it is not in the intervals.
public struct PlanOutlook: Sendable {
  /// On the journeys as they are.
  public let shift: ChainShift
  /// The same, walked.
  public let walks: ShiftWalks
  /// By replicate, the additional conversions and their value.
  public let conversions: BootstrapSample
  public let value: BootstrapSample

  /// - Complexity: O(replicates × (touches + touchpoints³)), in parallel.
  public init(_ plan: Plan, _ input: PlanInput, on evidence: Evidence, _ bootstrap: Bootstrap, walks: Int = 200_000) {
    let multiples = plan.multiples(touchpoints: input.names.count)
    shift = ChainShift(evidence.paths, multiples: multiples)
    self.walks = ShiftWalks(evidence.paths, multiples: multiples, walks: walks, seed: bootstrap.seed)
    let samples = bootstrap.chainSamples(on: evidence) { counts, ids, replicate in
      var own = multiples
      if let replicate {
        for (row, touchpoint) in zip(plan.rows, input.touchpoints) {
          let plain = touchpoint.shape.multiple(row.plannedSpend)
          // Nothing is left to draw of visits that are all lost.
          if plain > 0 { own[row.id] *= touchpoint.shape.multiple(row.plannedSpend, draw: replicate) / plain }
        }
      }
      let gain = ChainShift(counts, multiples: ids.map { own[Int($0)] }).gain
      return [gain.conversions, gain.value]
    }
    (conversions, value) = (samples[0], samples[1])
  }

  /// The additional amount of a measure.
  public func sample(_ measure: PlanRequest.Measure) -> BootstrapSample {
    measure == .conversions ? conversions : value
  }

  /// The share of the replicates in which the plan brings more than today, equal ones counted half.
  public func probabilityBetter(_ measure: PlanRequest.Measure) -> Double {
    let replicates = sample(measure).replicates
    return replicates.reduce(0.0) { $0 + ($1 > 0 ? 1 : $1 == 0 ? 0.5 : 0) } / Double(replicates.count)
  }

  /// What the plan brings in the worst of twenty cases: the 5 % quantile of the replicates.
  public func worstCase(_ measure: PlanRequest.Measure) -> Double {
    sample(measure).interval(level: 0.9, method: .percentile).lowerBound
  }
}

/// How sure each touchpoint's move is.
public struct MoveCertainty: Sendable {
  /// By row of the plan: the share of the replicates in which the touchpoint's next unit of money, as it is spent today, brings more than its
  /// shadow price, for one that gets more, or less, for one that gets less; `nil` for those that do not move.
  public let probabilities: [Double?]

  /// Credit and elasticity are those of the replicate, and the price grows with the credit of all touchpoints.
  ///
  /// - Parameter distribution: The credit under the plan's model, on replicates of the journeys.
  public init(_ plan: Plan, _ input: PlanInput, _ distribution: BootstrapDistribution) {
    let quantity: BootstrapDistribution.Quantity = plan.measure == .conversions ? .conversions : .value
    let credits = plan.rows.map { distribution.values($0.id, quantity) }
    let total = input.touchpoints.indices.reduce(0) { $0 + input.credit($1, plan.measure) }
    let scales = (0..<distribution.replicates).map { replicate in
      total > 0 ? credits.reduce(0) { $0 + $1[replicate] } / total : 1
    }
    probabilities = plan.rows.indices.map { place in
      let (row, shape) = (plan.rows[place], input.touchpoints[place].shape)
      guard row.plannedSpend != row.currentSpend else { return nil }
      let isMore = row.plannedSpend > row.currentSpend
      let (credit, elasticity) = (input.credit(place, plan.measure), shape.elasticity())
      let marginal = plan.measure == .conversions ? row.currentMarginal.conversions : row.currentMarginal.value
      let right = scales.indices.count { replicate in
        // Without credit the next unit brings nothing.
        let drawn =
          credit > 0 && elasticity > 0
          ? marginal * (credits[place][replicate] / credit) * (shape.elasticity(draw: replicate) / elasticity) : 0
        let price = row.price * scales[replicate]
        return isMore ? drawn > price : drawn < price
      }
      return Double(right) / Double(scales.count)
    }
  }
}
