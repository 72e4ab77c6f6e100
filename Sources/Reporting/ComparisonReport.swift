import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneText

/// Models side by side, in every output format.
public struct ComparisonReport: Sendable {
  /// What one model said.
  public struct Entry: Sendable {
    public let model: any AttributionModel
    public let attribution: Attribution
    /// How sure the figures are, where that was asked for.
    public let uncertainty: CreditUncertainty?

    public init(
      model: any AttributionModel, attribution: Attribution, uncertainty: CreditUncertainty? = nil
    ) {
      self.model = model
      self.attribution = attribution
      self.uncertainty = uncertainty
    }
  }

  let source: String
  let paths: PathTable
  let layout: String
  let hasValue: Bool
  let entries: [Entry]
  let includesDetails: Bool
  let account: AccountReport?
  let remarks: [String]

  /// - Parameters:
  ///   - source: The input's name, for titles.
  ///   - paths: What was attributed.
  ///   - layout: How the input was read, in one line; empty where nothing was detected.
  ///   - hasValue: Whether the input says what conversions were worth.
  ///   - entries: The models, in the order to show them.
  ///   - includesDetails: Whether removal effects, reach and transitions are shown.
  ///   - account: What became of the events, where journeys were made of them; JSON carries it.
  ///   - remarks: Sentences that the reader should know.
  public init(
    source: String, paths: PathTable, layout: String = "", hasValue: Bool, entries: [Entry],
    includesDetails: Bool = false, account: AccountReport? = nil, remarks: [String] = []
  ) {
    self.source = source
    self.paths = paths
    self.layout = layout
    self.hasValue = hasValue
    self.entries = entries
    self.includesDetails = includesDetails
    self.account = account
    self.remarks = remarks
  }

  /// The report as text that ends in a line feed.
  public func text(_ format: OutputFormat) -> String {
    switch format {
    case .table:
      let tables = allTables.map { $0.alignedText() }
      return ([Escaping.terminal(headline) + "\n"] + tables + [notes { $0 }].filter { !$0.isEmpty })
        .joined(separator: "\n")
    case .markdown:
      let tables = allTables.map { $0.markdown() }
      return
        ([Escaping.markdown(headline) + "\n"] + tables
        + [notes { "- " + Escaping.markdown($0) }].filter { !$0.isEmpty })
        .joined(separator: "\n")
    case .csv: return tidyTable.csv()
    case .json: return JSONDocument.text(document)
    }
  }

  private var labels: [String] { entries.map { ModelCatalogue.label(of: $0.model) } }

  private var headline: String {
    let totals = paths.totals
    let rate = totals.journeys > 0 ? totals.conversions / totals.journeys : 0
    var text =
      "\(source): \(count(totals.journeys)) journeys along \(count(Double(paths.pathCount))) paths"
      + " of \(count(Double(paths.touchpoints.count))) touchpoints,"
      + " \(count(totals.conversions)) conversions (\(NumberText.percent(rate)))"
    if hasValue { text += ", value \(NumberText.fixed(totals.value, decimals: 2))" }
    return text
  }

  private func count(_ value: Double) -> String {
    NumberText.fixed(value, decimals: value == value.rounded() ? 0 : 2)
  }

  // MARK: Tables

