import TouchstoneAttribution
import TouchstoneBudgeting

extension PlanReport {
  /// The document `touchstone.plan/1`.
  package var document: JSONDocument {
    JSONDocument(
      schema: "touchstone.plan/1",
      fields: [
        "model": .text(content.model), "measure": .text(plan.measure.rawValue),
        "goal": goal, "currency": JSONValue(content.currency),
        "budget": .object([
          "current": JSONValue(plan.currentBudget), "planned": JSONValue(plan.plannedBudget),
          "unspent": JSONValue(plan.unspent),
        ]),
        "touchpoints": .list(plan.rows.indices.map(touchpoint)),
        "promised": .object([
          "conversions": JSONValue(plan.promised.conversions), "value": JSONValue(plan.promised.value),
        ]),
        "expected": expected, "shadowPrice": JSONValue(plan.price), "gap": JSONValue(plan.gap),
        "byModel": .list(content.byModel.map { alternative(["model": .text($0.name)], $0.result) }),
        "byElasticity": .list(
          content.byElasticity.map { alternative(["elasticity": JSONValue($0.elasticity)], $0.result) }),
      ])
  }

  private func touchpoint(_ index: Int) -> JSONValue {
    let row = plan.rows[index]
    func worth(_ value: Double) -> JSONValue { content.input.hasValue ? JSONValue(value) : .null }
    return .object([
      "touchpoint": .text(row.name), "currentSpend": JSONValue(row.currentSpend),
      "plannedSpend": JSONValue(row.plannedSpend), "currentResponse": JSONValue(measured(row.current)),
      "plannedResponse": JSONValue(measured(row.planned)),
      "currentConversions": JSONValue(row.current.conversions),
      "plannedConversions": JSONValue(row.planned.conversions),
      "currentROAS": worth(row.current.value / row.currentSpend),
      "plannedROAS": row.plannedSpend > 0 ? worth(row.planned.value / row.plannedSpend) : .null,
      "marginalROAS": worth(row.plannedMarginal.value),
      "marginalConversions": JSONValue(row.plannedMarginal.conversions), "limits": JSONValue(row.limits),
      "boundBy": JSONValue(row.bound.map(Self.code)),
      "certainty": JSONValue(content.certainty.probabilities[index]),
      "schedule": JSONValue(row.schedule), "response": shape(content.input.touchpoints[index].shape),
    ])
  }

  private var expected: JSONValue {
    let outlook = content.outlook
    let walked = plan.measure == .conversions ? outlook.walks.conversions : outlook.walks.value
    return .object([
      "gain": JSONValue(measured(outlook.shift.gain)),
      "interval": JSONValue(outlook.sample(plan.measure).interval(level: content.level, method: .percentile)),
      "level": JSONValue(content.level), "probabilityBetter": JSONValue(outlook.probabilityBetter(plan.measure)),
      "worstCase": JSONValue(outlook.worstCase(plan.measure)), "walkedGain": JSONValue(walked.gain),
      "walkedSE": JSONValue(walked.standardError), "visitsProvided": JSONValue(outlook.shift.provided),
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
        "carryOver": JSONValue(fit.carryOver), "heldOutExplained": JSONValue(choice.heldOutShare),
      ]
      if let elasticity = choice.elasticity {
        fields["elasticity"] = JSONValue(elasticity.estimate)
        fields["elasticityInterval"] = JSONValue(elasticity.interval)
      }
      return .object(fields)
    }
  }

  private func alternative(_ name: [String: JSONValue], _ result: Result<PlanAlternative, PlanError>) -> JSONValue {
    var fields = name
    switch result {
    case .failure(let error): fields["impossible"] = .text(error.description)
    case .success(let alternative):
      fields["plannedSpend"] = .object(
        Dictionary(uniqueKeysWithValues: alternative.plan.rows.map { ($0.name, JSONValue($0.plannedSpend)) }))
      fields["promised"] = JSONValue(measured(alternative.plan.promised))
      fields["expected"] = JSONValue(measured(alternative.shift.gain))
    }
    return .object(fields)
  }
}
