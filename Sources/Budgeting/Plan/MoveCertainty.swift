import TouchstoneAttribution

/// How sure each touchpoint's move is.
public struct MoveCertainty: Sendable {
  /// By row of the plan: the share of the replicates in which the touchpoint's next unit of money, as it is spent
  /// today, brings more than its shadow price, for one that gets more, or less, for one that gets less; `nil` for those
  /// that do not move.
  public let probabilities: [Double?]

  /// Credit and elasticity are those of the replicate, and the price grows with the credit of all touchpoints.
  ///
  /// - Parameters:
  ///   - plan: Whose moves are looked at.
  ///   - input: What it was made from.
  ///   - distribution: The credit under the plan's model, on replicates of the journeys.
  public init(_ plan: Plan, _ input: PlanInput, _ distribution: BootstrapDistribution) {
    let quantity: BootstrapDistribution.Quantity = plan.measure == .conversions ? .conversions : .value
    let credits = plan.rows.map { distribution.values($0.id, quantity) }
    let total = input.touchpoints.indices.reduce(0) { $0 + input.credit($1, plan.measure) }
    let scales = (0..<distribution.replicates).map { replicate in
      total > 0 ? credits.reduce(0) { $0 + $1[replicate] } / total : 1
    }
    probabilities = plan.rows.indices.map { index in
      let (row, shape) = (plan.rows[index], input.touchpoints[index].shape)
      guard row.plannedSpend != row.currentSpend else { return nil }
      let isMore = row.plannedSpend > row.currentSpend
      let (credit, elasticity) = (input.credit(index, plan.measure), shape.elasticity())
      let marginal = plan.measure == .conversions ? row.currentMarginal.conversions : row.currentMarginal.value
      let right = scales.indices.count { replicate in
        // Without credit the next unit brings nothing.
        let drawn =
          credit > 0 && elasticity > 0
          ? marginal * (credits[index][replicate] / credit) * (shape.elasticity(draw: replicate) / elasticity) : 0
        let price = row.price * scales[replicate]
        return isMore ? drawn > price : drawn < price
      }
      return Double(right) / Double(scales.count)
    }
  }
}

/// A plan whose moves are as sure as the request asks for, as far as its limits allow.
public struct SurePlan: Sendable {
  public let plan: Plan
  /// Of its moves.
  public let certainty: MoveCertainty
  /// Touchpoints that move though they are not sure enough: with them held too, no plan would meet the request.
  public let unheld: [String]
}

extension Planner {
  /// The plan that meets the goal best, where touchpoints whose move is not sure enough stay as they are
  /// (``PlanRequest/leastCertainty``); the rest is planned anew, until nobody else is unsure.
  ///
  /// - Parameter distribution: The credit under the plan's model, on replicates of the journeys.
  /// - Throws: ``PlanError`` where limits clash, or no plan within them meets the goal.
  public func plan(sureBy distribution: BootstrapDistribution) throws(PlanError) -> SurePlan {
    var plan = try plan()
    var certainty = MoveCertainty(plan, input, distribution)
    guard let least = request.leastCertainty else { return SurePlan(plan: plan, certainty: certainty, unheld: []) }
    // Others may become unsure when some stay.
    var held: [Int: Double] = [:]
    while true {
      let unsure = certainty.probabilities.enumerated().filter { ($0.element ?? 1) < least }
      if unsure.isEmpty { return SurePlan(plan: plan, certainty: certainty, unheld: []) }
      for (index, probability) in unsure { held[index] = probability! }
      do throws(PlanError) {
        plan = try self.plan(holding: held)
      } catch {
        guard error.isAboutLimits else { throw error }
        return SurePlan(
          plan: plan, certainty: certainty, unheld: unsure.map { input.touchpoints[$0.offset].name })
      }
      certainty = MoveCertainty(plan, input, distribution)
    }
  }
}
