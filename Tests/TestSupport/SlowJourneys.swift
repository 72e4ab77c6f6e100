import Foundation
import TouchstoneJourneys

/// One event by names.
public struct SlowEvent: Hashable, Sendable {
  public var person: String
  public var time: Int64
  public var touchpoint: String?
  public var kind: TouchKind
  public var role: Event.Role
  public var conversions: Double
  public var value: Double

  public init(
    _ person: String, _ time: Int64, _ touchpoint: String?, _ kind: TouchKind = .visit,
    role: Event.Role = .touch, conversions: Double = 0, value: Double = 0
  ) {
    self.person = person
    self.time = time
    self.touchpoint = touchpoint
    self.kind = kind
    self.role = role
    self.conversions = conversions
    self.value = value
  }

  /// Conversions that are touches are touches, too.
  public var isTouch: Bool { role == .touch || role == .touchAndConversion }
  public var isConversion: Bool { role == .touchAndConversion || role == .conversion }
}

/// The slow twin of the journey builder: BuildingJourneys.md word by word, one person and one rule after the other.
public struct SlowJourneys {
  /// What the journeys along one path add up to.
  public struct Row: Equatable {
    public var totals = PathTotals(conversions: 0)
    /// By half-life, then by position.
    public var credits: [[Credit]] = []
  }

  /// Time-decay credit of one position.
  public struct Credit: Equatable {
    public var conversions = 0.0
    public var value = 0.0
    /// The sum of the values regardless of their sign: what rounding goes with.
    public var magnitude = 0.0
  }

  public private(set) var rows: [[String]: Row] = [:]
  public private(set) var baseline = PathTotals(conversions: 0)
  public private(set) var account: [JourneyAccount.Fate: Int] = [:]
  public private(set) var persons = 0
  public private(set) var bots = 0
  public private(set) var mostTouches = 0
  public private(set) var touchedConversions = 0.0
  public private(set) var untouchedConversions = 0.0
  public private(set) var droppedConversions = 0.0
  public private(set) var refunded = 0.0

  private let rules: JourneyRules
  private let halfLives: [Double]

  /// Makes the journeys of all persons.
  public init(_ events: [SlowEvent], _ rules: JourneyRules, halfLives: [Double] = []) {
    self.rules = rules
    self.halfLives = halfLives
    for (_, events) in Dictionary(grouping: events, by: \.person) { add(events) }
  }

  /// What becomes of a touch that stands in several journeys: the first of these.
  private static let touchFates: [JourneyAccount.Fate] = [
    .convertingTouch, .otherTouch, .repeated, .direct, .afterConversion, .outsideLookback,
  ]

  /// A journey: its touches, as places among the person's touches in order, and what ended it.
  private struct Journey {
    var touches: [Int]
    /// `nil` for a journey without conversion.
    var conversion: Conversion?
  }

  /// The conversions of one instant.
  private struct Conversion {
    var time: Int64
    var count = 0.0
    var value = 0.0
  }

  /// A person's touches between two cuts.
  private struct Run {
    var touches: [Int] = []
    var conversion: Conversion?
  }

  private mutating func add(_ events: [SlowEvent]) {
    persons += 1

    // 1. Duplicates.
    var kept: [SlowEvent] = []
    for event in events {
      if rules.duplicates == .drop && kept.contains(event) {
        account[.duplicate, default: 0] += 1
        droppedConversions += event.conversions
      } else {
        kept.append(event)
      }
    }

    // 2. Bots.
    let touchCount = kept.count(where: \.isTouch)
    mostTouches = max(mostTouches, touchCount)
    if let limit = rules.maximumTouches, touchCount > limit {
      bots += 1
      account[.bot, default: 0] += kept.count
      droppedConversions += kept.reduce(0) { $0 + $1.conversions }
      return
    }
    let touches = kept.filter(\.isTouch).sorted(by: precedes)

    // 4 before 3: a refund goes to the latest conversion, and all of one instant are one.
    var conversions: [Conversion] = []
    for event in kept where event.isConversion {
      if event.role == .conversion { account[.conversion, default: 0] += 1 }
      if !conversions.contains(where: { $0.time == event.time }) {
        conversions.append(Conversion(time: event.time))
      }
      let place = conversions.firstIndex { $0.time == event.time }!
      conversions[place].count += event.conversions
      conversions[place].value += event.value
    }
    conversions.sort { $0.time < $1.time }
    for refund in kept where refund.role == .refund {
      if rules.refunds == .net, let place = conversions.lastIndex(where: { $0.time <= refund.time }) {
        conversions[place].value += refund.value
        refunded += refund.value
        account[.refund, default: 0] += 1
      } else {
        account[.refundDropped, default: 0] += 1
      }
    }

    let journeys = journeys(of: touches, conversions, runs(of: touches, conversions))
    settle(touches, journeys)
  }

  private func precedes(_ left: SlowEvent, _ right: SlowEvent) -> Bool {
    if left.time != right.time { return left.time < right.time }
    if left.role != right.role { return left.role.rawValue < right.role.rawValue }
    if rules.ties == .kind && left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
    let names = (Array((left.touchpoint ?? "").utf8), Array((right.touchpoint ?? "").utf8))
    if names.0 != names.1 { return names.0.lexicographicallyPrecedes(names.1) }
    if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
    if left.conversions != right.conversions { return left.conversions < right.conversions }
    return left.value < right.value
  }

