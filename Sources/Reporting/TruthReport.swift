import TouchstoneSimulation

/// The truth of a world.
package struct TruthReport: Report {
  private typealias Cell = ResultTable.Cell

  let truth: Truth

  package init(_ truth: Truth) { self.truth = truth }

  package var blocks: [ReportBlock] { [.headline(headline)] + tables.map(ReportBlock.table) }

  func name(_ channel: Int) -> String { truth.world.channels[channel].name }

  private var headline: String {
    let world = truth.world
    let conversions = truth.allOn.conversions
    return "\(world.name): \(NumberText.fixed(Double(world.users), decimals: 0)) users, \(world.days) days,"
      + " \(NumberText.fixed(conversions, decimals: 1)) conversions expected"
      + " (\(NumberText.fixed(truth.realised.conversions, decimals: 0)) happened),"
      + " \(NumberText.fixed(truth.baseline.conversions, decimals: 1)) without advertising,"
      + " value \(NumberText.fixed(truth.value(conversions), decimals: 2)),"
      + " spend \(NumberText.fixed(truth.spend.reduce(0, +), decimals: 2))"
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
          .init(marginal?.conversions, decimals: 4), .init(marginal?.standardError, decimals: 4),
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

  /// The most pairs that are shown.
  private static let shownPairs = 10

  private var synergyTable: ResultTable {
    let sorted = truth.synergy.indices.sorted {
      (abs(truth.synergy[$1].estimate.conversions), $0) < (abs(truth.synergy[$0].estimate.conversions), $1)
    }
    return ResultTable(
      title:
        "Together: what is lost without both, less what is lost without each"
        + " (the \(min(Self.shownPairs, sorted.count)) largest)",
      columns: ["pair", "synergy", "± se"],
      rows: sorted.prefix(Self.shownPairs).map { index in
        let pair = truth.synergy[index]
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

  package var tidyTable: ResultTable {
    func row(_ estimand: String, _ channel: String, _ other: Cell, _ estimate: Truth.Estimate) -> [Cell] {
      [
        .text(estimand), .text(channel), other, .init(tidy: estimate.conversions), .init(tidy: estimate.standardError),
      ]
    }
    var rows = [row("conversions", "", .empty, truth.allOn), row("baseline", "", .empty, truth.baseline)]
    for (estimand, effects) in [("off", truth.off), ("shapley", truth.shapley), ("marginal", truth.marginal)] {
      rows += effects.map { row(estimand, name($0.channel), .empty, $0.estimate) }
    }
    rows += truth.synergy.map { row("synergy", name($0.first), .text(name($0.second)), $0.estimate) }
    rows += truth.response.map {
      row("response", name($0.channel), .init(tidy: $0.multiple), $0.estimate)
    }
    return ResultTable(columns: ["estimand", "touchpoint", "other", "conversions", "se"], rows: rows)
  }
}
