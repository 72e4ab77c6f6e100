import TouchstoneJourneys
import TouchstoneText

/// Everything that turns a raw event log into journeys, as a YAML file or a command line says it.
public struct JourneySpecification: Sendable {
  public var events = EventFormat()
  public var rules = JourneyRules()
  public var touchpoints = TouchpointRules()
  /// By touchpoint.
  public var attributes: [String: TouchpointAttributes] = [:]
  /// A file of costs by date and touchpoint.
  public var costs: String?

  /// The lookbacks that were asked for; a command line may replace either.
  private var lookback: DurationText?
  private var impressionLookback: DurationText?

  public init() {}

  /// Sets the lookbacks that are given. That of impressions follows the other one unless it was ever given itself.
  package mutating func set(lookback: DurationText?, impressions: DurationText?) {
    self.lookback = lookback ?? self.lookback
    impressionLookback = impressions ?? impressionLookback
    if let lookback = self.lookback {
      rules.lookback = lookback.microseconds
      rules.impressionLookback = lookback.microseconds
    }
    if let impressionLookback { rules.impressionLookback = impressionLookback.microseconds }
  }
}
