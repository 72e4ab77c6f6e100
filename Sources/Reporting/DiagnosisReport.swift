import TouchstoneAttribution
import TouchstoneJourneys

/// How well chains fit the journeys, and what models give to a placebo.
package struct DiagnosisReport: Report {
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
  package init(source: String, paths: PathTable, fits: [ChainFit], placebo: PlaceboTest?) {
    self.source = source
    self.paths = paths
    self.fits = fits
    self.placebo = placebo
  }

  package var blocks: [ReportBlock] { [.headline(headline)] + tables.map(ReportBlock.table) + [.notes(notes)] }

  private var headline: String {
    let orders = fits.map { "\($0.order)" }.joined(separator: ", ")
    return "\(source): what a chain of order \(orders) makes of the journeys"
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

  /// Below this share 0.0 % is shown.
  private static let leastShown = 5e-4

  private var lengthRows: [Row] {
    (0...ChainFit.longestLength).compactMap { index in
      let figures = fits.map { $0.lengths[index] }
      let name = index == ChainFit.longestLength ? "\(index + 1) and more" : "\(index + 1)"
      return figures.allSatisfy { max($0.observed, $0.fitted) < Self.leastShown } ? nil : Row("length", name, figures)
    }
  }

  private func reachRows(_ quantity: String, _ figures: (ChainFit) -> [ChainFit.Figure]) -> [Row] {
    let rows = paths.touchpoints.names.enumerated().map { id, name in
      Row(quantity, name, fits.map { figures($0)[id] })
    }
    return rows.enumerated()
      .sorted { ($1.element.observed, $0.offset) < ($0.element.observed, $1.offset) }
      .map(\.element)
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
            "Placebo: \(paths.touchpoints.names[placebo.original])'s visits dealt out at random;"
            + " \(placebo.scores[0].shares.count) shuffles",
          columns: ["model", "credit of the placebo", "± sd", "credit of the original", "placebo against original"],
          rows: placebo.scores.map { score in
            [
              .text(ModelCatalogue.label(of: score.model)), .percent(score.meanShare), .percent(score.spread),
              .percent(score.originalShare),
              .init(share: score.originalShare > 0 ? score.meanShare / score.originalShare : nil),
            ]
          }))
    }
    return tables
  }

  private var notes: [String] {
    func words(_ rate: Double, _ length: Double, _ between: String) -> String {
      NumberText.percent(rate, decimals: 2) + between + NumberText.fixed(length, decimals: 3)
    }
    let observed = words(fits[0].conversionRate.observed, fits[0].meanLength.observed, " and mean length ")
    let fitted = fits.map { words($0.conversionRate.fitted, $0.meanLength.fitted, ", ") }
    var notes = [
      "conversion rate \(observed) are the same in the journeys and in a chain of any order that is fitted on"
        + " them (here \(fitted.joined(separator: "; ")))"
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

  package var tidyTable: ResultTable {
    var rows = allRows.flatMap { row in
      zip(fits, row.fitted).map { fit, fitted -> [Cell] in
        [
          .text(row.quantity), .text("markov:order=\(fit.order)"), .text(row.name), .init(tidy: row.observed),
          .init(tidy: fitted), .empty,
        ]
      }
    }
    if let placebo {
      rows += placebo.scores.map { score in
        [
          .text("placebo"), .text(ModelCatalogue.label(of: score.model)),
          .text(paths.touchpoints.names[placebo.original]), .init(tidy: score.originalShare),
          .init(tidy: score.meanShare), .init(tidy: score.spread),
        ]
      }
    }
    return ResultTable(columns: ["quantity", "model", "name", "observed", "fitted", "sd"], rows: rows)
  }

  package var document: JSONDocument {
    let chains = fits.enumerated().map { index, fit in
      JSONValue.object([
        "order": .integer(fit.order),
        "figures": .list(
          allRows.map { row in
            .object([
              "quantity": .text(row.quantity), "name": .text(row.name), "observed": JSONValue(row.observed),
              "fitted": JSONValue(row.fitted[index]),
            ])
          }),
      ])
    }
    let scores = (placebo?.scores ?? []).map { score in
      JSONValue.object([
        "model": .text(ModelCatalogue.label(of: score.model)), "share": JSONValue(score.meanShare),
        "sd": JSONValue(score.spread), "shares": JSONValue(score.shares),
        "originalShare": JSONValue(score.originalShare),
      ])
    }
    return JSONDocument(
      schema: "touchstone.diagnose/1",
      fields: [
        "chains": .list(chains),
        "placebo": placebo.map {
          .object(["original": .text(paths.touchpoints.names[$0.original]), "models": .list(scores)])
        } ?? .null,
      ])
  }
}
