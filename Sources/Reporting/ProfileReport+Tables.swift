import TouchstoneAttribution
import TouchstoneJourneys

/// The tables of a profile, most of them with one row a touchpoint; and the one that programs read.
extension ProfileReport {
  /// The touchpoints with the most credit first.
  private var sorted: [TouchpointFigures] {
    figures.sorted { ($1.credit.conversions, $0.id) < ($0.credit.conversions, $1.id) }
  }

  var tables: [ResultTable] {
    var tables = [reachTable, roleTable, associationTable, creditTable, loyaltyTable]
    tables += [measureTable].compactMap { $0 }
    tables += [lengthTable, lagTable, pathTable, combinationTable(size: 2), combinationTable(size: 3)]
    if let matrix = StageMatrix(names, content.attributes) { tables += matrix.tables }
    return tables.filter { !$0.rows.isEmpty }
  }

  private typealias Column = (name: String, cell: (TouchpointFigures) -> ResultTable.Cell)

  private func table(_ title: String, _ columns: [Column]) -> ResultTable {
    ResultTable(
      title: title, columns: ["touchpoint"] + columns.map(\.name),
      rows: sorted.map { figures in
        [.text(names[figures.id])] + columns.map { $0.cell(figures) }
      })
  }

  private var reachTable: ResultTable {
    var columns: [Column] = [
      ("touches", { .init(count: $0.counts.touchEvents) }), ("persons", { .init(count: $0.counts.persons) }),
      ("of persons", { .init(share: $0.coverage) }), ("converters", { .init(count: $0.counts.converters) }),
      ("of converters", { .init(share: $0.converterCoverage) }), ("frequency", { .init($0.frequency, decimals: 2) }),
    ]
    if figures.contains(where: { $0.impressions > 0 }) {
      columns.append(("impressions", { .init($0.impressions, decimals: 0) }))
    }
    if figures.contains(where: { $0.clicks > 0 }) {
      columns.append(("clicks", { .init($0.clicks, decimals: 0) }))
      columns.append(("click-through", { .init(share: $0.clickThroughRate) }))
    }
    return table("Coverage and frequency", columns)
  }

  private var roleTable: ResultTable {
    table(
      "Roles: conversions by position, and how much more often than all touchpoints it takes that position",
      [
        ("solo", { .init($0.counts.solo, decimals: 0) }), ("first", { .init($0.counts.first, decimals: 0) }),
        ("middle", { .init($0.counts.middle, decimals: 0) }), ("last", { .init($0.counts.last, decimals: 0) }),
        ("introducer", { .init($0.introducerIndex, decimals: 2) }),
        ("influencer", { .init($0.influencerIndex, decimals: 2) }),
        ("closer", { .init($0.closerIndex, decimals: 2) }), ("role", { .text($0.role ?? "") }),
      ])
  }

  private var associationTable: ResultTable {
    table(
      "Journeys with and without it (an association, not an effect)",
      [
        ("journeys", { .init(count: $0.counts.journeys) }),
        ("converting", { .init(count: $0.counts.convertingJourneys) }),
        ("rate with", { .init(share: $0.rateWith) }), ("rate without", { .init(share: $0.rateWithout) }),
        ("lift", { .init($0.lift, decimals: 2) }), ("days to conversion", { .init($0.meanLagDays, decimals: 1) }),
      ])
  }

  private var creditTable: ResultTable {
    let uncertainty = content.uncertainty
    var columns: [Column] = [
      ("conversions", { .init($0.credit.conversions, uncertainty?.conversions[$0.id], decimals: 1) }),
      ("share", { .init(share: $0.creditShare) }),
    ]
    if content.hasValue {
      columns.append(("value", { .init($0.credit.value, uncertainty?.value?[$0.id], decimals: 2) }))
    }
    if figures.contains(where: { $0.cost != nil }) {
      columns.append(("cost", { .init($0.cost, decimals: 2) }))
      columns.append(("cost a touch", { .init($0.costPerTouch, decimals: 3) }))
      columns.append(("CAC", { .init($0.acquisitionCost, decimals: 2) }))
      if content.hasValue { columns.append(("ROAS", { .init($0.returnOnSpend, decimals: 2) })) }
    }
    columns.append(("high value", { .text($0.isHighValue ? "yes" : "") }))
    let percent = NumberText.percent(TouchpointFigures.highValueShare, decimals: 0)
    return table(
      "Credit by \(modelName)\(NumberText.intervals(uncertainty?.level)) (CAC is cost a credited conversion);"
        + " the high-value group is the smallest set with \(percent) of the credit",
      columns)
  }

  private var loyaltyTable: ResultTable {
    var columns: [Column] = [
      ("converters", { .init(count: $0.counts.introduced) }), ("bought again", { .init(share: $0.repurchaseRate) }),
    ]
    if content.hasValue { columns.append(("lifetime value", { .init($0.lifetimeValue, decimals: 2) })) }
    return table("Converters by the touchpoint that introduced them", columns)
  }

  /// The further numbers. What events cost is the first measure where they say it, and shown elsewhere.
  var measures: [(index: Int, name: String)] {
    content.profile.measureNames.enumerated().dropFirst(content.profile.hasCost ? 1 : 0).map { ($0, $1) }
  }

  /// The means of the further numbers; `nil` where there are none.
  private var measureTable: ResultTable? {
    guard !measures.isEmpty else { return nil }
    return table(
      "Means over its events",
      measures.map { index, name in (name, { .init($0.mean(index), decimals: 3) }) })
  }

  /// One row a touchpoint, every figure a column.
  package var tidyTable: ResultTable {
    ResultTable(
      columns: [
        "touchpoint", "touches", "persons", "coverage", "converters", "converter_coverage", "frequency", "journeys",
        "converting_journeys", "rate_with", "rate_without", "lift", "mean_lag_days", "solo", "first", "middle", "last",
        "introducer_index", "influencer_index", "closer_index", "impressions", "clicks", "click_through_rate",
        "credited_conversions", "credited_value", "cost", "cost_per_touch", "cac", "roas", "introduced",
        "repurchase_rate", "lifetime_value", "high_value",
      ] + (content.uncertainty == nil ? [] : ["conversions_low", "conversions_high", "conversions_se"]),
      rows: sorted.map { figures in
        let counts = figures.counts
        let spread = content.uncertainty?.conversions[figures.id]
        let intervals = spread.map { [$0.interval.lowerBound, $0.interval.upperBound, $0.standardError] } ?? []
        let numbers: [Double?] = [
          Double(counts.touchEvents), Double(counts.persons), figures.coverage, Double(counts.converters),
          figures.converterCoverage, figures.frequency, Double(counts.journeys), Double(counts.convertingJourneys),
          figures.rateWith, figures.rateWithout, figures.lift, figures.meanLagDays, counts.solo, counts.first,
          counts.middle,
          counts.last, figures.introducerIndex, figures.influencerIndex, figures.closerIndex, figures.impressions,
          figures.clicks, figures.clickThroughRate, figures.credit.conversions, figures.credit.value, figures.cost,
          figures.costPerTouch, figures.acquisitionCost, figures.returnOnSpend, Double(counts.introduced),
          figures.repurchaseRate, figures.lifetimeValue, figures.isHighValue ? 1 : 0,
        ]
        return [.text(names[figures.id])] + (numbers + intervals).map { .init(tidy: $0) }
      })
  }
}
