import TouchstoneAttribution
import TouchstoneJourneys

/// The touchpoint profile: what journeys say about each touchpoint.
package struct ProfileReport: Report {
  /// What the report is made of.
  package struct Content: Sendable {
    package let profile: JourneyProfile
    package let paths: PathTable
    package let hasValue: Bool
    package let account: AccountReport
    /// How the input was read, in one line.
    package let layout: String
    /// The model whose credit is used, and its credit.
    package let model: any AttributionModel
    package let attribution: Attribution
    /// How sure its credit is, where that was asked for.
    package let uncertainty: CreditUncertainty?
    /// By touchpoint id; `nil` where nothing is known.
    package let spend: [CostTable.Totals?]
    /// By touchpoint name.
    package let attributes: [String: TouchpointAttributes]
    /// Sentences about the input that the reader should know.
    package let remarks: [String]

    package init(
      profile: JourneyProfile, paths: PathTable, hasValue: Bool, account: AccountReport, layout: String,
      model: any AttributionModel, attribution: Attribution, uncertainty: CreditUncertainty? = nil,
      spend: [CostTable.Totals?], attributes: [String: TouchpointAttributes], remarks: [String] = []
    ) {
      precondition(spend.count == profile.touchpoints.count, "one spend a touchpoint")
      self.profile = profile
      self.paths = paths
      self.hasValue = hasValue
      self.account = account
      self.layout = layout
      self.model = model
      self.attribution = attribution
      self.uncertainty = uncertainty
      self.spend = spend
      self.attributes = attributes
      self.remarks = remarks
    }
  }

  let content: Content
  let figures: [TouchpointFigures]

  package init(_ content: Content) {
    self.content = content
    figures = TouchpointFigures.all(content)
  }

  var names: [String] { content.profile.touchpoints.names }
  var modelName: String { ModelCatalogue.label(of: content.model) }

  package var blocks: [ReportBlock] { content.account.blocks + tables.map(ReportBlock.table) + [.notes(remarks)] }

  /// What became of the events, and the remarks, for a terminal beside CSV, which holds figures only.
  package var summary: String { content.account.text + TerminalRenderer().lines(remarks) }

  var remarks: [String] {
    var remarks = content.remarks
    remarks.append(
      "lift compares journeys with a touchpoint to those without; it is an association, not an effect:"
        + " who meets a touchpoint may have been readier to buy")
    if content.attributes.isEmpty {
      remarks.append(
        "no stage × media matrix: say in a specification (--spec) which media and stage each touchpoint belongs to")
    }
    if content.spend.allSatisfy({ $0 == nil }) {
      remarks.append("no costs: give them with --costs, a cost column, or cost-per-touch in a specification")
    }
    remarks.append("read with \(content.layout)")
    return remarks
  }
}
