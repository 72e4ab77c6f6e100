import TouchstoneAttribution

/// Who gets how much, what that is expected to bring, and why.
public struct Plan: Sendable {
  /// What keeps a touchpoint from getting more or less.
  public enum Bound: Sendable, Equatable {
    case minimum
    case maximum
    case lock
    /// It has no credit, so less would cost nothing.
    case noCredit
    /// A group's limit.
    case group(String)
    /// Its spend comes in steps.
    case step
    /// It is not sure enough which way to move: the probability that the plan's way is right.
    case uncertainty(Double)
  }

  /// One touchpoint.
  public struct Row: Sendable {
    /// The touchpoint's name.
    public let name: String
    /// Its id in the journeys' table.
    public let id: Int
    /// Money today.
    public let currentSpend: Double
    /// Money planned.
    public let plannedSpend: Double
    /// Credit today.
    public let current: Credit
    /// What it becomes.
    public let planned: Credit
    /// What one more unit of money would bring today, in conversions and in value.
    public let currentMarginal: Credit
    /// The same under the plan.
    public let plannedMarginal: Credit
    /// What one more unit of money would bring where the plan could best use it: within the touchpoint's innermost
    /// group whose limit binds, or in the whole plan. In the measure.
    public let price: Double
    /// Planned visits over today's.
    public let multiple: Double
    /// Within which its spend was planned.
    public let limits: ClosedRange<Double>
    /// Planned spend by period; empty for a plan of totals.
    public let schedule: [Double]
    /// `nil` where its marginal response is the shadow price: money could not do better elsewhere.
    public let bound: Bound?
  }

  /// What counted.
  public let measure: PlanRequest.Measure
  /// What was to be reached.
  public let goal: PlanRequest.Goal
  /// In the order of the input's touchpoints.
  public let rows: [Row]
  /// What one more unit of the whole budget would bring, in the measure.
  public let price: Double
  /// How much more than planned might be possible, as a share of it: the certificate.
  public let gap: Double
  /// What steps leave of the budget.
  public let unspent: Double

  /// Today's spend, in whole cents.
  public var currentBudget: Double { Cents.sum(rows.map(\.currentSpend)) }
  /// The planned one, in whole cents.
  public var plannedBudget: Double { Cents.sum(rows.map(\.plannedSpend)) }
  /// What the credit of all planned touchpoints becomes, less what it is.
  public var promised: Credit {
    Credit(
      conversions: rows.reduce(0) { $0 + $1.planned.conversions - $1.current.conversions },
      value: rows.reduce(0) { $0 + $1.planned.value - $1.current.value })
  }

  /// By touchpoint of the journeys' table, planned visits over today's.
  package func multiples(touchpoints: Int) -> [Double] {
    var multiples = [Double](repeating: 1, count: touchpoints)
    for row in rows { multiples[row.id] = row.multiple }
    return multiples
  }
}
