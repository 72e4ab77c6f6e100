import Algorithms

/// What joining identifiers to persons came to.
public struct IdentityReport: Sendable, Equatable {
  /// An identifier with more different companions than this is taken for shared where nothing else is said: more than
  /// one person's devices and addresses, fewer than a kiosk sees.
  public static let defaultSharedIdentifiers = 20

  /// As many examples of shared identifiers as people will look at.
  public static let mostShared = 10

  /// The id columns, and how many different identifiers each one holds.
  public let columns: [Column]
  /// The number of persons that have events.
  public let persons: Int
  /// The number of persons with more than one identifier.
  public let joinedPersons: Int
  /// The most identifiers that one person has.
  public let largestPerson: Int
  /// Identifiers with more companions than allowed, which joined nobody: those with the most companions first, at most
  /// ``mostShared``.
  public let shared: [Shared]
  /// How many such identifiers there are.
  public let sharedCount: Int

  /// An id column, and how many different identifiers it holds.
  public struct Column: Sendable, Equatable {
    public let name: String
    public let identifiers: Int
  }

  /// An identifier that joined nobody, and with how many different others it occurs.
  public struct Shared: Sendable, Equatable {
    public let column: String
    public let identifier: String
    public let companions: Int
  }
}

/// Joins identifiers that occur in one event to persons: connected components, by union-find with path halving and
/// union by size (R. Tarjan, "Efficiency of a good but not linear set union algorithm", J. ACM 22, 1975).
struct IdentityGraph {
  private let shards: [EventShard]
  /// The first node of each shard; nodes are identifiers in the order of the shards.
  private let starts: [Int]
  private let companions: [UInt32]
  private let sharedIdentifiers: Int
  /// The canonical node of each node's person.
  private let persons: [UInt32]

  /// The pairs of identifiers that occur in one event of a batch, smaller id first, each pair once.
  static func links(_ batch: EventBatch) -> [UInt64] {
    let columns = batch.identifierColumns
    var links: [UInt64] = []
    for event in 0..<batch.count {
      for left in 0..<columns {
        let first = batch.resolved[event * columns + left]
        guard first != EventBatch.missing else { continue }
        for right in left + 1..<columns {
          let second = batch.resolved[event * columns + right]
          guard second != EventBatch.missing else { continue }
          links.append(UInt64(min(first, second)) << 32 | UInt64(max(first, second)))
        }
      }
    }
    return distinct(links)
  }

  /// The pairs sorted, each once.
  static func distinct(_ links: [UInt64]) -> [UInt64] {
    var result: [UInt64] = []
    for link in links.sorted() where link != result.last { result.append(link) }
    return result
  }

  init(_ shards: [EventShard], links: [UInt64], sharedIdentifiers: Int) {
    self.shards = shards
    self.sharedIdentifiers = sharedIdentifiers
    var starts = [0]
    for shard in shards { starts.append(starts.last! + shard.identifiers.count) }
    self.starts = starts
    let count = starts.last!
    func node(_ id: UInt64) -> Int {
      let position = EventLog.position(UInt32(truncatingIfNeeded: id))
      return starts[position.shard] + Int(position.index)
    }

    var companions = [UInt32](repeating: 0, count: count)
    for link in links {
      companions[node(link >> 32)] += 1
      companions[node(link)] += 1
    }
    self.companions = companions

    var parents = (0..<UInt32(count)).map { $0 }
    var sizes = [UInt32](repeating: 1, count: count)
    func root(_ node: Int) -> Int {
      var node = node
      while Int(parents[node]) != node {
        parents[node] = parents[Int(parents[node])]
        node = Int(parents[node])
      }
      return node
    }
    for link in links {
      let (left, right) = (node(link >> 32), node(link))
      guard companions[left] <= sharedIdentifiers && companions[right] <= sharedIdentifiers else {
        continue
      }
      var (large, small) = (root(left), root(right))
      guard large != small else { continue }
      if sizes[large] < sizes[small] { swap(&large, &small) }
      parents[small] = UInt32(large)
      sizes[large] += sizes[small]
    }

    // A person goes by the identifier that comes first in the fixed order: the order of the input leaves no trace.
    var canonical = (0..<UInt32(count)).map { $0 }
    for shard in shards.indices {
      for index in 0..<shards[shard].identifiers.count {
        let node = starts[shard] + index
        let root = root(node)
        if Self.precedes(node, Int(canonical[root]), shards, starts) {
          canonical[root] = UInt32(node)
        }
      }
    }
    persons = (0..<count).map { canonical[root($0)] }
  }

