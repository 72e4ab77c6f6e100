/// How to share out money: curves, what each may get, and what groups of them may get together.
///
/// ```swift
/// let problem = AllocationProblem(
///   items: [
///     .init(name: "tv", curve: LogCurve(beta: 30, gamma: 80), limits: 0...500),
///     .init(name: "search", curve: PowerCurve(beta: 4, exponent: 0.5), limits: 50...300),
///   ],
///   groups: [.init(name: "paid", members: [0, 1], limits: 0...600)])
/// let allocation = try Allocation(problem, total: 400)
/// ```
public struct AllocationProblem: Sendable {
  /// One thing that money is spent on.
  public struct Item: Sendable {
    /// What messages call it.
    public var name: String
    /// What its spend brings.
    public var curve: any ResponseCurve
    /// The least and the most that may be spent on it.
    public var limits: ClosedRange<Double>
    /// Spend comes in multiples of this; `nil` for any amount.
    public var step: Double?

    /// - Parameter limits: From 0 on, finite.
    public init(name: String, curve: any ResponseCurve, limits: ClosedRange<Double>, step: Double? = nil) {
      precondition(limits.lowerBound >= 0 && limits.upperBound.isFinite, "spend is not negative, and finite")
      precondition(step.map { $0 > 0 } ?? true, "a step is above 0")
      self.name = name
      self.curve = curve
      self.limits = limits
      self.step = step
    }
  }

  /// Limits of what several items get together.
  public struct Group: Sendable {
    /// What messages call it.
    public var name: String
    /// Indices of items, none twice.
    public var members: [Int]
    /// Of their sum.
    public var limits: ClosedRange<Double>

    public init(name: String, members: [Int], limits: ClosedRange<Double>) {
      self.name = name
      self.members = members
      self.limits = limits
    }
  }

  /// What money is shared out among.
  public var items: [Item]
  /// Any two are nested, or have no item in common.
  public var groups: [Group]

  public init(items: [Item], groups: [Group] = []) {
    self.items = items
    self.groups = groups
  }
}

/// Why money cannot be shared out as asked.
public enum AllocationError: Error, Equatable, CustomStringConvertible {
  /// Two groups share some items, and neither holds the other.
  case crossingGroups(String, String)
  /// What must be spent at least is more than may be spent: by a group, or by the whole budget.
  case tooLittle(what: String, limit: Double, least: Double, because: [String])
  /// What may be spent at most is less than must be.
  case tooMuch(what: String, limit: Double, most: Double, because: [String])
  /// No multiple of the step lies within the limits.
  case noStep(item: String, step: Double, limits: ClosedRange<Double>)
  /// No choice of steps keeps within the limits of groups.
  case stepsDoNotFit
  /// The step makes too many choices.
  case stepTooSmall(item: String, step: Double, least: Double)

  public var description: String {
    switch self {
    case .crossingGroups(let one, let other):
      "the groups \(quoted(one)) and \(quoted(other)) share some touchpoints, and neither holds the other; make one a"
        + " part of the other, or take them apart"
    case .tooLittle(let what, let limit, let least, let because):
      "\(what) of \(money(limit)) is \(money(least - limit)) less than what must be spent, \(money(least)): "
        + because.joined(separator: ", ") + "; raise it, or lower some of these minimums"
    case .tooMuch(let what, let limit, let most, let because):
      "\(what) of \(money(limit)) is \(money(limit - most)) more than what may be spent, \(money(most))"
        + (because.isEmpty ? "" : ": " + because.joined(separator: ", "))
        + "; lower it, or raise some of these maximums"
    case .noStep(let item, let step, let limits):
      "no multiple of the step \(money(step)) of \(quoted(item)) lies from \(money(limits.lowerBound)) to"
        + " \(money(limits.upperBound)); choose another step, or wider limits"
    case .stepsDoNotFit:
      "no choice of steps was found that keeps within the limits of the groups; choose smaller steps, or wider limits"
    case .stepTooSmall(let item, let step, let least):
      "the step \(money(step)) of \(quoted(item)) makes too many choices; choose one of \(money(least)) or more"
    }
  }

  private func quoted(_ name: String) -> String { "\"\(name)\"" }
}

/// Money in messages: to the cent.
func money(_ amount: Double) -> String {
  let cents = (abs(amount) * 100).rounded()
  guard cents < 9e15 else { return "\(amount)" }
  let (whole, rest) = Int(cents).quotientAndRemainder(dividingBy: 100)
  return (amount < 0 && cents > 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)")
}
