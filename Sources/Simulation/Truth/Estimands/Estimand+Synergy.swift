extension EstimandDefinition {
  /// off({c, d}) − off(c) − off(d), in which all on enters 1 − 2 times.
  static let synergy = EstimandDefinition(
    .pair, heading: "Together: what is lost without both, less what is lost without each"
  ) { plan in
    var figures: [PlannedFigure] = []
    for (position, first) in plan.advertised.enumerated() {
      for second in plan.advertised[(position + 1)...] {
        let withoutBoth = plan.index(of: plan.allOn.with([first, second], at: 0))
        let withoutFirst = plan.index(of: plan.allOn.with([first], at: 0))
        let withoutSecond = plan.index(of: plan.allOn.with([second], at: 0))
        figures.append(
          PlannedFigure(
            channel: first, partner: second,
            measure: .sum([
              (arm: TruthPlan.allOnIndex, weight: -1), (arm: withoutBoth, weight: -1), (arm: withoutFirst, weight: 1),
              (arm: withoutSecond, weight: 1),
            ])))
      }
    }
    return figures
  }
}
