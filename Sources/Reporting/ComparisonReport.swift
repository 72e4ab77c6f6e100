import TouchstoneAttribution
import TouchstoneJourneys

/// Models side by side.
package struct ComparisonReport: Report {
  /// What one model said.
  package struct Entry: Sendable {
    package let model: any AttributionModel
    package let attribution: Attribution
    /// How sure the figures are, where that was asked for.
    package let uncertainty: CreditUncertainty?

    package init(
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
  package init(
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

  package var blocks: [ReportBlock] { [.headline(headline)] + tables.map(ReportBlock.table) + [.notes(notes)] }

  var labels: [String] { entries.map { ModelCatalogue.label(of: $0.model) } }

  private var headline: String {
    let totals = paths.totals
    let rate = totals.journeys > 0 ? totals.conversions / totals.journeys : 0
    let text =
      "\(source): \(NumberText.count(totals.journeys)) journeys"
      + " along \(NumberText.count(Double(paths.pathCount))) paths"
      + " of \(NumberText.count(Double(paths.touchpoints.count))) touchpoints,"
      + " \(NumberText.count(totals.conversions)) conversions (\(NumberText.percent(rate)))"
    return hasValue ? text + ", value \(NumberText.fixed(totals.value, decimals: 2))" : text
  }

  // MARK: Notes

  private var notes: [String] {
    (layout.isEmpty ? [] : ["read with \(layout)"]) + zip(labels, entries).compactMap(note) + remarks
  }

  /// What a model says about itself in a line; `nil` where that is nothing.
  private func note(_ label: String, _ entry: Entry) -> String? {
    var parts = entry.attribution.diagnostics.compactMap(Self.words)
    if !entry.attribution.sumsToTotal { parts.append("credits overlap and do not sum to the total") }
    if entry.model.traits.contains(.needsNonConverting) && paths.totals.nonConverting == 0 {
      parts.append("every journey converts here, so rates are all 1 and say nothing")
    }
    if let ranks = indistinguishable(entry) { parts.append(ranks) }
    return parts.isEmpty ? nil : "\(label): \(parts.joined(separator: ", "))"
  }

  /// A finding of one figure in words; those of many figures have tables.
  private static func words(_ diagnostic: Diagnostic) -> String? {
    switch diagnostic.finding {
    case .number(let value):
      "\(diagnostic.name) \(value.magnitude < 1e-3 ? NumberText.short(value) : NumberText.fixed(value, decimals: 4))"
    case .integer(let value): "\(diagnostic.name) \(value)"
    case .text(let text): "\(diagnostic.name) \(text)"
    case .perTouchpoint, .perPosition, .chain: nil
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
}
