import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneText

/// The touchpoint profile: what journeys say about each touchpoint, in every output format.
public struct ProfileReport: Sendable {
  /// What the report is made of.
  public struct Content: Sendable {
    public let profile: JourneyProfile
    public let paths: PathTable
    public let hasValue: Bool
    public let account: AccountReport
    /// How the input was read, in one line.
    public let layout: String
    /// The model whose credit is used, and its credit.
    public let model: any AttributionModel
    public let attribution: Attribution
    /// How sure its credit is, where that was asked for.
    public let uncertainty: CreditUncertainty?
    /// By touchpoint id; `nil` where nothing is known.
    public let spend: [CostTable.Totals?]
    /// By touchpoint name.
    public let attributes: [String: TouchpointAttributes]
    /// Sentences about the input that the reader should know.
    public let remarks: [String]

    public init(
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

  public init(_ content: Content) {
    self.content = content
    figures = TouchpointFigures.all(content)
  }

  var names: [String] { content.profile.touchpoints.names }
  var modelName: String { ModelCatalogue.label(of: content.model) }

  /// The report as text that ends in a line feed.
  public func text(_ format: OutputFormat) -> String {
    switch format {
    case .table:
      let notes = remarks.map { Escaping.terminal($0) + "\n" }.joined()
      return ([content.account.text] + tables.map { $0.alignedText() } + [notes]).filter { !$0.isEmpty }
        .joined(separator: "\n")
    case .markdown:
      let head = Escaping.markdown(content.account.headline) + "\n\n" + content.account.table.markdown()
      let notes =
        ([content.account.conversions] + remarks).map { "- " + Escaping.markdown($0) + "\n" }.joined()
      return ([head] + (content.account.identityTables + tables).map { $0.markdown() } + [notes]).joined(
        separator: "\n")
    case .csv: return tidyTable.csv()
    case .json: return JSONDocument.text(document)
    }
  }

  /// What became of the events, and the remarks, for formats that hold figures only.
  public var summary: String {
    content.account.text + remarks.map { Escaping.terminal($0) + "\n" }.joined()
  }

  var remarks: [String] {
    var remarks = content.remarks
    remarks.append(
      "lift compares journeys with a touchpoint to those without; it is an association, not an effect: who meets a touchpoint may"
        + " have been readier to buy")
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