  // 5. Runs.
  private func runs(of touches: [SlowEvent], _ conversions: [Conversion]) -> [Run] {
    var runs: [Run] = []
    var run = Run()
    var previous: Int64?
    let times = Set(touches.map(\.time) + conversions.map(\.time)).sorted()
    for time in times {
      if let gap = rules.gap, let previous, time - previous > gap {
        runs.append(run)
        run = Run()
      }
      previous = time
      run.touches += touches.indices.filter { touches[$0].time == time }
      if let conversion = conversions.first(where: { $0.time == time }) {
        run.conversion = conversion
        runs.append(run)
        run = Run()
      }
    }
    runs.append(run)
    // Between a conversion and a gap there may be nothing.
    return runs.filter { !$0.touches.isEmpty || $0.conversion != nil }
  }

  private func reaches(_ conversion: Conversion, _ touch: SlowEvent) -> Bool {
    guard touch.time <= conversion.time else { return false }
    guard let limit = touch.kind == .impression ? rules.impressionLookback : rules.lookback else { return true }
    return conversion.time - touch.time <= limit
  }

  /// The touches' fates so far, and the journeys with what the rules 6 to 8 leave of them.
  private func journeys(
    of touches: [SlowEvent], _ conversions: [Conversion], _ runs: [Run]
  ) -> (journeys: [Journey], fates: [(touch: Int, fate: JourneyAccount.Fate)]) {
    var journeys: [Journey] = []
    var fates: [(touch: Int, fate: JourneyAccount.Fate)] = []
    for run in runs {
      if let conversion = run.conversion {
        // 6 and 7.
        let candidates =
          rules.conversions == .endJourney
          ? run.touches : touches.indices.filter { touches[$0].time <= conversion.time }
        journeys.append(
          Journey(touches: candidates.filter { reaches(conversion, touches[$0]) }, conversion: conversion))
        fates += run.touches.filter { !reaches(conversion, touches[$0]) }.map { ($0, .outsideLookback) }
        continue
      }
      if rules.conversions == .lookBack
        && run.touches.contains(where: { touch in conversions.contains { reaches($0, touches[touch]) } })
      {
        // Those that are reached have a better fate in their journey.
        fates += run.touches.map { ($0, .outsideLookback) }
        continue
      }
      // 8.
      if rules.afterConversion == .drop, let last = conversions.last,
        touches[run.touches[0]].time > last.time
      {
        fates += run.touches.map { ($0, .afterConversion) }
      } else {
        journeys.append(Journey(touches: run.touches))
      }
    }
    return (journeys, fates)
  }

  private mutating func settle(
    _ touches: [SlowEvent], _ found: (journeys: [Journey], fates: [(touch: Int, fate: JourneyAccount.Fate)])
  ) {
    var fates = found.fates
    let directNames = rules.directNames.map { $0.lowercased() }
    for var journey in found.journeys {
      // 9. Direct.
      let direct = journey.touches.filter { directNames.contains(touches[$0].touchpoint!.lowercased()) }
      if rules.direct == .drop && direct.count < journey.touches.count {
        fates += direct.map { ($0, .direct) }
        journey.touches.removeAll { direct.contains($0) }
      }

      // 10. Repeats.
      if let limit = rules.repeats {
        var stay: [Int] = []
        for (position, touch) in journey.touches.enumerated() {
          let followers = journey.touches[(position + 1)...].prefix {
            touches[$0].touchpoint == touches[touch].touchpoint
          }
          if followers.count >= limit {
            fates.append((touch, .repeated))
          } else {
            stay.append(touch)
          }
        }
        journey.touches = stay
      }

      fates += journey.touches.map { ($0, journey.conversion == nil ? .otherTouch : .convertingTouch) }
      count(journey.touches.map { touches[$0] }, journey.conversion)
    }
    for touch in touches.indices {
      let own = fates.filter { $0.touch == touch }.map(\.fate)
      account[Self.touchFates.first { own.contains($0) }!, default: 0] += 1
    }
  }

  private mutating func count(_ touches: [SlowEvent], _ conversion: Conversion?) {
    let path = touches.map { $0.touchpoint! }
    let empty = Row(credits: halfLives.map { _ in Array(repeating: Credit(), count: path.count) })
    var row = rows[path] ?? empty
    guard let conversion else {
      row.totals.nonConverting += 1
      rows[path] = row
      return
    }
    if touches.isEmpty {
      baseline.conversions += conversion.count
      baseline.value += conversion.value
      untouchedConversions += conversion.count
      return
    }
    touchedConversions += conversion.count
    row.totals.conversions += conversion.count
    row.totals.value += conversion.value
    for (index, halfLife) in halfLives.enumerated() {
      let ages = touches.map { Double(conversion.time - $0.time) / 86_400e6 }
      // Seen from the youngest touch, which cancels: else all weights may be too small for a number.
      let youngest = ages.min()!
      let weights = ages.map { exp2(-($0 - youngest) / halfLife) }
      let sum = weights.reduce(0, +)
      for (position, weight) in weights.enumerated() {
        let share = weight / sum
        row.credits[index][position].conversions += share * conversion.count
        row.credits[index][position].value += share * conversion.value
        row.credits[index][position].magnitude += abs(share * conversion.value)
      }
    }
    rows[path] = row
  }
}
