import TouchstoneAttribution
import TouchstoneJourneys

/// The JSON document `touchstone.profile/1`; the README lists its fields.
extension ProfileReport {
  struct Document: Encodable {
    let schema = "touchstone.profile/1"
    let account: JSONValue
    let totals: JSONValue
    let model: String
    let touchpoints: [JSONValue]
    let pathLengths: [JSONValue]
    let lags: [JSONValue]
    let topPaths: [JSONValue]
    let combinations: [JSONValue]
    let highValueGroup: [String]
    let stages: JSONValue
    let remarks: [String]
  }

  var document: Document {
    let profile = content.profile
    return Document(
      account: content.account.json,
      totals: .object([
        "persons": .integer(profile.persons), "converters": .integer(profile.converters),
        "repurchasers": .integer(profile.repurchasers), "journeys": .integer(profile.journeys),
        "convertingJourneys": .integer(profile.convertingJourneys),
        "meanLagDays": Self.json(
          profile.convertingJourneys > 0 ? profile.lagDays / Double(profile.convertingJourneys) : nil),
      ]),
      model: modelName, touchpoints: figures.map(json),
      pathLengths: profile.lengths.sorted { $0.key < $1.key }.map { length, counts in
        .object([
          "touches": .integer(length), "converting": .integer(counts.converting), "other": .integer(counts.other),
        ])
      },
      lags: profile.lags.enumerated().map { index, count in
        .object([
          "below": index < JourneyProfile.lagBounds.count ? .number(JourneyProfile.lagBounds[index]) : .null,
          "journeys": .integer(count),
        ])
      },
      topPaths: topPaths.map { path, totals in
        .object([
          "path": .list(path.map { .text($0) }), "conversions": JSONValue(totals.conversions),
          "journeys": JSONValue(totals.journeys), "value": JSONValue(totals.value),
        ])
      },
      combinations: [2, 3].flatMap { size in
        combinations(size: size).map { names, totals, rate, lift in
          .object([
            "touchpoints": .list(names.map { .text($0) }), "conversions": JSONValue(totals.conversions),
            "journeys": JSONValue(totals.journeys), "rate": JSONValue(rate), "lift": Self.json(lift),
          ])
        }
      },
      highValueGroup: figures.filter(\.isHighValue).map { names[$0.id] },
      stages: StageMatrix(names, content.attributes)?.json ?? .null, remarks: remarks)
  }

  private static func json(_ value: Double?) -> JSONValue { value.map { JSONValue($0) } ?? .null }

  private static func json(
    _ spread: CreditUncertainty.Spread, _ interval: String, _ error: String
  ) -> [String: JSONValue] {
    [
      interval: .list([JSONValue(spread.interval.lowerBound), JSONValue(spread.interval.upperBound)]),
      error: JSONValue(spread.standardError),
    ]
  }

  private func json(_ figures: TouchpointFigures) -> JSONValue {
    let own = figures.own
    let attributes = content.attributes[names[figures.id]]
    var fields: [String: JSONValue] = [
      "touchpoint": .text(names[figures.id]), "touches": .integer(own.touchEvents), "persons": .integer(own.persons),
      "coverage": Self.json(figures.coverage), "converters": .integer(own.converters),
      "converterCoverage": Self.json(figures.converterCoverage), "frequency": Self.json(figures.frequency),
      "journeys": .integer(own.journeys), "convertingJourneys": .integer(own.convertingJourneys),
      "rateWith": Self.json(figures.rateWith), "rateWithout": Self.json(figures.rateWithout),
      "lift": Self.json(figures.lift), "meanLagDays": Self.json(figures.meanLagDays),
      "solo": JSONValue(own.solo), "first": JSONValue(own.first), "middle": JSONValue(own.middle),
      "last": JSONValue(own.last), "introducerIndex": Self.json(figures.introducerIndex),
      "influencerIndex": Self.json(figures.influencerIndex), "closerIndex": Self.json(figures.closerIndex),
      "role": figures.role.map { .text($0) } ?? .null, "impressions": JSONValue(figures.impressions),
      "clicks": JSONValue(figures.clicks), "clickThroughRate": Self.json(figures.clickThroughRate),
      "creditedConversions": JSONValue(figures.credit.conversions), "creditedValue": JSONValue(figures.credit.value),
      "creditShare": Self.json(figures.creditShare), "cost": Self.json(figures.cost),
      "costPerTouch": Self.json(figures.costPerTouch), "cac": Self.json(figures.acquisitionCost),
      "roas": Self.json(figures.returnOnSpend), "introduced": .integer(own.introduced),
      "repurchaseRate": Self.json(figures.repurchaseRate), "lifetimeValue": Self.json(figures.lifetimeValue),
      "isHighValue": .boolean(figures.isHighValue),
    ]
    if let uncertainty = content.uncertainty {
      fields.merge(Self.json(uncertainty.conversions[figures.id], "interval", "se")) { $1 }
      if let value = uncertainty.value { fields.merge(Self.json(value[figures.id], "valueInterval", "valueSE")) { $1 } }
    }
    var means: [String: JSONValue] = [:]
    for (index, name) in content.profile.measureNames.enumerated().dropFirst(content.profile.hasCost ? 1 : 0) {
      means[name] = Self.json(
        own.measureCounts[index] > 0 ? own.measureSums[index] / Double(own.measureCounts[index]) : nil)
    }
    fields["means"] = .object(means)
    fields["media"] = attributes?.media.map { .text($0.rawValue) } ?? .null
    fields["phase"] = attributes?.phase.map { .text($0.rawValue) } ?? .null
    fields["stage"] = attributes?.stage.map { .text($0.rawValue) } ?? .null
    fields["givenRole"] = attributes?.role.map { .text($0) } ?? .null
    return .object(fields)
  }
}
