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
  public static let usersPerChunk = 4_096
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
  /// Memory does not grow with the number of users, and neither what is handed over nor its cuts depend on the number of threads.
  /// - Parameters:
  ///   - make: What is wanted of some users' events; it runs in parallel.
  ///   - use: Takes it, in the order of users.
  public func forEach<Made: Sendable>(
    make: @Sendable (ObservedEvents) -> Made, use: (Made) throws -> Void
  ) rethrows {
    let chunks = Parallel.ranges(count: world.users, length: Self.usersPerChunk)
    for wave in Parallel.ranges(count: chunks.count, length: Self.chunksPerWave) {
      let made = Parallel.map(wave.count) { make(events(of: chunks[wave.lowerBound + $0])) }
      for piece in made { try use(piece) }
    }
  }

  /// The journeys that are built from the log.
  ///
  /// - Parameters:
  ///   - rules: How.
  ///   - halfLives: The half-lives in days to carry time-decay credit for.
  ///   - wantsJointJourneys: Whether to note which journeys are one person's.
  public func journeys(
    _ rules: JourneyRules = JourneyRules(), halfLives: [Double] = [], wantsJointJourneys: Bool = false
  ) -> JourneyBuilder.Result {
    var merger = JourneyMerger(halfLives: halfLives)
    let builder = JourneyBuilder(rules)
    forEach(
      make: { events in
        builder.build(
          events.log(touchpoints: touchpoints), halfLives: halfLives, wantsJointJourneys: wantsJointJourneys)
      }, use: { merger.add($0) })
    return merger.finish()
  }

  // MARK: Events

  func events(of users: Range<Int>) -> ObservedEvents {
    var observed = ObservedEvents(
      days: Array(repeating: ObservedEvents.ChannelDay(), count: world.days * world.channels.count))
    let lives = Lives(laws, [.allOn(world)])
    var own: [Event] = []
    for user in users {
      own.removeAll(keepingCapacity: true)
      lives.live(UInt64(user)) { day, converts in
        note(day, converts, UInt64(user), lives, &own, &observed.days)
      }
      own.sort { ($0.time, $0.kind.rawValue, $0.touchpoint ?? -1) < ($1.time, $1.kind.rawValue, $1.touchpoint ?? -1) }
      if let lookback = world.damage.lookback { forget(&own, lookback) }
      let words = laws.numbers.words(user: UInt64(user), .identity)
      let isSplit = Uniform.halfOpen(words.0) < world.damage.identityLoss
      for (number, event) in own.enumerated() {
        let isSecond =
          isSplit
          && Uniform.halfOpen(laws.numbers.words(user: UInt64(user), index: number, .identifier).0)
            < World.Damage.secondIdentifierShare
        observed.events.append(ObservedEvents.Observed(user: user, isOnSecondIdentifier: isSecond, event: event))
      }
    }
    return observed
  }

  private static let lastTouch = 0.95
  private static let millisecond: Int64 = 1_000

  /// The start of a logged day.
  private func start(of day: Int) -> Int64 { Int64(world.firstDay + day) * Microseconds.perDay }

  /// A time of a day, to the millisecond.
  private func time(_ day: Int, share: Double) -> Int64 {
    start(of: day) + Int64(share * Double(Microseconds.perDay / Self.millisecond)) * Self.millisecond
  }

  /// Notes the events of a user's day, and what it costs.
  private func note(
    _ day: Int, _ converts: Bool, _ user: UInt64, _ lives: Lives, _ events: inout [Event],
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
      let (number, searched, clicked) = lives.met(channel: index, day: day)
      guard number + searched > 0 else { continue }
      hasVisit = hasVisit || clicked
      days[day * world.channels.count + index].touches += number
      for touchNumber in 0..<number + searched {
        let words = laws.numbers.words(user: user, day: day, channel: index, index: touchNumber, .touchTime)
        let time = time(day, share: Uniform.halfOpen(words.0) * Self.lastTouch)
        switch channel.kind {
        case .push, .retarget, .owned:
          let isLogged = Uniform.halfOpen(words.1) >= world.damage.unlogged[index]
          if isLogged { touch(channelIDs[index], .impression, time) }
          if clicked && touchNumber == 0 {
            touch(channelIDs[index], .click, time + Microseconds.perSecond)
            days[day * world.channels.count + index].clicks += 1
          }
        case .pull:
          touch(
            touchNumber < number ? channelIDs[index] : organicSearch, touchNumber < number ? .click : .visit, time)
        case .organic: touch(channelIDs[index], .visit, time)
        }
      }
      if channel.kind == .pull { days[day * world.channels.count + index].clicks += number }
    }
    guard converts && !isLost else { return }
    let words = laws.numbers.words(user: user, day: day, .conversion)
    let earliest = last + 60 * Microseconds.perSecond
    let latest = start(of: day + 1) - Self.millisecond
    let steps = Double((latest - earliest) / Self.millisecond)
    let time = earliest + Int64(Uniform.halfOpen(words.1) * steps) * Self.millisecond
    if !hasVisit {
      events.append(Event(time: time - 30 * Microseconds.perSecond, touchpoint: direct, kind: .visit))
    }
    events.append(
      Event(time: time, touchpoint: nil, role: .conversion, conversions: 1, value: laws.value(words.0)))
  }

  /// Takes touches away that lie too far before the next conversion, or before the end.
  private func forget(_ events: inout [Event], _ lookback: Double) {
    let limit = Int64(lookback * Double(Microseconds.perDay))
    var next = start(of: world.days)
    var keeps = [Bool](repeating: true, count: events.count)
    for place in events.indices.reversed() {
      if events[place].role == .conversion {
        next = events[place].time
      } else {
        keeps[place] = next - events[place].time <= limit
      }
    }
    var place = 0
    events.removeAll { _ in
      defer { place += 1 }
      return !keeps[place]
    }
  }
}
