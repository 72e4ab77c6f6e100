import TouchstoneBudgeting

/// How good a budget plan is, run for real in one replication of a world. All figures are in percent of the conversions
/// of the world as it is.
public struct PlanScore: Sendable {
  /// What is measured, in the order of the scoreboard.
  public enum Measure: String, Sendable, CaseIterable {
    /// What the plan's model promises.
    case promised
    /// What it really brings.
    case gain
    /// What the best plan found with the truth brings more.
    case regret
    /// How much more than planned it costs, in percent of the budget: not every channel can spend what a plan gives it.
    case overspend
  }

  /// `nil` where nothing is promised.
  public let values: [Measure: Double]

  init(promised: Double?, gain: Double, best: Double, overspend: Double) {
    var values: [Measure: Double] = [.gain: gain, .regret: best - gain, .overspend: overspend]
    values[.promised] = promised
    self.values = values
  }
}

/// Who plans a budget.
public enum PlannerName: Sendable, Equatable {
  /// A contestant, by its index on the scoreboard.
  case contestant(Int)
  /// Nothing changes.
  case unchanged
  /// Each channel's spend times its last-touch credit for a unit of money, against the mean.
  case lastTouchReturn
  /// The best plan found by search, with the truth at hand.
  case best
}

/// A plan that could not be made in one replication of a world.
public struct PlanFailure: Sendable {
  public let planner: PlannerName
  /// From 0.
  public let replication: Int
  public let reason: PlanError
}
