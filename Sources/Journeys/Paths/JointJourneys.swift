/// The journeys of persons who have several: what a bootstrap over persons needs to know besides the path table.
///
/// Persons whose journeys are the same, along the same paths with the same outcomes, are one group, as equal journeys
/// are one row of the path table. A person with a single journey that counts once is in no group: such journeys are
/// independent of all others.
public struct JointJourneys: Sendable {
  /// Persons with the same journeys.
  package struct Group: Sendable {
    /// A hash of what the journeys are.
    package let key: UInt64
    /// The number of persons.
    package internal(set) var persons: Double
    package internal(set) var journeys: [Journey]
  }

  /// One journey of each person of a group.
  package struct Journey: Sendable {
    /// A hash of the path by its touchpoints' names, as in ``CanonicalRows/keys``.
    package let pathKey: UInt64
    /// Of each person.
    package let conversions: Double
    /// Of each person.
    package let nonConverting: Double
    /// Of all persons together.
    package internal(set) var value: Double
  }

  /// In an order that depends on what they hold alone.
  package let groups: [Group]

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

  private var indices: [[Likeness]: Int] = [:]
  private var groups: [JointJourneys.Group] = []

  /// Adds all journeys of a shard's persons.
  mutating func add(_ journeys: borrowing JourneySet, nameHashes: [UInt64]) {
    var first = 0
    while first < journeys.count {
      var end = first + 1
      while end < journeys.count && journeys.persons[end] == journeys.persons[first] { end += 1 }
      var personJourneys: [JointJourneys.Journey] = []
      for journey in first..<end where !journeys.range(journey).isEmpty {
        let totals = journeys.totals[journey]
        personJourneys.append(
          JointJourneys.Journey(
            pathKey: CanonicalRows.key(journeys.touches.buffer[journeys.range(journey)], nameHashes),
            conversions: totals.conversions, nonConverting: totals.nonConverting, value: totals.value))
      }
      let isSingle = personJourneys.count == 1 && personJourneys[0].conversions + personJourneys[0].nonConverting == 1
      if !personJourneys.isEmpty && !isSingle { add(personJourneys) }
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
    guard let index = indices[likeness] else {
      indices[likeness] = groups.count
      groups.append(group)
      return
    }
    groups[index].persons += group.persons
    for journey in group.journeys.indices { groups[index].journeys[journey].value += group.journeys[journey].value }
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
