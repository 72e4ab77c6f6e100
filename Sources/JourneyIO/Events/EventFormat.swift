import Journeys

/// How an event log is written. Everything left `nil` or empty is detected from the input.
public struct EventFormat: Sendable, Equatable {
  /// What stands between two fields of CSV, one ASCII character.
  public var delimiter: UInt8?
  /// The columns of identifiers; with several, persons are joined by them.
  public var userColumns: [String] = []
  public var timeColumn: String?
  public var touchpointColumn: String?
  /// Instead of a touchpoint, or besides it for rules to look at.
  public var sourceColumn: String?
  public var mediumColumn: String?
  public var campaignColumn: String?
  public var kindColumn: String?
  public var conversionsColumn: String?
  public var valueColumn: String?
  public var costColumn: String?
  /// Columns of further numbers, whose means are wanted by touchpoint.
  public var measureColumns: [String] = []
  public var time = TimeFormat()
  /// What the kind column calls impressions, clicks, conversions and refunds, compared without case; all else is a visit.
  public var kinds = EventKinds()
  public var emptyTouchpoints = PathTableFormat.EmptyTouchpoints.reject
  public var conversionRows = ConversionRows.touch
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
  public var impressions = ["impression", "impressions", "view", "imp", "曝光"]
  public var clicks = ["click", "clicks", "点击"]
  public var conversions = ["conversion", "purchase", "order", "转化", "购买"]
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
