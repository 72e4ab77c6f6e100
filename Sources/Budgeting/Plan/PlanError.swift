import TouchstoneJourneys
import TouchstoneText

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
  package var isAboutLimits: Bool {
    switch self {
    case .allocation, .unreachable, .unreachableReturn: true
    default: false
    }
  }

  public var description: String {
    switch self {
    case .unknownTouchpoint(let name, let source, let suggestion, let known):
      "\(source) names \(quotedForMessage(name)), which costs nothing today; "
        + (suggestion.map { "did you mean \(quotedForMessage($0))? " } ?? "")
        + "the touchpoints with costs are \(known.map { quotedForMessage($0) }.joined(separator: ", "))"
    case .noSpend(let name, let credit, let source):
      "\(source) names \(quotedForMessage(name)), which has credit of \(money(credit)) conversions and no costs:"
        + " nothing tells what spending there would bring; leave it out, or add its costs to the cost table"
    case .nothingToPlan:
      "no touchpoint of the journeys has costs above 0; check that the cost table and the journeys name touchpoints"
        + " alike"
    case .tooMuchMoney(let sum):
      "the costs add up to \(sum), and budgets up to \(PlanRequest.largestBudget) can be planned to the cent; write"
        + " costs in a larger unit, such as thousands"
    case .noCredit:
      "no touchpoint with costs has any credit, so nothing tells where money should go; choose another model, or"
        + " journeys with conversions"
    case .emptyMedia(let group, let media):
      "the group \(quotedForMessage(group)) is of \(media.rawValue) media, and no touchpoint with costs is said to be;"
        + " say so under attributes in a specification (--spec), or list the group's touchpoints"
    case .noValue(let what):
      "\(what) needs the value of conversions, and the journeys have none; give a value column, or plan for conversions"
    case .emptyLimits(let name, let minimum, let maximum):
      "the minimum of \(quotedForMessage(name)), \(money(minimum)), is above its maximum, \(money(maximum)); lower one"
        + " or raise the other"
    case .allocation(let error): error.description
    case .unreachable(let target, let measure, let most, let spend):
      "\(money(target)) \(measure == .value ? "of value" : "conversions") of touchpoints with costs cannot be reached:"
        + " the limits allow \(money(most)) at the most, for \(money(spend)); widen --change or the bounds, raise the"
        + " budget, or lower the target by \(money(target - most))"
    case .unreachableReturn(let asked, .value, let best, let spend):
      "no budget within the limits has a ROAS of \(money(asked)): the best is \(money(best)), at a budget of"
        + " \(money(spend)); lower the target, or widen the limits"
    case .unreachableReturn(let asked, .conversions, let best, let spend):
      "no budget within the limits has a cost per conversion of \(money(1 / asked)): the lowest is \(money(1 / best)),"
        + " at a budget of \(money(spend)); raise the target, or widen the limits"
    }
  }
}
