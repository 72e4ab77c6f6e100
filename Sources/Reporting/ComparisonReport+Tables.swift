import TouchstoneAttribution

/// The tables of a comparison: credits, ranks and what models found; and the one that programs read.
extension ComparisonReport {
  var tables: [ResultTable] {
    var tables = [creditTable("Conversions credited", \.conversions) { $0.conversions }]
    if hasValue { tables.append(creditTable("Value credited", \.value) { $0.value }) }
    tables += rankTables
    if includesDetails {
      tables += entries.flatMap { entry in detailTables(entry) }
    }
    return tables
  }

  /// Touchpoints by falling mean credit share, so that the heaviest come first.
  private var sortedTouchpoints: [Int] {
    var shares = [Double](repeating: 0, count: paths.touchpoints.count)
    for entry in entries {
      let total = entry.attribution.creditTotal.conversions
      guard total > 0 else { continue }
      for (id, credit) in entry.attribution.credits.enumerated() {
        shares[id] += credit.conversions / total
      }
    }
    return shares.indices.sorted { (shares[$1], $0) < (shares[$0], $1) }
  }

  private func creditTable(
    _ title: String, _ quantity: (Credit) -> Double,
    _ spreads: (CreditUncertainty) -> [CreditUncertainty.Spread]?
  ) -> ResultTable {
    let level = entries.lazy.compactMap(\.uncertainty).first?.level
    func row(_ name: String, _ cell: (Entry) -> ResultTable.Cell) -> [ResultTable.Cell] {
      [.text(name)] + entries.map(cell)
    }
    var rows = sortedTouchpoints.map { id in
      row(paths.touchpoints.names[id]) { entry in
        .init(quantity(entry.attribution.credits[id]), entry.uncertainty.flatMap(spreads)?[id], decimals: 1)
      }
    }
    var totalRows = 1
    if paths.untouched.journeys > 0 {
      rows.append(row("(baseline)") { .number(quantity($0.attribution.baseline), decimals: 1) })
      totalRows += 1
    }
    rows.append(
      row("total") {
        .number(quantity($0.attribution.creditTotal) + quantity($0.attribution.baseline), decimals: 1)
      })
    return ResultTable(
      title: title + NumberText.intervals(level), columns: ["touchpoint"] + labels, rows: rows, totalRows: totalRows)
  }

  /// For each size, the probability to be among so many with the most credit.
  private var rankTables: [ResultTable] {
    CreditUncertainty.topSizes.compactMap { size in
      let known = zip(labels, entries).compactMap { label, entry in
        entry.uncertainty?.topProbabilities[size].map { (label, $0) }
      }
      guard !known.isEmpty, paths.touchpoints.count > size else { return nil }
      return ResultTable(
        title: size == 1 ? "Probability to earn the most" : "Probability to be among the \(size) that earn the most",
        columns: ["touchpoint"] + known.map(\.0),
        rows: sortedTouchpoints.map { id in
          [.text(paths.touchpoints.names[id])] + known.map { .percent($0.1[id]) }
        })
    }
  }

  /// What a model found, by touchpoint; one table for each kind of finding.
  private func detailTables(_ entry: Entry) -> [ResultTable] {
    let label = ModelCatalogue.label(of: entry.model)
    var tables: [ResultTable] = []
    let columns = entry.attribution.diagnostics.compactMap { diagnostic in
      if case .perTouchpoint(let values) = diagnostic.finding { (name: diagnostic.name, values: values) } else { nil }
    }
    if !columns.isEmpty {
      tables.append(
        ResultTable(
          title: "\(label): findings", columns: ["touchpoint"] + columns.map(\.name),
          rows: sortedTouchpoints.map { id in
            [.text(paths.touchpoints.names[id])]
              + columns.map { .number($0.values[id], decimals: 5) }
          }))
    }
    for diagnostic in entry.attribution.diagnostics {
      switch diagnostic.finding {
      case .perPosition(let values):
        tables.append(
          ResultTable(
            title: "\(label): \(diagnostic.name)",
            columns: ["touchpoint"] + (values.first ?? []).indices.map { "\($0 + 1)" },
            rows: sortedTouchpoints.map { id in
              [.text(paths.touchpoints.names[id])] + values[id].map { .number($0, decimals: 1) }
            }))
      case .chain(let chain):
        tables.append(TransitionReport(chain).table)
      case .number, .integer, .text, .perTouchpoint: break
      }
    }
    return tables
  }

  /// One row a model and touchpoint: the shape that spreadsheets and data frames want.
  package var tidyTable: ResultTable {
    var rows: [[ResultTable.Cell]] = []
    for (label, entry) in zip(labels, entries) {
      let total = entry.attribution.creditTotal.conversions
      for (id, credit) in entry.attribution.credits.enumerated() {
        rows.append(
          [
            .text(label), .text(paths.touchpoints.names[id]),
            .init(tidy: credit.conversions), .init(tidy: credit.value),
            .init(tidy: total == 0 ? 0 : credit.conversions / total),
          ] + (hasUncertainty ? Self.cells(entry.uncertainty?.conversions[id]) : []))
      }
      let baseline = entry.attribution.baseline
      rows.append(
        [
          .text(label), .text("(baseline)"), .init(tidy: baseline.conversions), .init(tidy: baseline.value), .empty,
        ] + (hasUncertainty ? Self.cells(nil) : []))
    }
    return ResultTable(
      columns: ["model", "touchpoint", "conversions", "value", "share"]
        + (hasUncertainty ? ["conversions_low", "conversions_high", "conversions_se"] : []), rows: rows)
  }

  private var hasUncertainty: Bool { entries.contains { $0.uncertainty != nil } }

  private static func cells(_ spread: CreditUncertainty.Spread?) -> [ResultTable.Cell] {
    guard let spread else { return [.empty, .empty, .empty] }
    return [spread.interval.lowerBound, spread.interval.upperBound, spread.standardError].map { .init(tidy: $0) }
  }
}
