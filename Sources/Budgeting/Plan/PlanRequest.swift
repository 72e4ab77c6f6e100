import TouchstoneJourneys
import TouchstoneText

/// What a plan is to achieve, and within which limits.
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
    public static let largest = 1e12

    public static let accepted =
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
  public static let largestChange = 100.0
  /// Today's budget may be so large.
  public static let largestBudget = 1e11
  /// More periods than this are none to plan by.
  public static let mostPeriods = 400
  /// Elasticities that may be assumed: at 1 nothing would ever saturate.
  public static let elasticityRange = 0.01...0.99
}

/// Why there is no plan.
public enum PlanError: Error, Equatable, CustomStringConvertible {
  /// A limit or a group names something that has no spend today.
  case unknownTouchpoint(name: String, where: String, suggestion: String?, known: [String])
  /// A touchpoint with credit and no spend.
  case noSpend(name: String, credit: Double, where: String)
  /// Nothing has spend.
  case nothingToPlan
  /// Costs that add up to more than can be planned to the cent.
  case tooMuchMoney(Double)
  /// Nothing that has spend has credit.
  case noCredit
  /// A group of media that no touchpoint with costs belongs to.
  case emptyMedia(group: String, media: TouchpointAttributes.Media)
  /// Value is asked for, and the input has none.
  case noValue(what: String)
  /// A minimum above a maximum.
  case emptyLimits(name: String, minimum: Double, maximum: Double)
  /// The limits clash.
  case allocation(AllocationError)
  /// More than the limits allow.
  case unreachable(target: Double, measure: PlanRequest.Measure, most: Double, spend: Double)
  /// No budget within the limits brings so much for each unit of money.
  case unreachableReturn(asked: Double, measure: PlanRequest.Measure, best: Double, spend: Double)

  /// Whether other limits could help.
  public var isAboutLimits: Bool {
    switch self {
    case .allocation, .unreachable, .unreachableReturn: true
    default: false
    }
  }

  public var description: String {
    switch self {
    case .unknownTouchpoint(let name, let place, let suggestion, let known):
      "\(place) names \(quotedForMessage(name)), which costs nothing today; "
        + (suggestion.map { "did you mean \(quotedForMessage($0))? " } ?? "")
        + "the touchpoints with costs are \(known.map { quotedForMessage($0) }.joined(separator: ", "))"
    case .noSpend(let name, let credit, let place):
      "\(place) names \(quotedForMessage(name)), which has credit of \(money(credit)) conversions and no costs: nothing tells what spending there"
        + " would bring; leave it out, or add its costs to the cost table"
    case .nothingToPlan:
      "no touchpoint of the journeys has costs above 0; check that the cost table and the journeys name touchpoints alike"
    case .tooMuchMoney(let sum):
      "the costs add up to \(sum), and budgets up to \(PlanRequest.largestBudget) can be planned to the cent; write costs in a larger unit, such as"
        + " thousands"
    case .noCredit:
      "no touchpoint with costs has any credit, so nothing tells where money should go; choose another model, or journeys with conversions"
    case .emptyMedia(let group, let media):
      "the group \(quotedForMessage(group)) is of \(media.rawValue) media, and no touchpoint with costs is said to be; say so under attributes in a"
        + " specification (--spec), or list the group's touchpoints"
    case .noValue(let what):
      "\(what) needs the value of conversions, and the journeys have none; give a value column, or plan for conversions"
    case .emptyLimits(let name, let minimum, let maximum):
      "the minimum of \(quotedForMessage(name)), \(money(minimum)), is above its maximum, \(money(maximum)); lower one or raise the other"
    case .allocation(let error): error.description
    case .unreachable(let target, let measure, let most, let spend):
      "\(money(target)) \(measure == .value ? "of value" : "conversions") of touchpoints with costs cannot be reached: the limits allow \(money(most)) at the most, for \(money(spend));"
        + " widen --change or the bounds, raise the budget, or lower the target by \(money(target - most))"
    case .unreachableReturn(let asked, .value, let best, let spend):
      "no budget within the limits has a ROAS of \(money(asked)): the best is \(money(best)), at a budget of \(money(spend)); lower the target, or widen the"
        + " limits"
    case .unreachableReturn(let asked, .conversions, let best, let spend):
      "no budget within the limits has a cost per conversion of \(money(1 / asked)): the lowest is \(money(1 / best)), at a budget of \(money(spend)); raise the"
        + " target, or widen the limits"
    }
  }
}