  private var allTables: [ResultTable] {
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
    let decimals = 1
    let level = entries.lazy.compactMap(\.uncertainty).first?.level
    let title = title + (level.map { ", with \(NumberText.percent($0, decimals: 0)) intervals" } ?? "")
    var rows = sortedTouchpoints.map { id in
      [.text(paths.touchpoints.names[id])]
        + entries.map { entry -> ResultTable.Cell in
          let credit = quantity(entry.attribution.credits[id])
          if let spreads = entry.uncertainty.flatMap(spreads) {
            return .interval(credit, spreads[id].interval, decimals: decimals)
          }
          return .number(credit, decimals: decimals)
        }
    }
    var totalRows = 1
    if paths.untouched.journeys > 0 {
      rows.append(
        [.text("(baseline)")]
          + entries.map { .number(quantity($0.attribution.baseline), decimals: decimals) })
      totalRows += 1
    }
    rows.append(
      [.text("total")]
        + entries.map {
          .number(
            quantity($0.attribution.creditTotal) + quantity($0.attribution.baseline),
            decimals: decimals)
        })
    return ResultTable(
      title: title, columns: ["touchpoint"] + labels, rows: rows, totalRows: totalRows)
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

  /// Which neighbours by credit the data do not tell apart, in one line.
  private func indistinguishable(_ entry: Entry) -> String? {
    guard let uncertainty = entry.uncertainty, let pairs = uncertainty.indistinguishable else { return nil }
    let level = NumberText.percent(uncertainty.level, decimals: 0)
    if pairs.isEmpty { return "the order of all touchpoints is settled at \(level)" }
    let names = paths.touchpoints.names
    return "not distinguishable at \(level): "
      + pairs.map { "\(names[$0.0]) and \(names[$0.1])" }.joined(separator: "; ")
  }

  /// One row a model and touchpoint: the shape that spreadsheets and data frames want.
  private var tidyTable: ResultTable {
    var rows: [[ResultTable.Cell]] = []
    for (label, entry) in zip(labels, entries) {
      let total = entry.attribution.creditTotal.conversions
      for (id, credit) in entry.attribution.credits.enumerated() {
        rows.append(
          [
            .text(label), .text(paths.touchpoints.names[id]),
            .number(credit.conversions, decimals: 6), .number(credit.value, decimals: 6),
            .number(total == 0 ? 0 : credit.conversions / total, decimals: 6),
          ] + (hasUncertainty ? Self.cells(entry.uncertainty?.conversions[id]) : []))
      }
      let baseline = entry.attribution.baseline
      rows.append(
        [
          .text(label), .text("(baseline)"), .number(baseline.conversions, decimals: 6),
          .number(baseline.value, decimals: 6), .empty,
        ] + (hasUncertainty ? Self.cells(nil) : []))
    }
    return ResultTable(
      title: "",
      columns: ["model", "touchpoint", "conversions", "value", "share"]
        + (hasUncertainty ? ["conversions_low", "conversions_high", "conversions_se"] : []), rows: rows)
  }

  private var hasUncertainty: Bool { entries.contains { $0.uncertainty != nil } }

  private static func cells(_ spread: CreditUncertainty.Spread?) -> [ResultTable.Cell] {
    guard let spread else { return [.empty, .empty, .empty] }
    return [spread.interval.lowerBound, spread.interval.upperBound, spread.standardError].map {
      .number($0, decimals: 6)
    }
  }

  /// What a model found, by touchpoint; one table for each kind of finding.
  private func detailTables(_ entry: Entry) -> [ResultTable] {
    let label = ModelCatalogue.label(of: entry.model)
    var tables: [ResultTable] = []
    let columns = entry.attribution.diagnostics.compactMap { diagnostic in
      if case .perTouchpoint(let values) = diagnostic.finding {
        (name: diagnostic.name, values: values)
      } else {
        nil
      }
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

  /// What each model says about itself in a line.
  private func notes(_ line: (String) -> String) -> String {
    var notes = layout.isEmpty ? [] : [line(Escaping.terminal("read with \(layout)"))]
    for (label, entry) in zip(labels, entries) {
      let findings = entry.attribution.diagnostics.compactMap { diagnostic -> String? in
        switch diagnostic.finding {
        case .number(let value):
          "\(diagnostic.name) \(value.magnitude < 1e-3 ? NumberText.short(value) : NumberText.fixed(value, decimals: 4))"
        case .integer(let value): "\(diagnostic.name) \(value)"
        case .text(let text): "\(diagnostic.name) \(text)"
        case .perTouchpoint, .perPosition, .chain: nil
        }
      }
      var note = findings.joined(separator: ", ")
      if !entry.attribution.sumsToTotal {
        note += (note.isEmpty ? "" : ", ") + "credits overlap and do not sum to the total"
      }
      if entry.model.traits.contains(.needsNonConverting) && paths.totals.nonConverting == 0 {
        note +=
          (note.isEmpty ? "" : ", ")
          + "every journey converts here, so rates are all 1 and say nothing"
      }
      if let ranks = indistinguishable(entry) {
        note += (note.isEmpty ? "" : ", ") + Escaping.terminal(ranks)
      }
      if !note.isEmpty { notes.append(line("\(label): \(note)")) }
    }
    notes += remarks.map { line(Escaping.terminal($0)) }
    return notes.isEmpty ? "" : notes.joined(separator: "\n") + "\n"
  }
}
