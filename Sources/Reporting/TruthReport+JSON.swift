import TouchstoneSimulation

/// The document `touchstone.truth/1`; the README lists its fields.
extension TruthReport {
  package var document: JSONDocument {
    JSONDocument(
      schema: "touchstone.truth/1",
      fields: [
        "world": .text(truth.world.name), "users": .integer(truth.world.users), "days": .integer(truth.world.days),
        // As text: not every program reads numbers of 64 bits.
        "seed": .text("\(truth.world.seed)"),
        "counterfactual": .text(truth.world.truth.counterfactual.rawValue),
        "conversions": JSONValue(truth.allOn.conversions), "se": JSONValue(truth.allOn.standardError),
        "realised": JSONValue(truth.realised.conversions), "value": JSONValue(truth.value(truth.allOn.conversions)),
        "spend": JSONValue(truth.spend.reduce(0, +)), "channels": .list(truth.world.channels.indices.map(channel)),
        "baseline": .object(figures(truth.baseline)),
        "estimands": .object([
          "off": effects(truth.off), "shapley": effects(truth.shapley), "marginal": effects(truth.marginal),
        ]),
        "synergy": .list(
          truth.synergy.map { pair in
            var fields = figures(pair.estimate)
            fields["touchpoints"] = JSONValue([name(pair.first), name(pair.second)])
            return .object(fields)
          }),
        "response": .list(
          truth.response.map { response in
            var fields = figures(response.estimate)
            fields["touchpoint"] = .text(name(response.channel))
            fields["multiple"] = JSONValue(response.multiple)
            fields["spend"] = JSONValue(response.spend)
            return .object(fields)
          }),
      ])
  }

  private func figures(_ estimate: Truth.Estimate) -> [String: JSONValue] {
    [
      "conversions": JSONValue(estimate.conversions), "se": JSONValue(estimate.standardError),
      "value": JSONValue(truth.value(estimate.conversions)),
      "valueSE": JSONValue(truth.value(estimate.standardError)),
    ]
  }

  private func channel(_ index: Int) -> JSONValue {
    .object([
      "touchpoint": .text(name(index)), "kind": .text(truth.world.channels[index].kind.rawValue),
      "touches": JSONValue(truth.touches[index].conversions),
      "touchesSE": JSONValue(truth.touches[index].standardError),
      "substituted": JSONValue(truth.substituted[index]), "spend": JSONValue(truth.spend[index]),
    ])
  }

  private func effects(_ effects: [Truth.Effect]) -> JSONValue {
    .list(
      effects.map { effect in
        var fields = figures(effect.estimate)
        fields["touchpoint"] = .text(name(effect.channel))
        if effect.orderError != 0 { fields["orderSE"] = JSONValue(effect.orderError) }
        return .object(fields)
      })
  }
}
