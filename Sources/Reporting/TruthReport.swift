import TouchstoneSimulation
import TouchstoneText

/// The truth of a world, in every output format.
public struct TruthReport: Sendable {
  private typealias Cell = ResultTable.Cell

  private let truth: Truth

  public init(_ truth: Truth) { self.truth = truth }

  /// The report as text that ends in a line feed.
  public func text(_ format: OutputFormat) -> String {
    switch format {
    case .table: Escaping.terminal(headline) + "\n\n" + tables.map { $0.alignedText() }.joined(separator: "\n")
    case .markdown: Escaping.markdown(headline) + "\n\n" + tables.map { $0.markdown() }.joined(separator: "\n")
    case .csv: tidyTable.csv()
    case .json: json
    }
  }

  private func name(_ channel: Int) -> String { truth.world.channels[channel].name }
  private func count(_ number: Double, _ decimals: Int = 0) -> String { NumberText.fixed(number, decimals: decimals) }

  private var headline: String {
    let world = truth.world
    return
      "\(world.name): \(count(Double(world.users))) users, \(world.days) days, \(count(truth.allOn.conversions, 1)) conversions expected"
      + " (\(count(truth.realised.conversions)) happened), \(count(truth.baseline.conversions, 1)) without advertising, value \(count(truth.value(truth.allOn.conversions), 2)),"
      + " spend \(count(truth.spend.reduce(0, +), 2))"
  }

  private func cells(_ estimate: Truth.Estimate?) -> [Cell] {
    guard let estimate else { return [.empty, .empty] }
    return [.number(estimate.conversions, decimals: 1), .number(estimate.standardError, decimals: 1)]
  }

  // MARK: Tables

  private var tables: [ResultTable] {
    var tables = [effectTable]
    if !truth.synergy.isEmpty { tables.append(synergyTable) }
    if !truth.response.isEmpty { tables.append(responseTable) }
    return tables
  }

  private var effectTable: ResultTable {
    let kinds = [("off", truth.off), ("shapley", truth.shapley)].filter { !$0.1.isEmpty }
    var rows = truth.world.channels.indices.map { channel -> [Cell] in
      var row: [Cell] = [
        .text(name(channel)), .text(truth.world.channels[channel].kind.rawValue),
        .number(truth.touches[channel].conversions, decimals: 0), .number(truth.spend[channel], decimals: 2),
      ]
      for (_, effects) in kinds { row += cells(effects.first { $0.channel == channel }?.estimate) }
      if !truth.marginal.isEmpty {
        let marginal = truth.marginal.first { $0.channel == channel }?.estimate
        row += [
          marginal.map { .number($0.conversions, decimals: 4) } ?? .empty,
          marginal.map { .number($0.standardError, decimals: 4) } ?? .empty,
        ]
      }
      return row
    }
    var baseline: [Cell] = [.text("(baseline)"), .empty, .empty, .empty]
    for _ in kinds { baseline += cells(truth.baseline) }
    if !truth.marginal.isEmpty { baseline += [.empty, .empty] }
    rows.append(baseline)
    return ResultTable(
      title: "What each channel causes, in conversions",
      columns: ["channel", "kind", "touches", "spend"] + kinds.flatMap { [$0.0, "± se"] }
        + (truth.marginal.isEmpty ? [] : ["marginal", "± se"]),
      rows: rows, totalRows: 1)
  }

  private static let shownPairs = 10

  private var synergyTable: ResultTable {
    let sorted = truth.synergy.indices.sorted {
      (abs(truth.synergy[$1].estimate.conversions), $0) < (abs(truth.synergy[$0].estimate.conversions), $1)
    }
    return ResultTable(
      title:
        "Together: what is lost without both, less what is lost without each (the \(min(Self.shownPairs, sorted.count)) largest)",
      columns: ["pair", "synergy", "± se"],
      rows: sorted.prefix(Self.shownPairs).map { place in
        let pair = truth.synergy[place]
        return [.text("\(name(pair.first)) + \(name(pair.second))")] + cells(pair.estimate)
      })
  }

