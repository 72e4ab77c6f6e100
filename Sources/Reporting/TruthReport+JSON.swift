import TouchstoneSimulation

/// The document `touchstone.truth/1`; the README lists its fields.
extension TruthReport {
  package var document: JSONDocument {
    let fields: [String: JSONValue] = [
      "world": .text(truth.world.name), "users": .integer(truth.world.users), "days": .integer(truth.world.days),
      // As text: not every program reads numbers of 64 bits.
      "seed": .text("\(truth.world.seed)"),
      "counterfactual": .text(truth.world.truth.counterfactual.rawValue),
      "conversions": JSONValue(truth.allOn.conversions), "se": JSONValue(truth.allOn.standardError),
      "realised": JSONValue(truth.realised.conversions), "value": JSONValue(truth.value(truth.allOn.conversions)),
      "spend": JSONValue(truth.spend.reduce(0, +)), "channels": .list(truth.world.channels.indices.map(channel)),
      "baseline": .object(jsonFields(truth.baseline)),
    ]
    return JSONDocument(schema: "touchstone.truth/1", fields: fields.merging(estimandFields) { $1 })
  }

  private func channel(_ index: Int) -> JSONValue {
    .object([
      "touchpoint": .text(name(index)), "kind": .text(truth.world.channels[index].kind.rawValue),
      "touches": JSONValue(truth.touches[index].conversions),
      "touchesSE": JSONValue(truth.touches[index].standardError),
      "substituted": JSONValue(truth.substituted[index]), "spend": JSONValue(truth.spend[index]),
    ])
  }
}
