extension EstimandDefinition {
  /// All on, less the arm with the channel off.
  static let off = EstimandDefinition(.channel) { plan in
    plan.advertised.map { channel in
      let without = plan.index(of: plan.allOn.with([channel], at: 0))
      return PlannedFigure(
        channel: channel, measure: .sum([(arm: TruthPlan.allOnIndex, weight: 1), (arm: without, weight: -1)]))
    }
  }
}
