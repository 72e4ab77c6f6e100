import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneText

/// How well a chain fits the journeys, and what models give to a placebo, in every output format.
public struct DiagnosisReport: Sendable {
  private typealias Cell = ResultTable.Cell

  private let source: String
  private let paths: PathTable
  private let fits: [ChainFit]
  private let placebo: PlaceboTest?

  /// - Parameters:
  ///   - source: The input's name, for the headline.
  ///   - paths: The journeys.
  ///   - fits: Chains, in the order to show them.
  ///   - placebo: `nil` where there is no touchpoint to shuffle.
  public init(source: String, paths: PathTable, fits: [ChainFit], placebo: PlaceboTest?) {
    self.source = source
    self.paths = paths
    self.fits = fits
    self.placebo = placebo
  }

  /// The report as text that ends in a line feed.
  public func text(_ format: OutputFormat) -> String {
    let headline =
      "\(source): what a chain of order \(fits.map { "\($0.order)" }.joined(separator: ", ")) makes of the journeys"
    switch format {
    case .table:
      return
        ([Escaping.terminal(headline) + "\n"] + tables.map { $0.alignedText() }
        + [notes.map { Escaping.terminal($0) + "\n" }.joined()]).joined(separator: "\n")
    case .markdown:
      return
        ([Escaping.markdown(headline) + "\n"] + tables.map { $0.markdown() }
        + [notes.map { "- " + Escaping.markdown($0) + "\n" }.joined()]).joined(separator: "\n")
    case .csv: return tidyTable.csv()
    case .json: return JSONDocument.text(document)
    }
  }

  /// A figure of the journeys and what each chain makes of it.
  private struct Row {
    let quantity: String
    let name: String
    let observed: Double
    let fitted: [Double]

    init(_ quantity: String, _ name: String, _ figures: [ChainFit.Figure]) {
      self.quantity = quantity
      self.name = name
      observed = figures[0].observed
      fitted = figures.map(\.fitted)
    }
  }

  private var lengthRows: [Row] {
    (0...ChainFit.longestLength).compactMap { index in
      let figures = fits.map { $0.lengths[index] }
      let name = index == ChainFit.longestLength ? "\(index + 1) and more" : "\(index + 1)"
      return figures.allSatisfy { max($0.observed, $0.fitted) < 5e-4 } ? nil : Row("length", name, figures)
    }
  }

  private func reachRows(_ quantity: String, _ figures: (ChainFit) -> [ChainFit.Figure]) -> [Row] {
    let rows = paths.touchpoints.names.enumerated().map { id, name in Row(quantity, name, fits.map { figures($0)[id] })
    }
    return rows.enumerated().sorted { ($1.element.observed, $0.offset) < ($0.element.observed, $1.offset) }.map(
      \.element)
  }

  private func table(_ title: String, _ column: String, _ rows: [Row]) -> ResultTable {
    ResultTable(
      title: title, columns: [column, "observed"] + fits.map { "order \($0.order)" },
      rows: rows.map { row in [.text(row.name), .percent(row.observed)] + row.fitted.map { .percent($0) } })
  }

  private var tables: [ResultTable] {
    var tables = [
      table("Path lengths, shares of journeys", "touches", lengthRows),
      table("Reach, shares of journeys", "touchpoint", reachRows("reach", \.reach)),
      table(
        "Reach among conversions; fitted, these are the removal effects", "touchpoint",
        reachRows("convertingReach", \.convertingReach)),
    ]
    if let placebo {
      tables.append(
        ResultTable(
          title:
            "Placebo: \(paths.touchpoints.names[placebo.original])'s visits dealt out at random; \(placebo.scores[0].shares.count) shuffles",
          columns: ["model", "credit of the placebo", "± sd", "credit of the original", "placebo against original"],
          rows: placebo.scores.map { score in
            [
              .text(ModelCatalogue.label(of: score.model)), .percent(score.meanShare), .percent(score.spread),
              .percent(score.originalShare),
              score.originalShare > 0 ? .percent(score.meanShare / score.originalShare) : .empty,
            ]
          }))
    }
    return tables
  }

  private var notes: [String] {
    var notes = [
      "conversion rate \(NumberText.percent(fits[0].conversionRate.observed, decimals: 2)) and mean length"
        + " \(NumberText.fixed(fits[0].meanLength.observed, decimals: 3)) are the same in the journeys and in a chain of any order that is fitted on"
        + " them (here \(fits.map { "\(NumberText.percent($0.conversionRate.fitted, decimals: 2)), \(NumberText.fixed($0.meanLength.fitted, decimals: 3))" }.joined(separator: "; ")))"
    ]
    if placebo != nil {
      notes.append("the placebo caused nothing: what a model gives it, it gives for being on the way")
    }
    return notes
  }

  private var allRows: [Row] {
    [Row("conversionRate", "", fits.map(\.conversionRate)), Row("meanLength", "", fits.map(\.meanLength))] + lengthRows
      + reachRows("reach", \.reach) + reachRows("convertingReach", \.convertingReach)
  }

  private var tidyTable: ResultTable {
    var rows = allRows.flatMap { row in
      zip(fits, row.fitted).map { fit, fitted -> [Cell] in
        [
          .text(row.quantity), .text("markov:order=\(fit.order)"), .text(row.name), .number(row.observed, decimals: 6),
          .number(fitted, decimals: 6), .empty,
        ]
      }
    }
    for score in placebo?.scores ?? [] {
      rows.append([
        .text("placebo"), .text(ModelCatalogue.label(of: score.model)),
        .text(paths.touchpoints.names[placebo!.original]), .number(score.originalShare, decimals: 6),
        .number(score.meanShare, decimals: 6), .number(score.spread, decimals: 6),
      ])
    }
    return ResultTable(title: "", columns: ["quantity", "model", "name", "observed", "fitted", "sd"], rows: rows)
  }

  private var document: JSONValue {
    let chains = fits.enumerated().map { place, fit in
      JSONValue.object([
        "order": .integer(fit.order),
        "figures": .list(
          allRows.map { row in
            .object([
              "quantity": .text(row.quantity), "name": .text(row.name), "observed": JSONValue(row.observed),
              "fitted": JSONValue(row.fitted[place]),
            ])
          }),
      ])
    }
    let scores = (placebo?.scores ?? []).map { score in
      JSONValue.object([
        "model": .text(ModelCatalogue.label(of: score.model)), "share": JSONValue(score.meanShare),
        "sd": JSONValue(score.spread), "shares": .list(score.shares.map { JSONValue($0) }),
        "originalShare": JSONValue(score.originalShare),
      ])
    }
    return .object([
      "schema": .text("touchstone.diagnose/1"), "chains": .list(chains),
      "placebo": placebo.map {
        .object(["original": .text(paths.touchpoints.names[$0.original]), "models": .list(scores)])
      } ?? .null,
    ])
  }
}
