import TouchstoneAttribution
import TouchstoneBudgeting

/// The tables of a plan: who gets how much, when, by which curves, and under other assumptions.
extension PlanReport {
  /// Indices of rows, those with the most spend first.
  var order: [Int] {
    plan.rows.indices.sorted { (plan.rows[$1].currentSpend, $0) < (plan.rows[$0].currentSpend, $1) }
  }

  var planTable: ResultTable {
    let hasValue = content.input.hasValue
    func ratio(_ numerator: Double, _ denominator: Double) -> Cell {
      .init(denominator > 0 ? numerator / denominator : nil, decimals: 2)
    }
    func cells(
      _ name: String, spend currentSpend: Double, planned plannedSpend: Double, brings current: Credit,
      planned: Credit
    ) -> [Cell] {
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
      hasValue ? .number(credit.value, decimals: 2) : ratio(1, credit.conversions)
    }
    var rows = order.map { index -> [Cell] in
      let row = plan.rows[index]
      return cells(
        row.name, spend: row.currentSpend, planned: row.plannedSpend, brings: row.current, planned: row.planned)
        + [
          marginal(row.currentMarginal), marginal(row.plannedMarginal), .text(why(row)),
          .init(share: content.certainty.probabilities[index]),
        ]
    }
    func sum(_ credit: KeyPath<Plan.Row, Credit>) -> Credit {
      plan.rows.reduce(Credit()) {
        Credit(
          conversions: $0.conversions + $1[keyPath: credit].conversions, value: $0.value + $1[keyPath: credit].value)
      }
    }
    rows.append(
      cells(
        "total", spend: plan.currentBudget, planned: plan.plannedBudget, brings: sum(\.current),
        planned: sum(\.planned)) + [.empty, .empty, .empty, .empty])
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
      rows: order.map { index in
        let touchpoint = content.input.touchpoints[index]
        switch touchpoint.shape.source {
        case .fitted(let choice):
          return [
            .text(touchpoint.name), .text(Self.words(choice.fit!)), Self.carryOver(choice.fit!),
            choice.elasticity.map { .interval($0.estimate, $0.interval, decimals: 2) } ?? .empty,
            .init(share: choice.heldOutShare), .text(Self.openQuestions(choice)),
          ]
        case .assumed(let elasticity, let choice):
          return [
            .text(touchpoint.name), .text("power, assumed"), .empty, .number(elasticity, decimals: 2),
            .init(share: choice?.heldOutShare),
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

  /// The level of the intervals by which a fit is judged.
  private static let level = 0.95

  /// With an elasticity from here on, response is as good as proportional to spend.
  private static let proportional = 0.95

  /// With an elasticity down to here, more spend brings as good as nothing.
  private static let flat = 0.05

  /// An interval of the logarithm of a parameter that is wider spans a factor of e³ = 20 and more.
  private static let widestParameter = 3.0

  /// An interval of the logit of the carry-over that is wider reaches from 0.05 to 0.95 and further.
  private static let widestCarryOver = 6.0

  /// What even a fit that can be used leaves open.
  private static func openQuestions(_ choice: CurveChoice) -> String {
    guard let fit = choice.fit, let elasticity = choice.elasticity else { return "" }
    var open: [String] = []
    if elasticity.interval.upperBound >= Self.proportional { open.append("saturation not seen") }
    if elasticity.interval.lowerBound <= Self.flat { open.append("may be saturated") }
    // The first parameter is the height of the curve, which the elasticity does not depend on.
    for (index, parameter) in fit.curve.parameters.enumerated().dropFirst() {
      guard let interval = fit.interval(index, level: Self.level) else { continue }
      if interval.upperBound - interval.lowerBound > Self.widestParameter {
        open.append("\(parameter.name) not identified")
      }
    }
    if fit.fitsCarryOver, let interval = fit.interval(fit.free.count - 1, level: Self.level),
      interval.upperBound - interval.lowerBound > Self.widestCarryOver
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
        ? "nothing: elasticity anywhere from \(NumberText.fixed(interval.lowerBound, decimals: 2))"
          + " to \(NumberText.fixed(interval.upperBound, decimals: 2))"
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
    func gain(_ credit: Credit) -> Cell { .text(signed(measured(credit))) }
    let rows =
      order.map { index -> [Cell] in
        [.text(plan.rows[index].name)]
          + cells {
            let row = $0.plan.rows[index]
            return .text(signed(100 * Self.change(row.plannedSpend, row.currentSpend)) + " %")
          }
      } + [
        [.text("budget")] + cells { .number($0.plan.plannedBudget, decimals: 2) },
        [.text("promised by credit")] + cells { gain($0.plan.promised) },
        [.text("simulated on the chain")] + cells { gain($0.shift.gain) },
      ]
    return ResultTable(title: title, columns: ["touchpoint"] + results.map(\.name), rows: rows, totalRows: 3)
  }

  package var tidyTable: ResultTable {
    let periods = plan.rows.first?.schedule.count ?? 0
    let columns = [
      "touchpoint", "current_spend", "planned_spend", "current_conversions", "planned_conversions", "current_value",
      "planned_value", "marginal_conversions", "marginal_roas", "minimum", "maximum", "bound_by",
    ]
    return ResultTable(
      columns: columns + (0..<periods).map { "period_\($0 + 1)" },
      rows: plan.rows.map { row in
        let numbers = [
          row.currentSpend, row.plannedSpend, row.current.conversions, row.planned.conversions, row.current.value,
          row.planned.value, row.plannedMarginal.conversions, row.plannedMarginal.value, row.limits.lowerBound,
          row.limits.upperBound,
        ]
        return [.text(row.name)] + numbers.map { .init(tidy: $0) } + [
          row.bound.map { .text(Self.code($0)) } ?? .empty
        ] + row.schedule.map { .init(tidy: $0) }
      })
  }
}
