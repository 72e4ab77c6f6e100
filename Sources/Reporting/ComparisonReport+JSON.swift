import TouchstoneAttribution

/// The JSON document `touchstone.compare/1`; the README lists its fields.
extension ComparisonReport {
  package var document: JSONDocument {
    JSONDocument(
      schema: "touchstone.compare/1",
      fields: [
        "input": .object(omittingNil: [
          "journeys": JSONValue(paths.totals.journeys), "paths": .integer(paths.pathCount),
          "conversions": JSONValue(paths.totals.conversions), "value": JSONValue(paths.totals.value),
          "touchpoints": JSONValue(paths.touchpoints.names),
          // Only where the input was an event log.
          "account": account?.json,
        ]), "models": .list(entries.map(json)),
      ])
  }

  private func json(_ entry: Entry) -> JSONValue {
    let attribution = entry.attribution
    let total = attribution.creditTotal.conversions
    return .object(omittingNil: [
      "name": .text(entry.model.name),
      "parameters": .object(
        Dictionary(uniqueKeysWithValues: entry.model.parameters.map { ($0.name, json($0.value)) })),
      "sumsToTotal": .boolean(attribution.sumsToTotal),
      "credits": .list(
        attribution.credits.enumerated().map { id, credit in json(id, credit, of: total, entry.uncertainty) }),
      "baseline": .object([
        "conversions": JSONValue(attribution.baseline.conversions), "value": JSONValue(attribution.baseline.value),
      ]),
      "diagnostics": .object(
        omittingNil:
          Dictionary(uniqueKeysWithValues: attribution.diagnostics.map { ($0.name, json($0.finding)) })),
      // The probability that intervals are meant to cover the truth with.
      "level": entry.uncertainty.map { JSONValue($0.level) },
      // Neighbours by credit whose order the data do not settle.
      "indistinguishable": entry.uncertainty?.indistinguishable.map { pairs in
        .list(pairs.map { JSONValue([paths.touchpoints.names[$0.0], paths.touchpoints.names[$0.1]]) })
      },
    ])
  }

  /// The credit of a touchpoint; and how sure it is, where intervals were asked for and the model has them.
  private func json(_ id: Int, _ credit: Credit, of total: Double, _ uncertainty: CreditUncertainty?) -> JSONValue {
    var fields: [String: JSONValue] = [
      "touchpoint": .text(paths.touchpoints.names[id]), "conversions": JSONValue(credit.conversions),
      "value": JSONValue(credit.value),
      // Of all credited conversions; the baseline is not among them.
      "share": JSONValue(total == 0 ? 0 : credit.conversions / total),
    ]
    fields.add(uncertainty?.conversions[id], interval: "interval", standardError: "se")
    fields.add(uncertainty?.value?[id], interval: "valueInterval", standardError: "valueSE")
    fields.add(
      uncertainty?.removalEffects?[id], interval: "removalEffectInterval", standardError: "removalEffectSE")
    if let top = uncertainty?.topProbabilities, !top.isEmpty {
      // By the number of those with the most credit that it is among.
      fields["topProbabilities"] = .object(
        Dictionary(uniqueKeysWithValues: top.map { ("\($0.key)", JSONValue($0.value[id])) }))
    }
    return .object(fields)
  }

  private func json(_ value: ModelParameter.Value) -> JSONValue {
    switch value {
    case .integer(let value): .integer(value)
    case .number(let value): JSONValue(value)
    case .text(let value): .text(value)
    }
  }

  /// `nil` for what is printed with details only.
  private func json(_ finding: Diagnostic.Finding) -> JSONValue? {
    switch finding {
    case .number(let value): JSONValue(value)
    case .integer(let value): .integer(value)
    case .text(let value): .text(value)
    case .perTouchpoint(let values): byTouchpoint(values.map { JSONValue($0) })
    case .perPosition(let values): byTouchpoint(values.map { JSONValue($0) })
    case .chain(let chain): includesDetails ? TransitionReport(chain).edges : nil
    }
  }

  private func byTouchpoint(_ values: [JSONValue]) -> JSONValue {
    .object(Dictionary(uniqueKeysWithValues: zip(paths.touchpoints.names, values)))
  }
}
