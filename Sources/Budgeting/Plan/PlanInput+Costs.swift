import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneMonteCarlo
import TouchstoneParallel
import TouchstoneText

extension PlanInput {
  /// What the costs and the journeys say together.
  ///
  /// - Parameters:
  ///   - paths: The journeys.
  ///   - credits: By touchpoint of the table, under the plan's model.
  ///   - hasValue: Whether the journeys say what conversions were worth.
  ///   - costs: The costs of the time that the journeys cover.
  ///   - history: Conversions by the periods of the costs, where times are known; costs that name conversions go before it.
  ///   - covered: The time that the journeys cover, where it is known.
  ///   - request: For assumed elasticities.
  ///   - seed: Chooses the draws of fitted curves.
  /// - Throws: ``PlanError/nothingToPlan`` where no touchpoint has costs.
  /// - Complexity: some thousand fits of a few parameters a touchpoint, in parallel.
  public init(
    paths: PathTable, credits: [Credit], hasValue: Bool, costs: CostTable, history: PeriodConversions?,
    covered: ClosedRange<Int64>?, request: PlanRequest, seed: UInt64
  ) throws(PlanError) {
    let names = paths.touchpoints.names
    let totals = costs.totals
    let paid = names.indices.compactMap { id -> (id: Int, spend: Double)? in
      guard let cost = totals[names[id]]?.cost else { return nil }
      let spend = Cents.of(cost) / 100
      return spend > 0 ? (id, spend) : nil
    }
    guard !paid.isEmpty else { throw .nothingToPlan }
    let periods = SpendPeriods(costs)
    let touchpoints = Parallel.map(paid.count) { place -> Touchpoint in
      let (id, spend) = paid[place]
      let name = names[id]
      let elasticity = request.limits[name]?.elasticity ?? request.elasticity
      guard let periods, let own = Self.history(name, id, periods, history, covered) else {
        return Touchpoint(name: name, id: id, spend: spend, shape: ResponseShape(elasticity: elasticity, spend: spend))
      }
      var stream = RandomStream(seed: seed, purpose: .curve, index: UInt64(1 + id))
      // A schedule spreads spend over periods, which needs curves that are concave.
      let families = CurveFamily.allCases.filter { $0 != .hill || request.schedule == nil }
      let shape = ResponseShape(
        CurveChoice(own, families: families, seed: seed), periods: periods.count, elasticity: elasticity, spend: spend,
        stream: &stream)
      return Touchpoint(name: name, id: id, spend: spend, shape: shape)
    }
    self.init(touchpoints: touchpoints, credits: credits, names: names, hasValue: hasValue)
  }

  /// A touchpoint's spend and outcome by period, of the periods that the journeys cover whole; `nil` where outcomes are unknown.
  private static func history(
    _ name: String, _ id: Int, _ periods: SpendPeriods, _ history: PeriodConversions?, _ covered: ClosedRange<Int64>?
  ) -> SpendHistory? {
    let spend = periods.spend(name)
    if let own = periods.conversions(name) { return SpendHistory(spend: spend, outcome: own) }
    guard let history, history.byTouchpoint.indices.contains(id) else { return nil }
    let whole = periods.starts.indices.filter { place in
      guard let covered else { return true }
      let end = place + 1 < periods.count ? periods.starts[place + 1] : periods.end
      return periods.starts[place] > covered.lowerBound - Microseconds.perDay
        && end < covered.upperBound + Microseconds.perDay
    }
    let outcome = whole.map { place -> Double in
      history.period(of: periods.starts[place]).map { history.byTouchpoint[id][$0] } ?? 0
    }
    return SpendHistory(spend: whole.map { spend[$0] }, outcome: outcome)
  }
}
