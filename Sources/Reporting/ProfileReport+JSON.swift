import TouchstoneAttribution
import TouchstoneJourneys

/// The JSON document `touchstone.profile/1`; the README lists its fields.
extension ProfileReport {
  package var document: JSONDocument {
    JSONDocument(
      schema: "touchstone.profile/1",
      fields: [
        "account": content.account.json, "totals": totals, "model": .text(modelName),
        "touchpoints": .list(figures.map(json)), "pathLengths": .list(pathLengths), "lags": .list(lags),
        "topPaths": .list(
          topPaths.map { path, totals in
            .object([
              "path": JSONValue(path), "conversions": JSONValue(totals.conversions),
              "journeys": JSONValue(totals.journeys), "value": JSONValue(totals.value),
            ])
          }),
        "combinations": .list([2, 3].flatMap { combinations(size: $0) }.map(json)),
        "highValueGroup": JSONValue(figures.filter(\.isHighValue).map { names[$0.id] }),
        "stages": StageMatrix(names, content.attributes)?.json ?? .null, "remarks": JSONValue(remarks),
      ])
  }

  private var totals: JSONValue {
    let profile = content.profile
    return .object([
      "persons": .integer(profile.persons), "converters": .integer(profile.converters),
      "repurchasers": .integer(profile.repurchasers), "journeys": .integer(profile.journeys),
      "convertingJourneys": .integer(profile.convertingJourneys),
      "meanLagDays": JSONValue(
        profile.convertingJourneys > 0 ? profile.lagDays / Double(profile.convertingJourneys) : nil),
    ])
  }

  private var pathLengths: [JSONValue] {
    content.profile.lengths.sorted { $0.key < $1.key }.map { length, counts in
      .object([
        "touches": .integer(length), "converting": .integer(counts.converting), "other": .integer(counts.other),
      ])
    }
  }

  private var lags: [JSONValue] {
    content.profile.lags.enumerated().map { index, count in
      .object([
        // The last class has no bound.
        "below": index < JourneyProfile.lagBounds.count ? JSONValue(JourneyProfile.lagBounds[index]) : .null,
        "journeys": .integer(count),
      ])
    }
  }

  private func json(_ combination: Combination) -> JSONValue {
    .object([
      "touchpoints": JSONValue(combination.names), "conversions": JSONValue(combination.totals.conversions),
      "journeys": JSONValue(combination.totals.journeys), "rate": JSONValue(combination.rate),
      "lift": JSONValue(combination.lift),
    ])
  }

  private func json(_ figures: TouchpointFigures) -> JSONValue {
    let counts = figures.counts
    let attributes = content.attributes[names[figures.id]]
    var fields: [String: JSONValue] = [
      "touchpoint": .text(names[figures.id]), "touches": .integer(counts.touchEvents),
      "persons": .integer(counts.persons),
      "coverage": JSONValue(figures.coverage), "converters": .integer(counts.converters),
      "converterCoverage": JSONValue(figures.converterCoverage), "frequency": JSONValue(figures.frequency),
      "journeys": .integer(counts.journeys), "convertingJourneys": .integer(counts.convertingJourneys),
      "rateWith": JSONValue(figures.rateWith), "rateWithout": JSONValue(figures.rateWithout),
      "lift": JSONValue(figures.lift), "meanLagDays": JSONValue(figures.meanLagDays),
      "solo": JSONValue(counts.solo), "first": JSONValue(counts.first), "middle": JSONValue(counts.middle),
      "last": JSONValue(counts.last), "introducerIndex": JSONValue(figures.introducerIndex),
      "influencerIndex": JSONValue(figures.influencerIndex), "closerIndex": JSONValue(figures.closerIndex),
      "role": JSONValue(figures.role), "impressions": JSONValue(figures.impressions),
      "clicks": JSONValue(figures.clicks), "clickThroughRate": JSONValue(figures.clickThroughRate),
      "creditedConversions": JSONValue(figures.credit.conversions), "creditedValue": JSONValue(figures.credit.value),
      "creditShare": JSONValue(figures.creditShare), "cost": JSONValue(figures.cost),
      "costPerTouch": JSONValue(figures.costPerTouch), "cac": JSONValue(figures.acquisitionCost),
      "roas": JSONValue(figures.returnOnSpend), "introduced": .integer(counts.introduced),
      "repurchaseRate": JSONValue(figures.repurchaseRate), "lifetimeValue": JSONValue(figures.lifetimeValue),
      "isHighValue": .boolean(figures.isHighValue),
    ]
    fields.add(content.uncertainty?.conversions[figures.id], interval: "interval", standardError: "se")
    fields.add(content.uncertainty?.value?[figures.id], interval: "valueInterval", standardError: "valueSE")
    fields["means"] = .object(
      Dictionary(measures.map { ($0.name, JSONValue(figures.mean($0.index))) }, uniquingKeysWith: { $1 }))
    fields["media"] = JSONValue(attributes?.media?.rawValue)
    fields["phase"] = JSONValue(attributes?.phase?.rawValue)
    fields["stage"] = JSONValue(attributes?.stage?.rawValue)
    fields["givenRole"] = JSONValue(attributes?.role)
    return .object(fields)
  }
}
