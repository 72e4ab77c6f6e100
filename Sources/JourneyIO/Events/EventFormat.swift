import TouchstoneJourneys

/// How an event log is written. Everything left `nil` or empty is detected from the input.
public struct EventFormat: Sendable, Equatable {
  /// What stands between two fields of CSV, one ASCII character.
  public var delimiter: UInt8?
  /// The columns of identifiers; with several, persons are joined by them.
  public var userColumns: [String] = []
  /// The column of the time. For this and the following columns, `none` means that there is no such column.
  public var timeColumn: String?
  /// The column of the touchpoint.
  public var touchpointColumn: String?
  /// Instead of a touchpoint, or besides it for rules to look at.
  public var sourceColumn: String?
  /// As ``sourceColumn``.
  public var mediumColumn: String?
  /// As ``sourceColumn``.
  public var campaignColumn: String?
  /// The column whose values ``kinds`` explains.
  public var kindColumn: String?
  /// The column that says whether, or how often, an event is a conversion.
  public var conversionsColumn: String?
  /// The column of the conversions' value; below 0 a refund.
  public var valueColumn: String?
  /// The column of what the event cost, from 0 on.
  public var costColumn: String?
  /// Columns of further numbers, whose means are wanted by touchpoint.
  public var measureColumns: [String] = []
  /// How times are written.
  public var time = TimeFormat()
  /// What the kind column calls impressions, clicks, conversions and refunds, compared without case; all else is a
  /// visit.
  public var kinds = EventKinds()
  /// What becomes of a touch that names no touchpoint.
  public var emptyTouchpoints = PathTableFormat.EmptyTouchpoints.reject
  /// What a conversion that names a touchpoint is.
  public var conversionRows = ConversionRows.touch
  /// Whether refunds are refused when they are read; what else becomes of them is the builder's matter.
  public var refunds = JourneyRules.Refunds.net
  /// With several id columns, an identifier with more different companions than that joins nobody.
  public var sharedIdentifiers = IdentityReport.defaultSharedIdentifiers

  public init() {}

  /// What a conversion that names a touchpoint is.
  public enum ConversionRows: String, Sendable, CaseIterable {
    /// A conversion, and the journey's last touch.
    case touch
    /// A conversion alone.
    case outcome
  }
}

/// What the values of the kind column mean, compared without case.
public struct EventKinds: Sendable, Equatable {
  /// Values that mean an impression.
  public var impressions = ["impression", "impressions", "view", "imp", "曝光"]
  /// Values that mean a click.
  public var clicks = ["click", "clicks", "点击"]
  /// Values that mean a conversion, where no column of conversions says so.
  public var conversions = ["conversion", "purchase", "order", "转化", "购买"]
  /// Values that mean a refund.
  public var refunds = ["refund", "退款"]

  public init() {}

  /// What one value says.
  enum Meaning: Sendable {
    case touch(TouchKind)
    case conversion
    case refund
  }

  func meaning(_ text: String) -> Meaning {
    let text = text.lowercased()
    func contains(_ names: [String]) -> Bool { names.contains { $0.lowercased() == text } }
    if contains(conversions) { return .conversion }
    if contains(refunds) { return .refund }
    if contains(impressions) { return .touch(.impression) }
    return .touch(contains(clicks) ? .click : .visit)
  }
}
