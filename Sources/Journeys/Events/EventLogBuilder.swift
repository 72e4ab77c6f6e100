import TouchstoneParallel

/// Puts events to their persons while they are read.
///
/// Shards take their events in the order of the batches, whichever thread fills them.
public struct EventLogBuilder: ~Copyable, Sendable {
  private let shards = (0..<EventLog.shardCount).map { _ in EventShard() }
  private let identifierColumns: [String]
  private let measureNames: [String]
  private let hasCost: Bool
  private var links: [UInt64] = []
  private var distinctLinks = 0

  /// Pairs of identifiers that may wait before repeated ones are sought: 8 MB, which no log minds. Beyond them at most
  /// half of those at hand are repeated.
  private static let tolerableLinks = 1_000_000

  /// A builder without events.
  ///
  /// - Parameters:
  ///   - identifierColumns: The names of the id columns, at least one.
  ///   - measureNames: The names of the measures that events carry.
  ///   - hasCost: Whether the first measure is what an event cost.
  public init(identifierColumns: [String], measureNames: [String] = [], hasCost: Bool = false) {
    self.identifierColumns = identifierColumns
    self.measureNames = measureNames
    self.hasCost = hasCost
  }

  /// Seals batches and puts their events to their persons.
  ///
  /// - Complexity: O(events) on average.
  public mutating func add(_ batches: [EventBatch]) {
    Parallel.forEach(batches.count) { batches[$0].seal() }
    addSealed(batches)
  }

  /// Adds sealed batches.
  ///
  /// - Parameters:
  ///   - batches: Batches in the order of the input.
  ///   - other: Unrelated work to do at the same time, such as reading on.
  /// - Complexity: O(events) on average.
  package mutating func addSealed(
    _ batches: [EventBatch], alongside other: (@Sendable () -> Void)? = nil
  ) {
    precondition(
      batches.allSatisfy {
        $0.identifierColumns == identifierColumns.count && $0.measureColumns == measureNames.count
      }, "batches with the log's columns")
    let shards = self.shards
    Parallel.forEach(shards.count + 1) { piece in
      if piece == 0 {
        other?()
      } else {
        for batch in batches { shards[piece - 1].take(batch, shard: piece - 1) }
      }
    }
    guard identifierColumns.count > 1 else { return }
    Parallel.forEach(shards.count) { shard in
      for batch in batches { shards[shard].takeResolved(batch, shard: shard) }
    }
    for links in Parallel.map(batches.count, { IdentityGraph.links(batches[$0]) }) {
      self.links += links
    }
    if links.count > 2 * distinctLinks + Self.tolerableLinks {
      links = IdentityGraph.distinct(links)
      distinctLinks = links.count
    }
  }

  /// The log of all events added; it takes the builder's events over.
  ///
  /// - Parameters:
  ///   - touchpoints: The touchpoints that the events refer to.
  ///   - sharedIdentifiers: With several id columns, an identifier with more different companions than that joins
  ///     nobody.
  public consuming func finish(
    touchpoints: TouchpointTable, sharedIdentifiers: Int = IdentityReport.defaultSharedIdentifiers
  ) -> EventLog {
    let (identities, shards) = joined(sharedIdentifiers)
    let log = EventLog(
      touchpoints: touchpoints, measureNames: measureNames, hasCost: hasCost, identities: identities, shards: shards)
    log.checkInvariants()
    return log
  }

  /// The events by person: with one id column a person is an id.
  private func joined(_ sharedIdentifiers: Int) -> (IdentityReport?, [EventShard]) {
    guard identifierColumns.count > 1 else { return (nil, shards) }
    let graph = IdentityGraph(
      shards, links: IdentityGraph.distinct(links), sharedIdentifiers: sharedIdentifiers)
    return graph.finish(columns: identifierColumns, measureColumns: measureNames.count)
  }
}
