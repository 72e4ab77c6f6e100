import TouchstoneJourneys

/// What a marketer sees of some users: their events, in the order of users and time, and what the days cost.
package struct ObservedEvents: Sendable {
  /// One event.
  package struct Observed: Sendable {
    package let user: Int
    /// Whether it fell on the user's second identifier.
    package let isOnSecondIdentifier: Bool
    package let event: Event
  }

  package internal(set) var events: [Observed] = []
  /// By logged day and channel: day × channels + channel.
  package internal(set) var days: [ChannelDay]

  /// What one channel did on one day, damage or not.
  package struct ChannelDay: Sendable {
    /// Impressions, sends, queries taken, or visits.
    package internal(set) var touches = 0
    /// Clicks, queries taken among them.
    package internal(set) var clicks = 0
  }

  /// A user's identifier.
  static func identifier(_ observed: Observed) -> String {
    "\(observed.isOnSecondIdentifier ? "v" : "u")\(observed.user + 1)"
  }

  /// Room for an identifier, a letter and up to 19 digits, and for the eight bytes behind it that a batch may read.
  private static let identifierRoom = 40

  /// The events as a reader hands them to a log's builder.
  func batch() -> EventBatch {
    let batch = EventBatch()
    var bytes = [UInt8](repeating: 0, count: Self.identifierRoom)
    for observed in events {
      let identifier = Self.identifier(observed).utf8
      for (index, byte) in identifier.enumerated() { bytes[index] = byte }
      bytes.withUnsafeBytes {
        batch.appendIdentifier(UnsafeRawBufferPointer(rebasing: $0[..<identifier.count]), column: 0)
      }
      batch.append(observed.event)
    }
    batch.seal()
    return batch
  }
}
