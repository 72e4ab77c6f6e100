import TouchstoneSimulation

/// The truth of a world.
package struct TruthReport: Report {
  let truth: Truth

  package init(_ truth: Truth) { self.truth = truth }

  package var blocks: [ReportBlock] {
    [.headline(headline), .table(effectTable)] + estimandTables.map(ReportBlock.table)
  }

  func name(_ channel: Int) -> String { truth.world.channels[channel].name }

  private func count(_ number: Double, _ decimals: Int = 0) -> String { NumberText.fixed(number, decimals: decimals) }

  private var headline: String {
    let world = truth.world
    return "\(world.name): \(count(Double(world.users))) users, \(world.days) days,"
      + " \(count(truth.allOn.conversions, 1)) conversions expected (\(count(truth.realised.conversions)) happened),"
      + " \(count(truth.baseline.conversions, 1)) without advertising,"
      + " value \(count(truth.value(truth.allOn.conversions), 2)), spend \(count(truth.spend.reduce(0, +), 2))"
  }

  // MARK: Tables

  private var effectTable: ResultTable {
    var rows = truth.world.channels.indices.map { channel -> [Cell] in
      [
        .text(name(channel)), .text(truth.world.channels[channel].kind.rawValue),
        .number(truth.touches[channel].conversions, decimals: 0), .number(truth.spend[channel], decimals: 2),
      ] + effectCells(channel)
    }
    rows.append([.text("(baseline)"), .empty, .empty, .empty] + baselineCells)
    return ResultTable(
      title: "What each channel causes, in conversions",
      columns: ["channel", "kind", "touches", "spend"] + effectColumns, rows: rows, totalRows: 1)
  }

  package var tidyTable: ResultTable {
    func row(_ figure: String, _ estimate: Truth.Estimate) -> [Cell] {
      [.text(figure), .text(""), .empty] + cells(estimate, decimals: 6)
    }
    return ResultTable(
      columns: ["estimand", "touchpoint", "other", "conversions", "se"],
      rows: [row("conversions", truth.allOn), row("baseline", truth.baseline)] + estimandRows)
  }
}
