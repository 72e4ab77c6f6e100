/// The events of many persons, each person's together, ready to become journeys.
///
/// Persons lie in shards, cut by a hash of their identifier, so that the log can be filled and read in parallel.
public struct EventLog: Sendable {
  /// The touchpoints that events refer to by id, as the input calls them.
  public let touchpoints: TouchpointTable
  /// The names of the measures that events carry.
  public let measureNames: [String]
  /// Whether the first measure is what an event cost.
  public let hasCost: Bool
  /// How persons were joined, where there are several id columns.
  public let identities: IdentityReport?
  let shards: [EventShard]

  /// A power of two: the upper six bits of an identifier's hash choose its shard. Many more than cores, so that the
  /// work is shared out evenly.
  static let shardCount = 64

  /// An identifier's id in the whole log: six bits for the shard, which is one of ``shardCount``, then the index there.
  @inline(__always)
  static func identifierID(shard: Int, index: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: shard) << 26 | UInt32(truncatingIfNeeded: index)
  }

  /// Where the identifier with an id is kept.
  @inline(__always)
  static func position(_ identifierID: UInt32) -> (shard: Int, index: UInt32) {
    (Int(identifierID >> 26), identifierID & (1 << 26 - 1))
  }

  /// The number of events.
  public var eventCount: Int { shards.reduce(0) { $0 + $1.events.count } }
}
