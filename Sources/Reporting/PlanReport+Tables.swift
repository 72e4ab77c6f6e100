import TouchstoneAttribution
import TouchstoneBudgeting

/// The tables of a plan: who gets how much, when, by which curves, and under other assumptions.
extension PlanReport {
  /// Places of rows, those with the most spend first.
  var order: [Int] {
    plan.rows.indices.sorted { (plan.rows[$1].currentSpend, $0) < (plan.rows[$0].currentSpend, $1) }
  }

  var planTable: ResultTable {
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

  var furtherTables: [ResultTable] {
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
    return "\(type(of: fit.curve).name) (\(parameters))"
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

  var tidyTable: ResultTable {
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
}
