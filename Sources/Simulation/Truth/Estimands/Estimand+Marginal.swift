extension EstimandDefinition {
  /// The arm with the channel's spend × (1 + step), less all on, by what the channel costs more.
  static let marginal = EstimandDefinition(.channel, unit: .conversionsPerMoney) { plan in
    plan.advertised.map { channel in
      let more = plan.index(of: plan.allOn.with([channel], at: 1 + plan.settings.step))
      return PlannedFigure(
        channel: channel,
        measure: .quotient([(arm: more, weight: 1), (arm: TruthPlan.allOnIndex, weight: -1)], arm: more))
    }
  }
}
