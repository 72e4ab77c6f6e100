import Attribution
import Budgeting

/// A budget plan with what it is expected to do, in every output format.
public struct PlanReport: Sendable {
  typealias Cell = ResultTable.Cell

  /// What the report is made of.
  public struct Content: Sendable {
    /// The input's name, for titles.
    public var source: String
    public var plan: Plan
    public var input: PlanInput
    /// The model whose credit the plan is based on.
    public var model: String
    public var outlook: PlanOutlook
    public var certainty: MoveCertainty
    public var level: Double
    public var byModel: [(name: String, result: Result<PlanAlternative, PlanError>)]
    public var byElasticity: [(elasticity: Double, result: Result<PlanAlternative, PlanError>)]
    /// Where the costs name one.
    public var currency: String?
    /// Sentences that the reader should know.
    public var remarks: [String]

    public init(
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

  public init(_ content: Content) { self.content = content }

  var plan: Plan { content.plan }

  /// The report as text that ends in a line feed.
  public func text(_ format: OutputFormat) -> String {
    switch format {
    case .table:
      Escaping.terminal(headline) + "\n\n"
        + ([planTable.alignedText(), outlookLines.map { Escaping.terminal($0) + "\n" }.joined()]
        + furtherTables.map { $0.alignedText() } + [notes.map { Escaping.terminal($0) + "\n" }.joined()])
        .joined(separator: "\n")
    case .markdown:
      Escaping.markdown(headline) + "\n\n"
        + ([planTable.markdown(), outlookLines.map { "- " + Escaping.markdown($0) + "\n" }.joined()]
        + furtherTables.map { $0.markdown() } + [notes.map { "- " + Escaping.markdown($0) + "\n" }.joined()])
        .joined(separator: "\n")
    case .csv: tidyTable.csv()
    case .json: JSONDocument.text(document)
    }
  }

  // MARK: Words

  private func money(_ amount: Double) -> String { NumberText.fixed(amount, decimals: 2) }
  private func signed(_ number: Double, decimals: Int = 1) -> String {
    (number > 0 ? "+" : "") + NumberText.fixed(number, decimals: decimals)
  }
  private static func change(_ planned: Double, _ current: Double) -> Double { current > 0 ? planned / current - 1 : 0 }

  private var headline: String {
    let goal =
      switch plan.goal {
      case .most: "for the most \(plan.measure.rawValue)"
      case .target(let target):
        "for \(NumberText.fixed(target, decimals: 2)) \(plan.measure == .value ? "of value" : "conversions") at the least cost"
      case .perUnitSpent(let least):
        plan.measure == .value
          ? "for the most value at a ROAS of \(NumberText.fixed(least, decimals: 2)) or more"
          : "for the most conversions at \(money(1 / least)) each or less"
      }
    let change = Self.change(plan.plannedBudget, plan.currentBudget)
    return "\(content.source): budget \(money(plan.currentBudget)) → \(money(plan.plannedBudget))"
      + (content.currency.map { " \($0)" } ?? "")
      + " (\(signed(100 * change)) %), \(goal), by the credit of \(content.model)"
  }

  private func why(_ row: Plan.Row) -> String {
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

  private var figure: String { plan.measure.rawValue }

  /// Expected effects, in sentences.
  private var outlookLines: [String] {
    let outlook = content.outlook
    let sample = outlook.sample(plan.measure)
    let interval = sample.interval(level: content.level, method: .percentile)
    let (gain, walked) =
      plan.measure == .conversions
      ? (outlook.shift.gain.conversions, outlook.walks.conversions) : (outlook.shift.gain.value, outlook.walks.value)
    let promised = plan.measure == .conversions ? plan.promised.conversions : plan.promised.value
    var lines = [
      "the credit of \(content.model) promises \(signed(promised)) \(figure), which is what the table shows",
      "simulated on the chain: \(signed(gain)) \(figure) [\(signed(interval.lowerBound)) – \(signed(interval.upperBound))],"
        + " better than today with a probability of \(NumberText.percent(outlook.probabilityBetter(plan.measure), decimals: 1)),"
        + " in the worst of twenty cases \(signed(outlook.worstCase(plan.measure)));"
        + " \(NumberText.fixed(Double(outlook.walks.walks), decimals: 0)) journeys walked say \(signed(walked.gain)) ±"
        + " \(NumberText.fixed(walked.standardError, decimals: 1))",
      price + "; " + certificate,
    ]
    if let slackGoal { lines.append(slackGoal) }
    if outlook.shift.provided < 0.999 {
      lines.append(
        "journeys that give up provide \(NumberText.percent(outlook.shift.provided)) of the additional visits that the plan asks for; the rest cannot be had"
      )
    }
    if plan.unspent > 0 { lines.append("steps leave \(money(plan.unspent)) unspent") }
    return lines
  }

  private var price: String {
    guard plan.price > 1e-300 else { return "no more can be spent within these limits, or it brings nothing" }
    let one = plan.measure == .conversions ? " (\(money(1 / plan.price)) for one more)" : ""
    return "shadow price: one more unit of budget brings \(Self.short(plan.price)) \(figure)\(one)"
  }

  /// What the search guarantees.
  private var certificate: String {
    let rest = plan.gap < 1e-9 ? "" : " by more than \(NumberText.percent(plan.gap, decimals: 4))"
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

  /// Where the limits decide, and not the goal.
  private var slackGoal: String? {
    let response = plan.rows.reduce(0) {
      $0 + (plan.measure == .conversions ? $1.planned.conversions : $1.planned.value)
    }
    switch plan.goal {
    case .most: return nil
    case .target(let target):
      guard response > target * 1.001 else { return nil }
      return
        "the least that the limits allow brings more than the target; wider limits (--change) would let the plan cost less"
    case .perUnitSpent(let least):
      guard response > least * plan.plannedBudget * 1.001 else { return nil }
      return
        "the most that the limits and the budget allow still meets the goal; wider limits (--change) would let the plan spend more"
    }
  }

  private static func short(_ number: Double) -> String {
    number.magnitude >= 0.01 ? NumberText.fixed(number, decimals: 4) : NumberText.short(number)
  }

  private var notes: [String] {
    var notes = content.remarks
    let assumed = content.input.touchpoints.filter(\.isAssumed)
    if !assumed.isEmpty {
      notes.insert(
        "the elasticity of \(assumed.map(\.name).joined(separator: ", ")) is an assumption (--elasticity): no data here tell how the response"
          + " changes with spend; the intervals know nothing of that doubt, and the table above shows how the plan depends on it",
        at: 0)
    }
    notes.append(
      "credit shares each conversion out once, the chain loses a conversion with any of the visits that it took: the two gains measure different things,"
        + " and neither is what advertising causes; in the worlds that come with Touchstone plans brought 40 to 70 % of what credit promised"
        + " (touchstone evaluate --plans)")
    return notes
  }

  // MARK: Tables

  /// Places of rows, those with the most spend first.
  private var order: [Int] {
    plan.rows.indices.sorted { (plan.rows[$1].currentSpend, $0) < (plan.rows[$0].currentSpend, $1) }
  }

  private var planTable: ResultTable {
    let hasValue = content.input.hasValue
    func ratio(_ over: Double, _ under: Double, _ decimals: Int = 2) -> Cell {
      under > 0 ? .number(over / under, decimals: decimals) : .empty
    }
    func cells(_ name: String, _ currentSpend: Double, _ plannedSpend: Double, _ current: Credit, _ planned: Credit)
      -> [Cell]
    {
      [
        .text(name), .number(currentSpend, decimals: 2), .number(plannedSpend, decimals: 2),
        .text(signed(100 * Self.change(plannedSpend, currentSpend)) + " %"), .number(current.conversions, decimals: 1),
        .number(planned.conversions, decimals: 1),
      ]
        + (hasValue
          ? [ratio(current.value, currentSpend), ratio(planned.value, plannedSpend)]
          : [ratio(currentSpend, current.conversions), ratio(plannedSpend, planned.conversions)])
    }
    func marginal(_ credit: Credit) -> Cell {
      hasValue
        ? .number(credit.value, decimals: 2)
        : credit.conversions > 0 ? .number(1 / credit.conversions, decimals: 2) : .empty
    }
    var rows = order.map { place -> [Cell] in
      let row = plan.rows[place]
      return cells(row.name, row.currentSpend, row.plannedSpend, row.current, row.planned) + [
        marginal(row.currentMarginal), marginal(row.plannedMarginal), .text(why(row)),
        content.certainty.probabilities[place].map { .percent($0) } ?? .empty,
      ]
    }
    func sum(_ credit: KeyPath<Plan.Row, Credit>) -> Credit {
      plan.rows.reduce(Credit()) {
        Credit(
          conversions: $0.conversions + $1[keyPath: credit].conversions, value: $0.value + $1[keyPath: credit].value)
      }
    }
    rows.append(
      cells("total", plan.currentBudget, plan.plannedBudget, sum(\.current), sum(\.planned)) + [
        .empty, .empty, .empty, .empty,
      ])
    let ratios =
      hasValue
      ? ["ROAS now", "planned", "marginal ROAS now", "planned"]
      : ["cost each now", "planned", "next one now", "planned"]
    return ResultTable(
      title: "The plan",
      columns: ["touchpoint", "spend now", "planned", "change", "conversions now", "planned"] + ratios + [
        "why", "sure",
      ],
      rows: rows, totalRows: 1)
  }

  private var furtherTables: [ResultTable] {
    (plan.rows.contains { !$0.schedule.isEmpty } ? [scheduleTable] : []) + [curveTable]
      + (content.byElasticity.isEmpty ? [] : [elasticityTable])
      + (content.byModel.isEmpty ? [] : [modelTable])
  }

  private var scheduleTable: ResultTable {
    let count = plan.rows.first?.schedule.count ?? 0
    var rows = (0..<count).map { period -> [Cell] in
      let spends = order.map { plan.rows[$0].schedule[period] }
      return [.text("\(period + 1)")] + (spends + [spends.reduce(0, +)]).map { .number($0, decimals: 2) }
    }
    rows.append(
      [.text("total")]
        + (order.map { plan.rows[$0].plannedSpend } + [plan.plannedBudget]).map { .number($0, decimals: 2) })
    return ResultTable(
      title: "Spend by period", columns: ["period"] + order.map { plan.rows[$0].name } + ["total"], rows: rows,
      totalRows: 1)
  }

  private var curveTable: ResultTable {
    ResultTable(
      title: "How response changes with spend",
      columns: ["touchpoint", "curve", "carry-over", "elasticity", "explained", "what the history tells"],
      rows: order.map { place in
        let touchpoint = content.input.touchpoints[place]
        switch touchpoint.shape.source {
        case .fitted(let choice):
          return [
            .text(touchpoint.name), .text(Self.words(choice.fit!)), Self.carryOver(choice.fit!),
            choice.elasticity.map { .interval($0.estimate, $0.interval, decimals: 2) } ?? .empty,
            choice.heldOutShare.map { .percent($0) } ?? .empty, .text(Self.openQuestions(choice)),
          ]
        case .assumed(let elasticity, let choice):
          return [
            .text(touchpoint.name), .text("power, assumed"), .empty, .number(elasticity, decimals: 2),
            choice?.heldOutShare.map { .percent($0) } ?? .empty,
            .text(choice?.doubt.map(Self.words) ?? "no history"),
          ]
        }
      })
  }

  private static func words(_ fit: CurveFit) -> String {
    let parameters = fit.curve.parameters.map { "\($0.name) \(short($0.value))" }.joined(separator: ", ")
    return "\(type(of: fit.curve).family.rawValue) (\(parameters))"
  }

  private static func carryOver(_ fit: CurveFit) -> Cell {
    fit.fitsCarryOver ? .number(fit.carryOver, decimals: 2) : .text("none")
  }

  /// What even a fit that can be used leaves open.
  private static func openQuestions(_ choice: CurveChoice) -> String {
    guard let fit = choice.fit, let elasticity = choice.elasticity else { return "" }
    var open: [String] = []
    if elasticity.interval.upperBound >= 0.95 { open.append("saturation not seen") }
    if elasticity.interval.lowerBound <= 0.05 { open.append("may be saturated") }
    for (place, parameter) in fit.curve.parameters.enumerated() where place > 0 {
      guard let interval = fit.interval(place, level: 0.95) else { continue }
      if interval.upperBound - interval.lowerBound > 3 { open.append("\(parameter.name) not identified") }
    }
    if fit.fitsCarryOver, let interval = fit.interval(fit.free.count - 1, level: 0.95),
      interval.upperBound - interval.lowerBound > 6
    {
      open.append("carry-over not identified")
    }
    return open.isEmpty ? "enough" : open.joined(separator: ", ")
  }

  private static func words(_ doubt: CurveChoice.Doubt) -> String {
    switch doubt {
    case .tooFewPeriods(let count): "nothing: \(count) periods, and \(CurveChoice.fewestPeriods) are needed"
    case .steadySpend(let variation): "nothing: spend hardly varies (by \(NumberText.percent(variation)))"
    case .noOutcome: "nothing: no conversions"
    case .noBetterThanMean: "nothing: no rising curve predicts better than the mean"
    case .openElasticity(let interval):
      interval.upperBound.isFinite
        ? "nothing: elasticity anywhere from \(NumberText.fixed(interval.lowerBound, decimals: 2)) to \(NumberText.fixed(interval.upperBound, decimals: 2))"
        : "nothing: the elasticity may be anything"
    }
  }

  private var elasticityTable: ResultTable {
    alternatives(
      "How the plan depends on the assumed elasticity\(unheld): change of spend",
      content.byElasticity.map { ("\($0.elasticity)", $0.result) })
  }

  private var modelTable: ResultTable {
    alternatives("The same plan by the credit of other models\(unheld): change of spend", content.byModel)
  }

  /// Alternatives hold nothing.
  private var unheld: String {
    let isHeld = plan.rows.contains { if case .uncertainty? = $0.bound { true } else { false } }
    return isHeld ? ", nothing held" : ""
  }

  private func alternatives(
    _ title: String, _ results: [(name: String, result: Result<PlanAlternative, PlanError>)]
  ) -> ResultTable {
    func cells(_ cell: (PlanAlternative) -> Cell) -> [Cell] {
      results.map { _, result in
        if case .success(let alternative) = result { cell(alternative) } else { .text("impossible") }
      }
    }
    func gain(_ credit: Credit) -> Cell {
      .text(signed(plan.measure == .conversions ? credit.conversions : credit.value))
    }
    let rows =
      order.map { place -> [Cell] in
        [.text(plan.rows[place].name)]
          + cells {
            let row = $0.plan.rows[place]
            return .text(signed(100 * Self.change(row.plannedSpend, row.currentSpend)) + " %")
          }
      } + [
        [.text("budget")] + cells { .number($0.plan.plannedBudget, decimals: 2) },
        [.text("promised by credit")] + cells { gain($0.plan.promised) },
        [.text("simulated on the chain")] + cells { gain($0.shift.gain) },
      ]
    return ResultTable(title: title, columns: ["touchpoint"] + results.map(\.name), rows: rows, totalRows: 3)
  }

  private var tidyTable: ResultTable {
    let periods = plan.rows.first?.schedule.count ?? 0
    let columns = [
      "touchpoint", "current_spend", "planned_spend", "current_conversions", "planned_conversions", "current_value",
      "planned_value", "marginal_conversions", "marginal_roas", "minimum", "maximum", "bound_by",
    ]
    return ResultTable(
      title: "", columns: columns + (0..<periods).map { "period_\($0 + 1)" },
      rows: plan.rows.map { row in
        let numbers = [
          row.currentSpend, row.plannedSpend, row.current.conversions, row.planned.conversions, row.current.value,
          row.planned.value, row.plannedMarginal.conversions, row.plannedMarginal.value, row.limits.lowerBound,
          row.limits.upperBound,
        ]
        return [.text(row.name)] + numbers.map { .number($0, decimals: 6) } + [
          row.bound.map { .text(Self.code($0)) } ?? .empty
        ] + row.schedule.map { .number($0, decimals: 2) }
      })
  }

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
