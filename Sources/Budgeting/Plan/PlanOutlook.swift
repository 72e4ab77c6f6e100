import Attribution
import Journeys

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
          let drawn = touchpoint.shape.multiple(row.plannedSpend, draw: replicate)
          own[row.id] *= drawn / touchpoint.shape.multiple(row.plannedSpend)
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
  /// By row of the plan: the share of the replicates in which the touchpoint's next unit of money brings more than the plan's shadow price, for
  /// one that gets more, or less, for one that gets less; `nil` for those that do not move.
  public let probabilities: [Double?]

  /// - Parameters:
  ///   - distribution: The credit under the plan's model, on replicates of the journeys.
  public init(_ plan: Plan, _ input: PlanInput, _ distribution: BootstrapDistribution) {
    let quantity: BootstrapDistribution.Quantity = plan.measure == .conversions ? .conversions : .value
    let credits = plan.rows.map { distribution.values($0.id, quantity) }
    let total = input.touchpoints.indices.reduce(0) { $0 + input.credit($1, plan.measure) }
    // A replicate with more conversions in all has a higher price.
    let prices = (0..<distribution.replicates).map { replicate in
      total > 0 ? plan.price * credits.reduce(0) { $0 + $1[replicate] } / total : plan.price
    }
    probabilities = plan.rows.indices.map { place in
      let (row, shape) = (plan.rows[place], input.touchpoints[place].shape)
      guard row.plannedSpend != row.currentSpend else { return nil }
      let isMore = row.plannedSpend > row.currentSpend
      let right = prices.indices.count { replicate in
        let marginal = credits[place][replicate] * shape.elasticity(draw: replicate) / row.currentSpend
        return isMore ? marginal > prices[replicate] : marginal < prices[replicate]
      }
      return Double(right) / Double(prices.count)
    }
  }
}
