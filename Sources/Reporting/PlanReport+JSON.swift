import TouchstoneAttribution
import TouchstoneBudgeting

extension PlanReport {
  /// The document `touchstone.plan/1`.
  var document: JSONValue {
    let outlook = content.outlook
    func response(_ credit: Credit) -> Double { plan.measure == .conversions ? credit.conversions : credit.value }
    func list(_ interval: ClosedRange<Double>) -> JSONValue {
      .list([JSONValue(interval.lowerBound), JSONValue(interval.upperBound)])
    }
    let hasValue = content.input.hasValue
    let gains = plan.measure == .conversions ? outlook.walks.conversions : outlook.walks.value
    return .object([
      "schema": .text("touchstone.plan/1"), "model": .text(content.model), "measure": .text(plan.measure.rawValue),
      "goal": goal, "currency": content.currency.map { .text($0) } ?? .null,
      "budget": .object([
        "current": JSONValue(plan.currentBudget), "planned": JSONValue(plan.plannedBudget),
        "unspent": JSONValue(plan.unspent),
      ]),
      "touchpoints": .list(
        plan.rows.indices.map { place in
          let row = plan.rows[place]
          return .object([
            "touchpoint": .text(row.name), "currentSpend": JSONValue(row.currentSpend),
            "plannedSpend": JSONValue(row.plannedSpend), "currentResponse": JSONValue(response(row.current)),
            "plannedResponse": JSONValue(response(row.planned)),
            "currentConversions": JSONValue(row.current.conversions),
            "plannedConversions": JSONValue(row.planned.conversions),
            "currentROAS": hasValue ? JSONValue(row.current.value / row.currentSpend) : .null,
            "plannedROAS": hasValue && row.plannedSpend > 0 ? JSONValue(row.planned.value / row.plannedSpend) : .null,
            "marginalROAS": hasValue ? JSONValue(row.plannedMarginal.value) : .null,
            "marginalConversions": JSONValue(row.plannedMarginal.conversions), "limits": list(row.limits),
            "boundBy": row.bound.map { .text(Self.code($0)) } ?? .null,
            "certainty": content.certainty.probabilities[place].map { JSONValue($0) } ?? .null,
            "schedule": .list(row.schedule.map { JSONValue($0) }),
            "response": shape(content.input.touchpoints[place].shape),
          ])
        }),
      "promised": .object([
        "conversions": JSONValue(plan.promised.conversions), "value": JSONValue(plan.promised.value),
      ]),
      "expected": .object([
        "gain": JSONValue(response(outlook.shift.gain)),
        "interval": list(outlook.sample(plan.measure).interval(level: content.level, method: .percentile)),
        "level": JSONValue(content.level), "probabilityBetter": JSONValue(outlook.probabilityBetter(plan.measure)),
        "worstCase": JSONValue(outlook.worstCase(plan.measure)), "walkedGain": JSONValue(gains.gain),
        "walkedSE": JSONValue(gains.standardError), "visitsProvided": JSONValue(outlook.shift.provided),
      ]),
      "shadowPrice": JSONValue(plan.price), "gap": JSONValue(plan.gap),
      "byModel": .list(content.byModel.map { alternative(["model": .text($0.name)], $0.result) }),
      "byElasticity": .list(
        content.byElasticity.map { alternative(["elasticity": JSONValue($0.elasticity)], $0.result) }),
    ])
  }

  private var goal: JSONValue {
    switch plan.goal {
    case .most: .object(["kind": .text("most")])
    case .target(let target): .object(["kind": .text("target"), "target": JSONValue(target)])
    case .perUnitSpent(let least):
      plan.measure == .value
        ? .object(["kind": .text("roas"), "target": JSONValue(least)])
        : .object(["kind": .text("cpa"), "target": JSONValue(1 / least)])
    }
  }

  private func shape(_ shape: ResponseShape) -> JSONValue {
    switch shape.source {
    case .assumed(let elasticity, _):
      return .object(["source": .text("assumed"), "elasticity": JSONValue(elasticity)])
    case .fitted(let choice):
      let fit = choice.fit!
      var fields: [String: JSONValue] = [
        "source": .text("fitted"), "family": .text(type(of: fit.curve).name),
        "parameters": .object(
          Dictionary(uniqueKeysWithValues: fit.curve.parameters.map { ($0.name, JSONValue($0.value)) })),
        "carryOver": JSONValue(fit.carryOver), "heldOutExplained": JSONValue(choice.heldOutShare ?? .nan),
      ]
      if let elasticity = choice.elasticity {
        fields["elasticity"] = JSONValue(elasticity.estimate)
        fields["elasticityInterval"] = .list([
          JSONValue(elasticity.interval.lowerBound), JSONValue(elasticity.interval.upperBound),
        ])
      }
      return .object(fields)
    }
  }

  private func alternative(_ name: [String: JSONValue], _ result: Result<PlanAlternative, PlanError>) -> JSONValue {
    var fields = name
    switch result {
    case .failure(let error): fields["impossible"] = .text(error.description)
    case .success(let alternative):
      let (promised, gain) = (alternative.plan.promised, alternative.shift.gain)
      fields["plannedSpend"] = .object(
        Dictionary(uniqueKeysWithValues: alternative.plan.rows.map { ($0.name, JSONValue($0.plannedSpend)) }))
      fields["promised"] = JSONValue(plan.measure == .conversions ? promised.conversions : promised.value)
      fields["expected"] = JSONValue(plan.measure == .conversions ? gain.conversions : gain.value)
    }
    return .object(fields)
  }
}
