import Journeys

/// Everything that turns a raw event log into journeys, as a YAML file or a command line says it.
public struct JourneySpecification: Sendable {
  public var events = EventFormat()
  public var rules = JourneyRules()
  public var touchpoints = TouchpointRules()
  /// By touchpoint.
  public var attributes: [String: TouchpointAttributes] = [:]
  /// A file of costs by date and touchpoint.
  public var costs: String?

  public init() {}
}
