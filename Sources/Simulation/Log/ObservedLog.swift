import TouchstoneJourneys
import TouchstoneMonteCarlo
import TouchstoneParallel
import TouchstoneText

/// The log of a world: what a marketer would see of it.
public struct ObservedLog: Sendable {
  public let world: World
  /// The world's channels, and what searches and visits without a channel are logged as.
  public let touchpoints: TouchpointTable
  private let laws: WorldLaws
  private let channelIDs: [Int32]
  private let organicSearch: Int32
  private let direct: Int32

  /// So many users are handed over at a time; the last ones may be fewer.
  package static let usersPerChunk = 4_096
  /// Chunks whose events are held before they are handed over: a few for each thread.
  private static let chunksPerWave = 8

  public init(_ world: World) {
    self.world = world
    laws = WorldLaws(world)
    var touchpoints = TouchpointTable()
    channelIDs = world.channels.map { touchpoints.intern($0.name) }
    organicSearch = touchpoints.intern(world.organicSearch)
    direct = touchpoints.intern(world.direct)
    self.touchpoints = touchpoints
  }

  /// Lives all users and hands their events over, some users at a time and in their order.
  ///
  /// Memory does not grow with the number of users, and neither what is handed over nor its cuts depend on the number
  /// of threads.
  /// - Parameters:
  ///   - make: What is wanted of some users' events; it runs in parallel.
  ///   - use: Takes it, in the order of users.
  package func forEach<Made: Sendable>(
    make: @Sendable (ObservedEvents) -> Made, use: (Made) throws -> Void
  ) rethrows {
    let chunks = Parallel.ranges(count: world.users, length: Self.usersPerChunk)
    for wave in Parallel.ranges(count: chunks.count, length: Self.chunksPerWave) {
      let made = Parallel.map(wave.count) { make(events(of: chunks[wave.lowerBound + $0])) }
      for piece in made { try use(piece) }
    }
  }

  /// Lives all users and puts their events into a log, as if they had been written and read.
  ///
  /// Memory is that of the log: it grows with the number of events.
  /// - Parameters:
  ///   - make: What else is wanted of some users' events; it runs in parallel.
  ///   - use: Takes it, in the order of users.
  package func eventLog<Made: Sendable>(
    make: @Sendable (ObservedEvents) -> Made, use: (Made) throws -> Void
  ) rethrows -> EventLog {
    var builder = EventLogBuilder(identifierColumns: ["user_id"])
    try forEach(
      make: { events in (batch: events.batch(), made: make(events)) },
      use: { piece in
        builder.addSealed([piece.batch])
        try use(piece.made)
      })
    return builder.finish(touchpoints: touchpoints)
  }

  /// Lives all users and puts their events into a log, from which journeys, exposure histories and profiles are built.
  ///
  /// Memory is that of the log: it grows with the number of events.
  public func eventLog() -> EventLog { eventLog(make: { _ in }, use: { _ in }) }

  /// The journeys that are built from the log.
  ///
  /// Memory is that of the log while it is built: it grows with the number of events.
  /// - Parameters:
  ///   - rules: How.
  ///   - halfLives: The half-lives in days to carry time-decay credit for.
  ///   - wantsJointJourneys: Whether to note which journeys are one person's.
  public func journeys(
    _ rules: JourneyRules = JourneyRules(), halfLives: [Double] = [], wantsJointJourneys: Bool = false
  ) -> JourneyBuilder.Result {
    JourneyBuilder(rules).build(
      eventLog(), halfLives: halfLives, wantsJointJourneys: wantsJointJourneys)
  }

  // MARK: Events

  func events(of users: Range<Int>) -> ObservedEvents {
    var observed = ObservedEvents(
      days: Array(repeating: ObservedEvents.ChannelDay(), count: world.days * world.channels.count))
    let lives = Lives(laws, [.allOn(world)])
    var events: [Event] = []
    for user in users {
      events.removeAll(keepingCapacity: true)
      lives.live(UInt64(user)) { day, converts in
        note(day, converts: converts, user: UInt64(user), lives, &events, &observed.days)
      }
      events.sort {
        ($0.time, $0.kind.rawValue, $0.touchpoint ?? -1) < ($1.time, $1.kind.rawValue, $1.touchpoint ?? -1)
      }
      if let lookback = world.damage.lookback { forget(&events, lookback: lookback) }
      let words = laws.numbers.words(user: UInt64(user), .identity)
      let isSplit = Uniform.halfOpen(words.0) < world.damage.identityLoss
      for (index, event) in events.enumerated() {
        let isSecond =
          isSplit
          && Uniform.halfOpen(laws.numbers.words(user: UInt64(user), index: index, .identifier).0)
            < World.Damage.secondIdentifierShare
        observed.events.append(ObservedEvents.Observed(user: user, isOnSecondIdentifier: isSecond, event: event))
      }
    }
    return observed
  }

