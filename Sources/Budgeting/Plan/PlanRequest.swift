import TouchstoneJourneys
import TouchstoneText

/// What a plan is to achieve, and within which limits.
///
/// ```swift
/// var request = PlanRequest()
/// request.budget = .change(0.1)  // 10 % more than today
/// request.groups = [.init(name: "search", touchpoints: ["brand", "generic"], maximum: .share(0.6))]
/// ```
public struct PlanRequest: Sendable {
  /// What counts.
  public enum Measure: String, Sendable, CaseIterable {
    case conversions, value
  }

  /// What a plan is to reach.
  public enum Goal: Sendable, Equatable {
    /// As much as the budget can bring.
    case most
    /// So much, for as little as possible.
    case target(Double)
    /// As much as can be had while each unit of money brings so much on average.
    case perUnitSpent(Double)
  }

  /// An amount of money as people say it.
  public enum Amount: Sendable, Equatable {
    case money(Double)
    /// A change of what is spent today: 0.1 is 10 % more.
    case change(Double)
    /// A share of the whole plan.
    case share(Double)

    /// `1000`, `+10%` or `-10%` of today's, `60%` of the whole; `nil` where the text is none of them.
    public init?(_ text: String) {
      let text = text.filter { $0 != " " }.replacing("−", with: "-")
      guard text.hasSuffix("%") else {
        guard let number = Double(text), (0...Self.largest).contains(number), !text.hasPrefix("+") else { return nil }
        self = .money(number)
        return
      }
      guard let percent = Double(text.dropLast()), percent.isFinite else { return nil }
      if text.hasPrefix("+") || text.hasPrefix("-") {
        guard (-100...100 * PlanRequest.largestChange).contains(percent) else { return nil }
        self = .change(percent / 100)
      } else {
        guard (0...100).contains(percent) else { return nil }
        self = .share(percent / 100)
      }
    }

    /// More cannot be planned to the cent.
    package static let largest = 1e12

    /// What messages ask for.
    package static let accepted =
      "an amount such as 1000, a change such as +10% or -10%, or a share of the whole such as 60%"
  }

  /// The limits of one touchpoint.
  public struct Limits: Sendable, Equatable {
    /// The least that it gets.
    public var minimum: Amount?
    /// The most that it gets.
    public var maximum: Amount?
    /// How far spend may move from today's, as a share of it; it replaces that of the whole plan.
    public var change: Double?
    /// Whether it stays as it is, whatever else is asked for.
    public var isLocked = false
    /// Spend comes in multiples of this.
    public var step: Double?
    /// Assumed where no curve could be fitted; it replaces that of the whole plan.
    public var elasticity: Double?

    public init() {}
  }

  /// Limits of several touchpoints together.
  public struct Group: Sendable, Equatable {
    /// What messages and outputs call it.
    public var name: String
    /// Its members, by name.
    public var touchpoints: [String]
    /// The least that they get together.
    public var minimum: Amount?
    /// The most that they get together.
    public var maximum: Amount?

    public init(name: String, touchpoints: [String], minimum: Amount? = nil, maximum: Amount? = nil) {
      self.name = name
      self.touchpoints = touchpoints
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  /// How a plan is laid out in time.
  public struct Schedule: Sendable, Equatable {
    /// By period, of equal length: how much more than on average the same spend brings; its mean is taken for 1.
    public var demand: [Double]
    /// The share of a period's effect that is left in the next, for touchpoints without a fitted one.
    public var carryOver: Double

    public init(demand: [Double], carryOver: Double = 0) {
      self.demand = demand
      self.carryOver = carryOver
    }
  }

  /// What is to be large.
  public var measure = Measure.conversions
  /// How large, or for how much.
  public var goal = Goal.most
  /// What may be spent; `nil` for what is spent today, or for whatever a target takes.
  public var budget: Amount?
  /// How far each touchpoint's spend may move from today's, as a share of it.
  public var change = 0.3
  /// By touchpoint.
  public var limits: [String: Limits] = [:]
  /// Any two nested, or without a common member.
  public var groups: [Group] = []
  /// Assumed where nothing tells how the response changes with spend.
  public var elasticity = 0.5
  /// Assumptions that the plan is tried under besides.
  public var elasticities = [0.2, 0.35, 0.5, 0.65, 0.8]
  /// Touchpoints whose move is less probable to be right than this stay where they are; `nil` to move them all.
  public var leastCertainty: Double?
  /// `nil` for a plan of totals.
  public var schedule: Schedule?

  public init() {}

  /// Spend may move by up to so many times itself.
  package static let largestChange = 100.0
  /// Today's budget may be so large: sums of cents are exact up to 9e15, and budgets may grow a hundredfold.
  package static let largestBudget = 1e11
  /// More periods than this are none to plan by: a year of days fits.
  package static let mostPeriods = 400
  /// Elasticities that may be assumed: at 1 nothing would ever saturate.
  package static let elasticityRange = 0.01...0.99
}
