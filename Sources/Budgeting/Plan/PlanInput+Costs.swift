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
  ///   - history: Conversions by period of the costs (``PlanCosts/conversionPeriods``), where times are known; costs
  ///     that name conversions go before it.
  ///   - covered: The time that the journeys cover, where it is known.
  ///   - request: For assumed elasticities.
  ///   - seed: Chooses the draws of fitted curves.
  /// - Throws: ``PlanError/nothingToPlan`` where no touchpoint has costs.
  /// - Complexity: some thousand fits of a few parameters a touchpoint, in parallel.
  public init(
    paths: PathTable, credits: [Credit], hasValue: Bool, costs: PlanCosts, history: PeriodConversions?,
    covered: ClosedRange<Int64>?, request: PlanRequest, seed: UInt64
  ) throws(PlanError) {
    let names = paths.touchpoints.names
    let totals = costs.table.totals
    let paid = names.indices.compactMap { id -> (id: Int, spend: Double)? in
      guard let cost = totals[names[id]]?.cost else { return nil }
      let spend = Cents.of(cost) / 100
      return spend > 0 ? (id, spend) : nil
    }
    guard !paid.isEmpty else { throw .nothingToPlan }
    // A schedule spreads spend over periods, which needs curves that are concave.
    let families = CurveCatalogue.families.filter { $0.isConcave || request.schedule == nil }
    let touchpoints = Parallel.map(paid.count) { index -> Touchpoint in
      let (id, spend) = paid[index]
      let name = names[id]
      let elasticity = request.limits[name]?.elasticity ?? request.elasticity
      guard let periods = costs.periods,
        let known = periods.history(of: name, id: id, counted: history, within: covered)
      else {
        return Touchpoint(name: name, id: id, spend: spend, shape: ResponseShape(elasticity: elasticity, spend: spend))
      }
      // Stream 0 belongs to the choice of the curve.
      var stream = RandomStream(seed: seed, purpose: .curve, index: UInt64(1 + id))
      let shape = ResponseShape(
        CurveChoice(known, families: families, seed: seed), periods: periods.count, elasticity: elasticity,
        spend: spend, stream: &stream)
      return Touchpoint(name: name, id: id, spend: spend, shape: shape)
    }
    self.init(touchpoints: touchpoints, credits: credits, names: names, hasValue: hasValue)
  }
}

extension SpendPeriods {
  /// A touchpoint's spend and outcome by period, of the periods that the journeys cover whole; `nil` where outcomes are
  /// unknown.
  fileprivate func history(
    of name: String, id: Int, counted: PeriodConversions?, within covered: ClosedRange<Int64>?
  ) -> SpendHistory? {
    let spend = spend(name)
    if let conversions = conversions(name) { return SpendHistory(spend: spend, outcome: conversions) }
    guard let counted, counted.byTouchpoint.indices.contains(id) else { return nil }
    let whole = starts.indices.filter { period in
      guard let covered else { return true }
      let next = period + 1 < count ? starts[period + 1] : end
      return starts[period] > covered.lowerBound - Microseconds.perDay
        && next < covered.upperBound + Microseconds.perDay
    }
    let outcome = whole.map { period -> Double in
      counted.period(of: starts[period]).map { counted.byTouchpoint[id][$0] } ?? 0
    }
    return SpendHistory(spend: whole.map { spend[$0] }, outcome: outcome)
  }
}
