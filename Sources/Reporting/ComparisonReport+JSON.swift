import Attribution

/// The JSON document `touchstone.compare/1`; the README lists its fields.
extension ComparisonReport {
  struct Document: Encodable {
    let schema = "touchstone.compare/1"
    let input: Input
    let models: [Model]
  }

  struct Input: Encodable {
    let journeys: Double
    let paths: Int
    let conversions: Double
    let value: Double
    let touchpoints: [String]
    /// Only where the input was an event log.
    let account: JSONValue?
  }

  struct Model: Encodable {
    let name: String
    let parameters: [String: JSONValue]
    let sumsToTotal: Bool
    let credits: [TouchpointCredit]
    let baseline: Baseline
    let diagnostics: [String: JSONValue]
  }

  struct TouchpointCredit: Encodable {
    let touchpoint: String
    let conversions: Double
    let value: Double
    /// Of all credited conversions; the baseline is not among them.
    let share: Double
  }

  struct Baseline: Encodable {
    let conversions: Double
    let value: Double
  }

  var document: Document {
    Document(
      input: Input(
        journeys: paths.totals.journeys, paths: paths.pathCount,
        conversions: paths.totals.conversions, value: paths.totals.value,
        touchpoints: paths.touchpoints.names, account: account?.json),
      models: entries.map(document))
  }

  private func document(_ entry: Entry) -> Model {
    let attribution = entry.attribution
    let total = attribution.creditTotal.conversions
    return Model(
      name: entry.model.name,
      parameters: Dictionary(
        uniqueKeysWithValues: entry.model.parameters.map { ($0.name, json($0.value)) }),
      sumsToTotal: attribution.sumsToTotal,
      credits: attribution.credits.enumerated().map { id, credit in
        TouchpointCredit(
          touchpoint: paths.touchpoints.names[id], conversions: credit.conversions,
          value: credit.value, share: total == 0 ? 0 : credit.conversions / total)
      },
      baseline: Baseline(
        conversions: attribution.baseline.conversions, value: attribution.baseline.value),
      diagnostics: Dictionary(
        uniqueKeysWithValues: attribution.diagnostics.compactMap { diagnostic in
          json(diagnostic.finding).map { (diagnostic.name, $0) }
        }))
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
    case .perPosition(let values): byTouchpoint(values.map { .list($0.map { JSONValue($0) }) })
    case .chain(let chain): includesDetails ? TransitionReport(chain).edges : nil
    }
  }

  private func byTouchpoint(_ values: [JSONValue]) -> JSONValue {
    .object(Dictionary(uniqueKeysWithValues: zip(paths.touchpoints.names, values)))
  }
}
