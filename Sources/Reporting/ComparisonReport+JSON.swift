import TouchstoneAttribution

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
    /// The probability that intervals are meant to cover the truth with.
    let level: Double?
    /// Neighbours by credit whose order the data do not settle.
    let indistinguishable: [[String]]?
  }

  struct TouchpointCredit: Encodable {
    let touchpoint: String
    let conversions: Double
    let value: Double
    /// Of all credited conversions; the baseline is not among them.
    let share: Double
    // What follows is there only where intervals were asked for and the model has them.
    let interval: [Double]?
    let se: Double?
    let valueInterval: [Double]?
    let valueSE: Double?
    let removalEffectInterval: [Double]?
    let removalEffectSE: Double?
    /// By the number of places.
    let topProbabilities: [String: Double]?
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
        self.credit(id, credit, total: total, entry.uncertainty)
      },
      baseline: Baseline(
        conversions: attribution.baseline.conversions, value: attribution.baseline.value),
      diagnostics: Dictionary(
        uniqueKeysWithValues: attribution.diagnostics.compactMap { diagnostic in
          json(diagnostic.finding).map { (diagnostic.name, $0) }
        }),
      level: entry.uncertainty?.level,
      indistinguishable: entry.uncertainty?.indistinguishable?.map { pair in
        [paths.touchpoints.names[pair.0], paths.touchpoints.names[pair.1]]
      })
  }

  private func credit(
    _ id: Int, _ credit: Credit, total: Double, _ uncertainty: CreditUncertainty?
  ) -> TouchpointCredit {
    func bounds(_ spread: CreditUncertainty.Spread?) -> [Double]? {
      spread.map { [$0.interval.lowerBound, $0.interval.upperBound] }
    }
    let (value, effect) = (uncertainty?.value?[id], uncertainty?.removalEffects?[id])
    let top = uncertainty.flatMap { uncertainty -> [String: Double]? in
      uncertainty.topProbabilities.isEmpty
        ? nil
        : Dictionary(uniqueKeysWithValues: uncertainty.topProbabilities.map { ("\($0.key)", $0.value[id]) })
    }
    return TouchpointCredit(
      touchpoint: paths.touchpoints.names[id], conversions: credit.conversions, value: credit.value,
      share: total == 0 ? 0 : credit.conversions / total, interval: bounds(uncertainty?.conversions[id]),
      se: uncertainty?.conversions[id].standardError, valueInterval: bounds(value), valueSE: value?.standardError,
      removalEffectInterval: bounds(effect), removalEffectSE: effect?.standardError, topProbabilities: top)
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