  /// The shard of a node, and its index there: the last shard that begins at or before the node.
  private static func locate(_ node: Int, _ starts: [Int]) -> (shard: Int, index: Int) {
    let shard = starts.partitioningIndex { $0 > node } - 1
    return (shard, node - starts[shard])
  }

  private static func precedes(
    _ left: Int, _ right: Int, _ shards: [EventShard], _ starts: [Int]
  ) -> Bool {
    let (leftAt, rightAt) = (locate(left, starts), locate(right, starts))
    let (leftShard, rightShard) = (shards[leftAt.shard], shards[rightAt.shard])
    return IdentifierTable.precedes(
      leftShard.identifiers.entries[leftAt.index], leftShard.identifiers.text(leftAt.index),
      rightShard.identifiers.entries[rightAt.index], rightShard.identifiers.text(rightAt.index))
  }

  private func isShared(_ node: Int) -> Bool { companions[node] > sharedIdentifiers }

  /// The person of an event with these identifiers, as a node.
  private func person(_ ids: some Sequence<UInt32>) -> Int {
    var first: Int?
    for id in ids where id != EventBatch.missing {
      let position = EventLog.position(id)
      let node = starts[position.shard] + Int(position.index)
      if !isShared(node) { return Int(persons[node]) }
      if first == nil { first = node }
    }
    return first!
  }

  /// What joining came to, and the events put to their persons.
  ///
  /// It takes the identifiers over from the shards that the graph was made of, which are then without.
  ///
  /// - Parameters:
  ///   - columns: The names of the id columns.
  ///   - measureColumns: The number of measures of each event.
  consuming func finish(columns: [String], measureColumns: Int) -> (report: IdentityReport, shards: [EventShard]) {
    // The report reads the identifiers that regrouping takes over.
    let report = report(columns: columns)
    return (report, regrouped(columns: columns.count, measureColumns: measureColumns))
  }

  /// The events put to their persons: each in the shard of the person's canonical identifier.
  private func regrouped(columns: Int, measureColumns: Int) -> [EventShard] {
    let result = shards.map { _ in EventShard() }
    for shard in shards {
      for event in 0..<shard.events.count {
        let ids = shard.identifierIDs.buffer[event * columns..<(event + 1) * columns]
        let home = Self.locate(person(ids), starts)
        result[home.shard].adopt(event, of: shard, person: UInt32(home.index), measureColumns: measureColumns)
      }
    }
    for (new, old) in zip(result, shards) { new.adoptIdentifiers(of: old) }
    return result
  }

  private func report(columns: [String]) -> IdentityReport {
    var identifiers = [Int](repeating: 0, count: columns.count)
    var members = [UInt32](repeating: 0, count: companions.count)
    var hasEvents = [Bool](repeating: false, count: companions.count)
    var shared: [(node: Int, companions: UInt32)] = []
    for (start, shard) in zip(starts, shards) {
      for index in 0..<shard.identifiers.count {
        let node = start + index
        identifiers[Int(shard.identifiers.entries[index].column)] += 1
        members[Int(persons[node])] += 1
        if isShared(node) { shared.append((node, companions[node])) }
      }
      for event in 0..<shard.events.count {
        let ids = shard.identifierIDs.buffer[event * columns.count..<(event + 1) * columns.count]
        hasEvents[person(ids)] = true
      }
    }
    shared.sort { left, right in
      if left.companions != right.companions { return left.companions > right.companions }
      return Self.precedes(left.node, right.node, shards, starts)
    }
    let persons = hasEvents.indices.filter { hasEvents[$0] }
    return IdentityReport(
      columns: zip(columns, identifiers).map { .init(name: $0, identifiers: $1) },
      persons: persons.count, joinedPersons: persons.count { members[$0] > 1 },
      largestPerson: Int(persons.map { members[$0] }.max() ?? 0),
      shared: shared.prefix(IdentityReport.mostShared).map { item in
        let position = Self.locate(item.node, starts)
        let shard = shards[position.shard]
        return .init(
          column: columns[Int(shard.identifiers.entries[position.index].column)],
          identifier: String(decoding: shard.identifiers.text(position.index), as: UTF8.self),
          companions: Int(item.companions))
      },
      sharedCount: shared.count)
  }
}
