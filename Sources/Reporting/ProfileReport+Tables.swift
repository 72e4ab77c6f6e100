import TouchstoneAttribution
import TouchstoneJourneys

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

  private static func whole(_ value: Int) -> ResultTable.Cell { .number(Double(value), decimals: 0) }

  private static func number(_ value: Double?, _ decimals: Int) -> ResultTable.Cell {
    value.map { .number($0, decimals: decimals) } ?? .empty
  }

  private static func percent(_ value: Double?) -> ResultTable.Cell { value.map { .percent($0) } ?? .empty }

  private var reachTable: ResultTable {
    var columns: [Column] = [
      ("touches", { Self.whole($0.own.touchEvents) }), ("persons", { Self.whole($0.own.persons) }),
      ("of persons", { Self.percent($0.coverage) }), ("converters", { Self.whole($0.own.converters) }),
      ("of converters", { Self.percent($0.converterCoverage) }), ("frequency", { Self.number($0.frequency, 2) }),
    ]
    if figures.contains(where: { $0.impressions > 0 }) {
      columns.append(("impressions", { Self.number($0.impressions, 0) }))
    }
    if figures.contains(where: { $0.clicks > 0 }) {
      columns.append(("clicks", { Self.number($0.clicks, 0) }))
      columns.append(("click-through", { Self.percent($0.clickThroughRate) }))
    }
    return table("Coverage and frequency", columns)
  }

  private var roleTable: ResultTable {
    table(
      "Roles: conversions by position, and how much more often than all touchpoints it takes that position",
      [
        ("solo", { Self.number($0.own.solo, 0) }), ("first", { Self.number($0.own.first, 0) }),
        ("middle", { Self.number($0.own.middle, 0) }), ("last", { Self.number($0.own.last, 0) }),
        ("introducer", { Self.number($0.introducerIndex, 2) }),
        ("influencer", { Self.number($0.influencerIndex, 2) }),
        ("closer", { Self.number($0.closerIndex, 2) }), ("role", { .text($0.role ?? "") }),
      ])
  }

  private var associationTable: ResultTable {
    table(
      "Journeys with and without it (an association, not an effect)",
      [
        ("journeys", { Self.whole($0.own.journeys) }), ("converting", { Self.whole($0.own.convertingJourneys) }),
        ("rate with", { Self.percent($0.rateWith) }), ("rate without", { Self.percent($0.rateWithout) }),
        ("lift", { Self.number($0.lift, 2) }), ("days to conversion", { Self.number($0.meanLagDays, 1) }),
      ])
  }

  private var creditTable: ResultTable {
    let uncertainty = content.uncertainty
    func cell(_ credit: Double, _ spread: CreditUncertainty.Spread?, decimals: Int) -> ResultTable.Cell {
      guard let spread else { return Self.number(credit, decimals) }
      return .interval(credit, spread.interval, decimals: decimals)
    }
    var columns: [Column] = [
      ("conversions", { cell($0.credit.conversions, uncertainty?.conversions[$0.id], decimals: 1) }),
      ("share", { Self.percent($0.creditShare) }),
    ]
    if content.hasValue {
      columns.append(("value", { cell($0.credit.value, uncertainty?.value?[$0.id], decimals: 2) }))
    }
    if figures.contains(where: { $0.cost != nil }) {
      columns.append(("cost", { Self.number($0.cost, 2) }))
      columns.append(("cost a touch", { Self.number($0.costPerTouch, 3) }))
      columns.append(("CAC", { Self.number($0.acquisitionCost, 2) }))
      if content.hasValue { columns.append(("ROAS", { Self.number($0.returnOnSpend, 2) })) }
    }
    columns.append(("high value", { .text($0.isHighValue ? "yes" : "") }))
    let percent = NumberText.percent(TouchpointFigures.highValueShare, decimals: 0)
    let level = uncertainty.map { ", with \(NumberText.percent($0.level, decimals: 0)) intervals" } ?? ""
    return table(
      "Credit by \(modelName)\(level) (CAC is cost a credited conversion); the high-value group is the smallest set with \(percent) of the credit",
      columns)
  }

  private var loyaltyTable: ResultTable {
    var columns: [Column] = [
      ("converters", { Self.whole($0.own.introduced) }), ("bought again", { Self.percent($0.repurchaseRate) }),
    ]
    if content.hasValue { columns.append(("lifetime value", { Self.number($0.lifetimeValue, 2) })) }
    return table("Converters by the touchpoint that introduced them", columns)
  }

  /// The means of the further numbers; `nil` where there are none.
  private var measureTable: ResultTable? {
    let measures = content.profile.measureNames.enumerated().dropFirst(content.profile.hasCost ? 1 : 0)
    guard !measures.isEmpty else { return nil }
    return table(
      "Means over its events",
      measures.map { index, name in
        (
          name,
          { figures in
            let count = figures.own.measureCounts[index]
            return Self.number(count > 0 ? figures.own.measureSums[index] / Double(count) : nil, 3)
          }
        )
      })
  }

  // MARK: Distributions

  /// The classes of path lengths that are shown.
  private static let lengthClasses: [ClosedRange<Int>] = [
    1...1, 2...2, 3...3, 4...4, 5...5, 6...10, 11...20, 21...Int.max,
  ]

  private var lengthTable: ResultTable {
    ResultTable(
      title: "Path lengths", columns: ["touches", "converting", "other", "rate"],
      rows: Self.lengthClasses.compactMap { range in
        let counts = content.profile.lengths.filter { range.contains($0.key) }
        let converting = counts.reduce(0) { $0 + $1.value.converting }
        let other = counts.reduce(0) { $0 + $1.value.other }
        guard converting + other > 0 else { return nil }
        let name =
          range.count == 1
          ? "\(range.lowerBound)"
          : range.upperBound == .max ? "\(range.lowerBound) and more" : "\(range.lowerBound) to \(range.upperBound)"
        return [
          .text(name), Self.whole(converting), Self.whole(other),
          .percent(Double(converting) / Double(converting + other)),
        ]
      })
  }

  private var lagTable: ResultTable {
    let total = content.profile.lags.reduce(0, +)
    var seen = 0
    return ResultTable(
      title: "Time from the first touch to the conversion", columns: ["time", "journeys", "share", "up to here"],
      rows: content.profile.lags.enumerated().compactMap { index, count in
        guard total > 0 else { return nil }
        seen += count
        return [
          .text(Self.lagName(index)), Self.whole(count), .percent(Double(count) / Double(total)),
          .percent(Double(seen) / Double(total)),
        ]
      })
  }

  private static func lagName(_ index: Int) -> String {
    let bounds = JourneyProfile.lagBounds
    func name(_ bound: Double) -> String {
      bound < 1 ? "1 hour" : bound == 1 ? "1 day" : "\(NumberText.fixed(bound, decimals: 0)) days"
    }
    if index == bounds.count { return "\(name(bounds[index - 1])) and more" }
    return index == 0 ? "under \(name(bounds[0]))" : "\(name(bounds[index - 1])) to \(name(bounds[index]))"
  }

  // MARK: Paths and combinations

  private static let shownPaths = 10

  var topPaths: [(path: [String], totals: PathTotals)] {
    content.paths.rowsByWeight().prefix(Self.shownPaths).map { row in
      content.paths.withRow(row) { path, totals, _ in (path.map { names[Int($0)] }, totals) }
    }
  }

  private var pathTable: ResultTable {
    ResultTable(
      title: "Paths with the most conversions",
      columns: ["path", "conversions", "journeys", "rate"] + (content.hasValue ? ["value"] : []),
      rows: topPaths.map { path, totals in
        [
          .text(path.joined(separator: " > ")), Self.number(totals.conversions, 0),
          Self.number(totals.journeys, 0), .percent(totals.conversions / totals.journeys),
        ] + (content.hasValue ? [.number(totals.value, decimals: 2)] : [])
      })
  }

  /// The conversion rate of all journeys with touches.
  var overallRate: Double {
    let touched = content.paths.touched
    return touched.journeys > 0 ? touched.conversions / touched.journeys : 0
  }

  func combinations(size: Int) -> [(names: [String], totals: PathTotals, rate: Double, lift: Double?)] {
    TouchpointCombination.all(in: content.paths, size: size).prefix(Self.shownPaths).map { combination in
      let rate = combination.totals.conversions / combination.totals.journeys
      return (
        combination.touchpoints.map { names[Int($0)] }, combination.totals, rate,
        overallRate > 0 ? rate / overallRate : nil
      )
    }
  }

  /// What a title says where not all touchpoints take part.
  private var combinationLimit: String {
    names.count > TouchpointCombination.usualLimit
      ? " (of the \(TouchpointCombination.usualLimit) touchpoints on the most journeys)" : ""
  }

  private func combinationTable(size: Int) -> ResultTable {
    ResultTable(
      title: size == 2
        ? "Pairs on one journey, and their rate against all journeys\(combinationLimit)"
        : "Triples on one journey\(combinationLimit)",
      columns: ["touchpoints", "conversions", "journeys", "rate", "lift"],
      rows: combinations(size: size).map { names, totals, rate, lift in
        [
          .text(names.joined(separator: " + ")), Self.number(totals.conversions, 0),
          Self.number(totals.journeys, 0), .percent(rate), Self.number(lift, 2),
        ]
      })
  }

  // MARK: CSV

  /// One row a touchpoint, every figure a column.
  var tidyTable: ResultTable {
    ResultTable(
      title: "",
      columns: [
        "touchpoint", "touches", "persons", "coverage", "converters", "converter_coverage", "frequency", "journeys",
        "converting_journeys", "rate_with", "rate_without", "lift", "mean_lag_days", "solo", "first", "middle", "last",
        "introducer_index", "influencer_index", "closer_index", "impressions", "clicks", "click_through_rate",
        "credited_conversions", "credited_value", "cost", "cost_per_touch", "cac", "roas", "introduced",
        "repurchase_rate", "lifetime_value", "high_value",
      ] + (content.uncertainty == nil ? [] : ["conversions_low", "conversions_high", "conversions_se"]),
      rows: sorted.map { figures in
        let own = figures.own
        let spread = content.uncertainty?.conversions[figures.id]
        let intervals = spread.map { [$0.interval.lowerBound, $0.interval.upperBound, $0.standardError] } ?? []
        let numbers: [Double?] = [
          Double(own.touchEvents), Double(own.persons), figures.coverage, Double(own.converters),
          figures.converterCoverage, figures.frequency, Double(own.journeys), Double(own.convertingJourneys),
          figures.rateWith, figures.rateWithout, figures.lift, figures.meanLagDays, own.solo, own.first, own.middle,
          own.last, figures.introducerIndex, figures.influencerIndex, figures.closerIndex, figures.impressions,
          figures.clicks, figures.clickThroughRate, figures.credit.conversions, figures.credit.value, figures.cost,
          figures.costPerTouch, figures.acquisitionCost, figures.returnOnSpend, Double(own.introduced),
          figures.repurchaseRate, figures.lifetimeValue, figures.isHighValue ? 1 : 0,
        ]
        return [.text(names[figures.id])] + (numbers + intervals).map { Self.number($0, 6) }
      })
  }
}
