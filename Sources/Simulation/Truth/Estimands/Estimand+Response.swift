extension EstimandDefinition {
  /// The arm with the channel's spend at each multiple of the world's grid.
  static let response = EstimandDefinition(.level, heading: "Response to spend, all else as it is") { plan in
    plan.advertised.flatMap { channel in
      plan.settings.response.map { multiple in
        let arm = plan.index(of: plan.allOn.with([channel], at: multiple))
        return PlannedFigure(
          channel: channel, multiple: multiple, measure: .sumAtSpend([(arm: arm, weight: 1)], arm: arm))
      }
    }
  }
}
