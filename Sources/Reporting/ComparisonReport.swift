import Attribution
import Journeys

/// Models side by side, in every output format.
public struct ComparisonReport: Sendable {
  /// What one model said.
  public struct Entry: Sendable {
    public let model: any AttributionModel
    public let attribution: Attribution

    public init(model: any AttributionModel, attribution: Attribution) {
      self.model = model
      self.attribution = attribution
    }
  }

  let source: String
  let paths: PathTable
  let layout: String
  let hasValue: Bool
  let entries: [Entry]
  let includesDetails: Bool
  let account: AccountReport?

  /// - Parameters:
  ///   - source: The input's name, for titles.
  ///   - paths: What was attributed.
  ///   - layout: How the input was read, in one line; empty where nothing was detected.
  ///   - hasValue: Whether the input says what conversions were worth.
  ///   - entries: The models, in the order to show them.
  ///   - includesDetails: Whether removal effects, reach and transitions are shown.
  ///   - account: What became of the events, where journeys were made of them; JSON carries it.
  public init(
    source: String, paths: PathTable, layout: String = "", hasValue: Bool, entries: [Entry],
    includesDetails: Bool = false, account: AccountReport? = nil
  ) {
    self.source = source
    self.paths = paths
    self.layout = layout
    self.hasValue = hasValue
    self.entries = entries
    self.includesDetails = includesDetails
    self.account = account
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
    var tables = [creditTable("Conversions credited", \.conversions)]
    if hasValue { tables.append(creditTable("Value credited", \.value)) }
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
    _ title: String, _ quantity: (Credit) -> Double
  ) -> ResultTable {
    let decimals = 1
    var rows = sortedTouchpoints.map { id in
      [.text(paths.touchpoints.names[id])]
        + entries.map {
          ResultTable.Cell.number(quantity($0.attribution.credits[id]), decimals: decimals)
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

  /// One row a model and touchpoint: the shape that spreadsheets and data frames want.
  private var tidyTable: ResultTable {
    var rows: [[ResultTable.Cell]] = []
    for (label, entry) in zip(labels, entries) {
      let total = entry.attribution.creditTotal.conversions
      for (id, credit) in entry.attribution.credits.enumerated() {
        rows.append([
          .text(label), .text(paths.touchpoints.names[id]),
          .number(credit.conversions, decimals: 6), .number(credit.value, decimals: 6),
          .number(total == 0 ? 0 : credit.conversions / total, decimals: 6),
        ])
      }
      let baseline = entry.attribution.baseline
      rows.append([
        .text(label), .text("(baseline)"), .number(baseline.conversions, decimals: 6),
        .number(baseline.value, decimals: 6), .empty,
      ])
    }
    return ResultTable(
      title: "", columns: ["model", "touchpoint", "conversions", "value", "share"], rows: rows)
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
      if !note.isEmpty { notes.append(line("\(label): \(note)")) }
    }
    return notes.isEmpty ? "" : notes.joined(separator: "\n") + "\n"
  }
}