  private var responseTable: ResultTable {
    ResultTable(
      title: "Response to spend, all else as it is",
      columns: ["channel", "of today's spend", "spend", "conversions", "± se"],
      rows: truth.response.map { response in
        [
          .text(name(response.channel)), .percent(response.multiple), .number(response.spend, decimals: 2),
        ] + cells(response.estimate)
      })
  }

  private var tidyTable: ResultTable {
    func row(_ estimand: String, _ channel: String, _ other: Cell, _ estimate: Truth.Estimate) -> [Cell] {
      [
        .text(estimand), .text(channel), other, .number(estimate.conversions, decimals: 6),
        .number(estimate.standardError, decimals: 6),
      ]
    }
    var rows = [row("conversions", "", .empty, truth.allOn), row("baseline", "", .empty, truth.baseline)]
    for (estimand, effects) in [("off", truth.off), ("shapley", truth.shapley), ("marginal", truth.marginal)] {
      rows += effects.map { row(estimand, name($0.channel), .empty, $0.estimate) }
    }
    rows += truth.synergy.map { row("synergy", name($0.first), .text(name($0.second)), $0.estimate) }
    rows += truth.response.map {
      row("response", name($0.channel), .number($0.multiple, decimals: 6), $0.estimate)
    }
    return ResultTable(title: "", columns: ["estimand", "touchpoint", "other", "conversions", "se"], rows: rows)
  }

  // MARK: JSON

  /// The document `touchstone.truth/1`.
  public var json: String {
    func figures(_ estimate: Truth.Estimate) -> [String: JSONValue] {
      [
        "conversions": JSONValue(estimate.conversions), "se": JSONValue(estimate.standardError),
        "value": JSONValue(truth.value(estimate.conversions)),
        "valueSE": JSONValue(truth.value(estimate.standardError)),
      ]
    }
    func effects(_ effects: [Truth.Effect]) -> JSONValue {
      .list(
        effects.map { effect in
          var fields = figures(effect.estimate)
          fields["touchpoint"] = .text(name(effect.channel))
          if effect.orderError != 0 { fields["orderSE"] = JSONValue(effect.orderError) }
          return .object(fields)
        })
    }
    return JSONDocument.text(
      JSONValue.object([
        "schema": .text("touchstone.truth/1"), "world": .text(truth.world.name), "users": .integer(truth.world.users),
        "days": .integer(truth.world.days), "seed": .text("\(truth.world.seed)"),
        "counterfactual": .text(truth.world.truth.counterfactual.rawValue),
        "conversions": JSONValue(truth.allOn.conversions), "se": JSONValue(truth.allOn.standardError),
        "realised": JSONValue(truth.realised.conversions), "value": JSONValue(truth.value(truth.allOn.conversions)),
        "spend": JSONValue(truth.spend.reduce(0, +)),
        "channels": .list(
          truth.world.channels.indices.map { channel in
            .object([
              "touchpoint": .text(name(channel)), "kind": .text(truth.world.channels[channel].kind.rawValue),
              "touches": JSONValue(truth.touches[channel].conversions),
              "touchesSE": JSONValue(truth.touches[channel].standardError),
              "substituted": JSONValue(truth.substituted[channel]), "spend": JSONValue(truth.spend[channel]),
            ])
          }),
        "baseline": .object(figures(truth.baseline)),
        "estimands": .object([
          "off": effects(truth.off), "shapley": effects(truth.shapley), "marginal": effects(truth.marginal),
        ]),
        "synergy": .list(
          truth.synergy.map { pair in
            var fields = figures(pair.estimate)
            fields["touchpoints"] = .list([.text(name(pair.first)), .text(name(pair.second))])
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
      ]))
  }
}
