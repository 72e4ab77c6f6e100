import TouchstoneText

/// How events become journeys; see <doc:BuildingJourneys> for what each rule does and in which order they apply.
public struct JourneyRules: Sendable, Equatable {
  /// What becomes of events of one person that agree in everything.
  public var duplicates = Duplicates.drop
  /// The most touches of a person that is not taken for a bot; `nil` for no limit.
  public var maximumTouches: Int?
  /// What becomes of a refund.
  public var refunds = Refunds.net
  /// The longest pause inside a journey, in microseconds; `nil` for no limit.
  public var gap: Int64?
  /// How far a conversion's journey reaches back besides the lookback.
  public var conversions = Conversions.endJourney
  /// How far back a conversion looks, in microseconds; `nil` for no limit.
  public var lookback: Int64? = 90 * Microseconds.perDay
  /// How far back it looks for impressions; `nil` for no limit.
  public var impressionLookback: Int64? = 90 * Microseconds.perDay
  /// What becomes of touches behind a person's last conversion.
  public var afterConversion = AfterConversion.newJourney
  /// What becomes of direct touches.
  public var direct = Direct.keep
  /// The names of direct touchpoints, compared without case.
  public var directNames = usualDirectNames
  /// The most touches by one touchpoint in a row; `nil` for no limit.
  public var repeats: Int?
  /// What puts touches of one instant in order.
  public var ties = Ties.kind

  public init() {}

  /// What becomes of all but one of equal events.
  public enum Duplicates: String, Sendable, CaseIterable {
    case drop, keep
  }

  /// What becomes of a value below 0.
  public enum Refunds: String, Sendable, CaseIterable {
    /// Taken off the value of the person's latest conversion.
    case net
    /// Left out.
    case drop
    /// Refused when they are read.
    case reject
  }

  /// What a conversion's journey is.
  public enum Conversions: String, Sendable, CaseIterable {
    /// A conversion ends a journey.
    case endJourney = "end-journey"
    /// Every conversion looks back over the whole window.
    case lookBack = "look-back"
  }

  /// What touches behind a conversion are.
  public enum AfterConversion: String, Sendable, CaseIterable {
    /// The beginning of a journey, whether or not it converts.
    case newJourney = "new-journey"
    /// Touches behind a person's last conversion are no journeys.
    case drop
  }

  /// What becomes of direct touches.
  public enum Direct: String, Sendable, CaseIterable {
    /// They are touches like any other.
    case keep
    /// Taken out of journeys that have another touch.
    case drop
  }

  /// What puts touches of one instant in order.
  public enum Ties: String, Sendable, CaseIterable {
    /// Impressions, then clicks, then visits; then the touchpoint's name.
    case kind
    /// The touchpoint's name.
    case name
  }

  /// What analytics tools call a visit without a source.
  public static let usualDirectNames = [
    "direct", "(direct)", "direct / none", "(direct) / (none)", "直接访问", "直接",
  ]
}
