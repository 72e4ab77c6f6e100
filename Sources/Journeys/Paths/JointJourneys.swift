/// The journeys of persons who have several: what a bootstrap over persons needs to know besides the path table.
///
/// Persons whose journeys are the same, along the same paths with the same outcomes, are one group, as equal journeys are one row of the
/// path table. A person with a single journey that counts once is in no group: such journeys are independent of all others.
public struct JointJourneys: Sendable {
  /// Persons with the same journeys.
  public struct Group: Sendable {
    /// A hash of what the journeys are.
    public let key: UInt64
    /// The number of persons.
    public internal(set) var persons: Double
    public internal(set) var journeys: [Journey]
  }

  /// One journey of each person of a group.
  public struct Journey: Sendable {
    /// A hash of the path by its touchpoints' names, as in ``CanonicalRows/keys``.
    public let pathKey: UInt64
    /// Of each person.
    public let conversions: Double
    /// Of each person.
    public let nonConverting: Double
    /// Of all persons together.
    public internal(set) var value: Double
  }

  /// In an order that depends on what they hold alone.
  public let groups: [Group]

  /// The number of persons in all groups.
  public var persons: Double { groups.reduce(0) { $0 + $1.persons } }
}

/// Collects joint journeys of one shard's persons.
struct JointJourneysBuilder: Sendable {
  /// What makes two persons' journeys the same.
  private struct Likeness: Hashable {
    let pathKey: UInt64
    let conversions: Double
    let nonConverting: Double
  }

  private var places: [[Likeness]: Int] = [:]
  private var groups: [JointJourneys.Group] = []

  /// Adds all journeys of a shard's persons.
  mutating func add(_ journeys: borrowing JourneySet, nameHashes: [UInt64]) {
    var first = 0
    while first < journeys.count {
      var end = first + 1
      while end < journeys.count && journeys.persons[end] == journeys.persons[first] { end += 1 }
      var own: [JointJourneys.Journey] = []
      for journey in first..<end where !journeys.range(journey).isEmpty {
        let totals = journeys.totals[journey]
        own.append(
          JointJourneys.Journey(
            pathKey: CanonicalRows.key(journeys.touches.buffer[journeys.range(journey)], nameHashes),
            conversions: totals.conversions, nonConverting: totals.nonConverting, value: totals.value))
      }
      if own.count > 1 || own.contains(where: { $0.conversions + $0.nonConverting != 1 }) { add(own) }
      first = end
    }
  }

  private mutating func add(_ journeys: [JointJourneys.Journey]) {
    // The order of a person's journeys says nothing; their values decide on ties, so that sums have one order.
    let journeys = journeys.sorted {
      ($0.pathKey, $0.conversions, $0.nonConverting, $0.value)
        < ($1.pathKey, $1.conversions, $1.nonConverting, $1.value)
    }
    add(JointJourneys.Group(key: Self.key(journeys), persons: 1, journeys: journeys))
  }

  private mutating func add(_ group: JointJourneys.Group) {
    let likeness = group.journeys.map {
      Likeness(pathKey: $0.pathKey, conversions: $0.conversions, nonConverting: $0.nonConverting)
    }
    guard let place = places[likeness] else {
      places[likeness] = groups.count
      groups.append(group)
      return
    }
    groups[place].persons += group.persons
    for index in group.journeys.indices { groups[place].journeys[index].value += group.journeys[index].value }
  }

  /// Adds what another shard's persons came to.
  mutating func add(_ other: JointJourneysBuilder) {
    for group in other.groups { add(group) }
  }

  func finish() -> JointJourneys { JointJourneys(groups: groups.sorted { $0.key < $1.key }) }

  private static func key(_ journeys: [JointJourneys.Journey]) -> UInt64 {
    journeys.reduce(UInt64(journeys.count)) { hash, journey in
      Mixing.mix(
        Mixing.mix(hash, journey.pathKey),
        Mixing.mix(journey.conversions.bitPattern, journey.nonConverting.bitPattern))
    }
  }
}
