import TouchstoneAttribution
import TouchstoneJourneys

/// What a plan is expected to do to the journeys, and how sure that is.
///
/// Spend buys visits with the same diminishing returns as it buys responses, so planned visits are f(x′) / f(x) times
/// today's; the chain says what that does to conversions (``ChainShift``). Each bootstrap replicate has journeys of its
/// own and, where curves were fitted, curves drawn from what the fit leaves open. An assumed elasticity is the same in
/// all replicates: the doubt about it is not in the intervals.
public struct PlanOutlook: Sendable {
  /// On the journeys as they are.
  public let shift: ChainShift
  /// The same, walked.
  public let walks: ShiftWalks
  /// By replicate, the additional conversions.
  public let conversions: BootstrapSample
  /// By replicate, their value.
  public let value: BootstrapSample

  /// - Parameters:
  ///   - plan: What is done.
  ///   - input: What it was made from.
  ///   - evidence: The journeys.
  ///   - bootstrap: How many replicates, and their seed.
  ///   - walks: How many journeys are walked as a check.
  /// - Complexity: O(replicates × (touches + touchpoints³)), in parallel.
  public init(_ plan: Plan, _ input: PlanInput, on evidence: Evidence, _ bootstrap: Bootstrap, walks: Int = 200_000) {
    let multiples = plan.multiples(touchpoints: input.names.count)
    shift = ChainShift(evidence.paths, multiples: multiples)
    self.walks = ShiftWalks(evidence.paths, multiples: multiples, walks: walks, seed: bootstrap.seed)
    let samples = bootstrap.chainSamples(on: evidence) { counts, ids, replicate in
      var drawn = multiples
      if let replicate {
        for (row, touchpoint) in zip(plan.rows, input.touchpoints) {
          let plain = touchpoint.shape.multiple(row.plannedSpend)
          // Nothing is left to draw of visits that are all lost.
          if plain > 0 { drawn[row.id] *= touchpoint.shape.multiple(row.plannedSpend, draw: replicate) / plain }
        }
      }
      let gain = ChainShift(counts, multiples: ids.map { drawn[Int($0)] }).gain
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