  /// Touches lie in this share of the day, so that its conversion has time to follow.
  private static let lastTouch = 0.95
  /// A conversion follows the last touch of its day by so much at least, and a visit that only it implies is half as
  /// long before it.
  private static let pause = 60 * Microseconds.perSecond
  /// Times are whole milliseconds.
  private static let millisecond: Int64 = 1_000

  /// The start of a logged day.
  private func start(of day: Int) -> Int64 { Int64(world.firstDay + day) * Microseconds.perDay }

  /// A time of a day, to the millisecond.
  private func time(_ day: Int, share: Double) -> Int64 {
    start(of: day) + Int64(share * Double(Microseconds.perDay / Self.millisecond)) * Self.millisecond
  }

  /// Notes the events of a user's day, and what it costs.
  private func note(
    _ day: Int, converts: Bool, user: UInt64, _ lives: Lives, _ events: inout [Event],
    _ days: inout [ObservedEvents.ChannelDay]
  ) {
    let isLost = world.damage.droppedDays.contains(day)
    var last = start(of: day)
    var hasVisit = false
    func touch(_ id: Int32, _ kind: TouchKind, _ time: Int64) {
      last = max(last, time)
      if !isLost { events.append(Event(time: time, touchpoint: id, kind: kind)) }
    }
    for (index, channel) in world.channels.enumerated() {
      let (touches, searched, clicked) = lives.met(channel: index, day: day)
      guard touches + searched > 0 else { continue }
      hasVisit = hasVisit || clicked
      days[day * world.channels.count + index].touches += touches
      for position in 0..<touches + searched {
        let words = laws.numbers.words(user: user, day: day, channel: index, index: position, .touchTime)
        let time = time(day, share: Uniform.halfOpen(words.0) * Self.lastTouch)
        switch channel.kind {
        case .push, .retarget, .owned:
          let isLogged = Uniform.halfOpen(words.1) >= world.damage.unlogged[index]
          if isLogged { touch(channelIDs[index], .impression, time) }
          if clicked && position == 0 {
            touch(channelIDs[index], .click, time + Microseconds.perSecond)
            days[day * world.channels.count + index].clicks += 1
          }
        case .pull:
          let isTaken = position < touches
          touch(isTaken ? channelIDs[index] : organicSearch, isTaken ? .click : .visit, time)
        case .organic: touch(channelIDs[index], .visit, time)
        }
      }
      if channel.kind == .pull { days[day * world.channels.count + index].clicks += touches }
    }
    guard converts && !isLost else { return }
    let words = laws.numbers.words(user: user, day: day, .conversion)
    let earliest = last + Self.pause
    let latest = start(of: day + 1) - Self.millisecond
    let steps = Double((latest - earliest) / Self.millisecond)
    let time = earliest + Int64(Uniform.halfOpen(words.1) * steps) * Self.millisecond
    if !hasVisit {
      events.append(Event(time: time - Self.pause / 2, touchpoint: direct, kind: .visit))
    }
    events.append(
      Event(time: time, touchpoint: nil, role: .conversion, conversions: 1, value: laws.value(words.0)))
  }

  /// Takes touches away that lie too far before the next conversion, or before the end.
  private func forget(_ events: inout [Event], lookback: Double) {
    let limit = Int64(lookback * Double(Microseconds.perDay))
    var next = start(of: world.days)
    var keeps = [Bool](repeating: true, count: events.count)
    for index in events.indices.reversed() {
      if events[index].role == .conversion {
        next = events[index].time
      } else {
        keeps[index] = next - events[index].time <= limit
      }
    }
    events = zip(events, keeps).filter(\.1).map(\.0)
  }
}
