import TouchstoneSimulation
import TouchstoneText

/// The truth of a world, in every output format.
public struct TruthReport: Sendable {
  let truth: Truth

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

  private var tables: [ResultTable] { [effectTable] + estimandTables }

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

  private var tidyTable: ResultTable {
    func row(_ figure: String, _ estimate: Truth.Estimate) -> [Cell] {
      [.text(figure), .text(""), .empty] + cells(estimate, decimals: 6)
    }
    return ResultTable(
      title: "", columns: ["estimand", "touchpoint", "other", "conversions", "se"],
      rows: [row("conversions", truth.allOn), row("baseline", truth.baseline)] + estimandRows)
  }

  // MARK: JSON

  /// The document `touchstone.truth/1`.
  public var json: String {
    let fields: [String: JSONValue] = [
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
      "baseline": .object(jsonFields(truth.baseline)),
    ]
    return JSONDocument.text(JSONValue.object(fields.merging(estimandFields) { $1 }))
  }
}
