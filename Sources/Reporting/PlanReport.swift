import TouchstoneAttribution
import TouchstoneBudgeting

/// A budget plan with what it is expected to do.
package struct PlanReport: Report {
  typealias Cell = ResultTable.Cell

  /// What the report is made of.
  package struct Content: Sendable {
    /// The input's name, for titles.
    package var source: String
    package var plan: Plan
    package var input: PlanInput
    /// The model whose credit the plan is based on.
    package var model: String
    package var outlook: PlanOutlook
    package var certainty: MoveCertainty
    package var level: Double
    package var byModel: [(name: String, result: Result<PlanAlternative, PlanError>)]
    package var byElasticity: [(elasticity: Double, result: Result<PlanAlternative, PlanError>)]
    /// Where the costs name one.
    package var currency: String?
    /// Sentences that the reader should know.
    package var remarks: [String]

    package init(
      source: String, plan: Plan, input: PlanInput, model: String, outlook: PlanOutlook, certainty: MoveCertainty,
      level: Double,
      byModel: [(name: String, result: Result<PlanAlternative, PlanError>)],
      byElasticity: [(elasticity: Double, result: Result<PlanAlternative, PlanError>)], currency: String? = nil,
      remarks: [String] = []
    ) {
      self.source = source
      self.plan = plan
      self.input = input
      self.model = model
      self.outlook = outlook
      self.certainty = certainty
      self.level = level
      self.byModel = byModel
      self.byElasticity = byElasticity
      self.currency = currency
      self.remarks = remarks
    }
  }

  let content: Content

  package init(_ content: Content) { self.content = content }

  var plan: Plan { content.plan }

  package var blocks: [ReportBlock] {
    [.headline(headline), .table(planTable), .notes(outlookLines)] + furtherTables.map(ReportBlock.table)
      + [.notes(notes)]
  }

  // MARK: Words

  func money(_ amount: Double) -> String { NumberText.fixed(amount, decimals: 2) }
  func signed(_ change: Double) -> String { (change > 0 ? "+" : "") + NumberText.fixed(change, decimals: 1) }

  /// The conversions or the value, whichever the plan is about.
  func measured(_ credit: Credit) -> Double { plan.measure == .conversions ? credit.conversions : credit.value }

  /// A change of spend as a share of what is spent now.
  static func change(_ planned: Double, _ current: Double) -> Double { current > 0 ? planned / current - 1 : 0 }

  private var headline: String {
    let goal =
      switch plan.goal {
      case .most: "for the most \(plan.measure.rawValue)"
      case .target(let target):
        "for \(money(target)) \(plan.measure == .value ? "of value" : "conversions") at the least cost"
      case .perUnitSpent(let least):
        plan.measure == .value
          ? "for the most value at a ROAS of \(money(least)) or more"
          : "for the most conversions at \(money(1 / least)) each or less"
      }
    let change = Self.change(plan.plannedBudget, plan.currentBudget)
    return "\(content.source): budget \(money(plan.currentBudget)) → \(money(plan.plannedBudget))"
      + (content.currency.map { " \($0)" } ?? "")
      + " (\(signed(100 * change)) %), \(goal), by the credit of \(content.model)"
  }

  func why(_ row: Plan.Row) -> String {
    switch row.bound {
    case nil: "at the shadow price"
    case .minimum: "at its minimum"
    case .maximum: "at its maximum"
    case .lock: "locked"
    case .noCredit: "no credit"
    case .group(let name): "limit of \(name)"
    case .step: "in steps"
    case .uncertainty(let certainty): "held: \(NumberText.percent(certainty, decimals: 0)) sure"
    }
  }

  /// From this share on, all additional visits count as provided.
  private static let allProvided = 0.999

  private var figure: String { plan.measure.rawValue }

  /// Expected effects, in sentences.
  private var outlookLines: [String] {
    let outlook = content.outlook
    let sample = outlook.sample(plan.measure)
    let interval = sample.interval(level: content.level, method: .percentile)
    let walked = plan.measure == .conversions ? outlook.walks.conversions : outlook.walks.value
    var lines = [
      "the credit of \(content.model) promises \(signed(measured(plan.promised))) \(figure),"
        + " which is what the table shows",
      "simulated on the chain: \(signed(measured(outlook.shift.gain))) \(figure)"
        + " [\(signed(interval.lowerBound)) – \(signed(interval.upperBound))],"
        + " better than today with a probability of"
        + " \(NumberText.percent(outlook.probabilityBetter(plan.measure))),"
        + " in the worst of twenty cases \(signed(outlook.worstCase(plan.measure)));"
        + " \(NumberText.fixed(Double(outlook.walks.walks), decimals: 0)) journeys walked say \(signed(walked.gain)) ±"
        + " \(NumberText.fixed(walked.standardError, decimals: 1))",
      price + "; " + certificate,
    ]
    if let slackGoal { lines.append(slackGoal) }
    if outlook.shift.provided < Self.allProvided {
      lines.append(
        "journeys that give up provide \(NumberText.percent(outlook.shift.provided)) of the additional visits that"
          + " the plan asks for; the rest cannot be had")
    }
    if plan.unspent > 0 { lines.append("steps leave \(money(plan.unspent)) unspent") }
    return lines
  }

  /// A shadow price so low is 0 but for rounding, and has no finite inverse.
  private static let noPrice = 1e-300

  private var price: String {
    guard plan.price > Self.noPrice else { return "no more can be spent within these limits, or it brings nothing" }
    let one = plan.measure == .conversions ? " (\(money(1 / plan.price)) for one more)" : ""
    return "shadow price: one more unit of budget brings \(Self.short(plan.price)) \(figure)\(one)"
  }

  /// A gap so small is rounding.
  private static let noGap = 1e-9

  /// What the search guarantees.
  private var certificate: String {
    let rest = plan.gap < Self.noGap ? "" : " by more than \(NumberText.percent(plan.gap, decimals: 4))"
    switch plan.goal {
    case .most: return "by this credit, no plan within these limits brings more" + rest
    case .target:
      return "by this credit, no plan within these limits reaches the target for less"
        + (rest.isEmpty ? "" : ", or misses it" + rest)
    case .perUnitSpent:
      return "by this credit, no larger budget within these limits does so"
        + (rest.isEmpty ? "" : ", or misses it" + rest)
    }
  }

  /// A goal is met with slack where more than this of it is reached: less is what the search leaves open.
  private static let slack = 1.001

  /// Where the limits decide, and not the goal.
  private var slackGoal: String? {
    let response = plan.rows.reduce(0) { $0 + measured($1.planned) }
    switch plan.goal {
    case .most: return nil
    case .target(let target):
      guard response > target * Self.slack else { return nil }
      return
        "the least that the limits allow brings more than the target;"
        + " wider limits (--change) would let the plan cost less"
    case .perUnitSpent(let least):
      guard response > least * plan.plannedBudget * Self.slack else { return nil }
      return
        "the most that the limits and the budget allow still meets the goal;"
        + " wider limits (--change) would let the plan spend more"
    }
  }

  /// A number of any size to about four digits.
  static func short(_ value: Double) -> String {
    value.magnitude >= 0.01 ? NumberText.fixed(value, decimals: 4) : NumberText.short(value)
  }

  private var notes: [String] {
    var notes = content.remarks
    let assumed = content.input.touchpoints.filter(\.isAssumed)
    if !assumed.isEmpty {
      notes.insert(
        "the elasticity of \(assumed.map(\.name).joined(separator: ", ")) is an assumption (--elasticity):"
          + " no data here tell how the response changes with spend;"
          + " the intervals know nothing of that doubt, and the table above shows how the plan depends on it",
        at: 0)
    }
    notes.append(
      "credit shares each conversion out once, the chain loses a conversion with any of the visits that it took:"
        + " the two gains measure different things, and neither is what advertising causes;"
        + " in the worlds that come with Touchstone plans brought 40 to 70 % of what credit promised"
        + " (touchstone evaluate --plans)")
    return notes
  }

  /// The bound's name in CSV and JSON.
  static func code(_ bound: Plan.Bound) -> String {
    switch bound {
    case .minimum: "minimum"
    case .maximum: "maximum"
    case .lock: "lock"
    case .noCredit: "no-credit"
    case .group(let name): "group:\(name)"
    case .step: "step"
    case .uncertainty: "uncertainty"
    }
  }
}
