import TouchstoneJourneys

/// What a marketer sees of some users: their events, in the order of users and time, and what the days cost.
public struct ObservedEvents: Sendable {
  /// One event.
  public struct Observed: Sendable {
    public let user: Int
    /// Whether it fell on the user's second identifier.
    public let isOnSecondIdentifier: Bool
    public let event: Event
  }

  public internal(set) var events: [Observed] = []
  /// By logged day and channel: day × channels + channel.
  public internal(set) var days: [ChannelDay]

  /// What one channel did on one day, damage or not.
  public struct ChannelDay: Sendable {
    /// Impressions, sends, queries taken, or visits.
    public internal(set) var touches = 0
    /// Clicks, queries taken among them.
    public internal(set) var clicks = 0
  }

  /// A user's identifier.
  static func identifier(_ observed: Observed) -> String {
    "\(observed.isOnSecondIdentifier ? "v" : "u")\(observed.user + 1)"
  }

  /// The events as a log from which journeys are built.
  public func log(touchpoints: TouchpointTable) -> EventLog {
    let batch = EventBatch()
    var bytes = [UInt8](repeating: 0, count: 40)
    for observed in events {
      let identifier = Self.identifier(observed).utf8
      for (place, byte) in identifier.enumerated() { bytes[place] = byte }
      bytes.withUnsafeBytes {
        batch.appendIdentifier(UnsafeRawBufferPointer(rebasing: $0[..<identifier.count]), column: 0)
      }
      batch.append(observed.event)
    }
    batch.seal()
    var builder = EventLogBuilder(identifierColumns: ["user_id"])
    builder.addSealed([batch])
    return builder.finish(touchpoints: touchpoints)
  }
}
