import Foundation
import Testing
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneSimulation

@Suite struct ObservedLogTests {
  static func text(_ world: World, _ format: LogFormat = .csv) -> String {
    let log = ObservedLog(world)
    var bytes = Array(format.header.utf8)
    log.forEach(make: { $0.text(format, touchpoints: log.touchpoints) }, use: { bytes += $0 })
    return String(decoding: bytes, as: UTF8.self)
  }

  static func undamaged(_ name: String, users: Int) throws -> World {
    var world = try ReferenceWorlds.world(name).with(users: users)
    world.damage = World.Damage(unlogged: world.channels.map { _ in 0 })
    return world
  }

  /// What the log says is what was lived: conversions, touches by channel, value.
  @Test(arguments: ReferenceWorlds.names)
  func logsWhatWasLived(_ name: String) throws {
    let world = try Self.undamaged(name, users: 250)
    let truth = Truth(world, [])
    let events = ObservedLog(world).events(of: 0..<world.users).events
    let conversions = events.filter { $0.event.role == .conversion }
    #expect(Double(conversions.count) == truth.realised.conversions)
    let log = ObservedLog(world)
    for (index, channel) in world.channels.enumerated() {
      let id = log.touchpoints.id(of: channel.name)!
      let kind: TouchKind = channel.kind == .pull ? .click : channel.kind == .organic ? .visit : .impression
      let count = events.count { $0.event.touchpoint == id && $0.event.kind == kind }
      #expect(Double(count) == truth.touches[index].conversions)
    }
    let searched = events.count { $0.event.touchpoint == log.touchpoints.id(of: world.organicSearch) }
    #expect(Double(searched) == truth.substituted.reduce(0, +))
    // In order, on logged days, and each conversion on a day with a visit before it.
    let start = Int64(world.firstDay) * Microseconds.perDay
    for (one, next) in zip(events, events.dropFirst()) where one.user == next.user {
      #expect(one.event.time <= next.event.time)
    }
    #expect(
      events.allSatisfy { $0.event.time >= start && $0.event.time < start + Int64(world.days) * Microseconds.perDay })
    for conversion in conversions.prefix(50) {
      let day = conversion.event.time / Microseconds.perDay
      #expect(
        events.contains {
          $0.user == conversion.user && $0.event.time / Microseconds.perDay == day && $0.event.kind != .impression
            && $0.event.role == .touch && $0.event.time < conversion.event.time
        })
    }
  }

  /// The text reads back as the events themselves, names in any writing included.
  @Test(arguments: LogFormat.allCases)
  func textReadsBack(_ format: LogFormat) throws {
    var world = try Self.undamaged("search", users: 200)
    world.channels[0].name = "抖音, \"直播\""
    world.organicSearch = "自然搜索"
    world.damage.identityLoss = 0.5
    let read = try EventReader().read(bytes: Array(Self.text(world, format).utf8), name: "t")
    let built = JourneyBuilder().build(read.log, halfLives: [7])
    let own = ObservedLog(world).journeys(halfLives: [7])
    func rows(_ table: PathTable) -> [String: [Double]] {
      var rows: [String: [Double]] = [:]
      for part in table.parts {
        part.forEachTimedRow { path, totals, decay in
          let key = path.map { table.touchpoints.names[Int($0)] }.joined(separator: "|")
          rows[key] = [totals.conversions, totals.value, totals.nonConverting] + decay.map(\.conversions)
        }
      }
      return rows
    }
    let (expected, found) = (rows(own.paths), rows(built.paths))
    #expect(expected.keys == found.keys && own.account[.convertingTouch] == built.account[.convertingTouch])
    for (path, figures) in expected {
      for (one, other) in zip(figures, found[path]!) { #expect(isClose(one, other, relative: 1e-9, absolute: 1e-12)) }
    }
  }

  @Test func whatJSONMayNotHoldIsEscaped() {
    #expect(Escaping.json("a\"b\\c\n\u{1F}é") == #""a\"b\\c\u000a\u001fé""#)
  }

  /// Journeys are those of the log when it is written and read, to the last bit and however many users there are.
  @Test func journeysAreThoseOfTheWrittenLog() throws {
    let users = ObservedLog.usersPerChunk + 900
    let world = SmallWorlds.world(users: users, days: 4, base: -2, [SmallWorlds.push("a", rate: 0.1, effect: 0.5)]) {
      $0.conversion.valueCV = 0.5
    }
    let read = try EventReader().read(bytes: Array(Self.text(world).utf8), name: "t")
    func bytes(_ journeys: JourneyBuilder.Result) throws -> [UInt8] {
      var bytes: [UInt8] = []
      try PathTableWriter(journeys.paths, hasValue: true).write { bytes += $0 }
      return bytes
    }
    let (built, lived) = (JourneyBuilder().build(read.log, halfLives: [7]), ObservedLog(world).journeys(halfLives: [7]))
    #expect(try bytes(lived) == bytes(built))
  }

  @Test func logsDependOnSeedsAndNotOnThreads() throws {
    let world = try ReferenceWorlds.world("everything").with(users: 200)
    func text(_ threads: Int) -> String { Parallel.$maximumThreads.withValue(threads) { Self.text(world) } }
    let one = text(1)
    #expect(text(2) == one)
    #expect(Self.text(world.with(seed: 99)) != one)
    // More users are the same users and more.
    #expect(Self.text(world.with(users: 300)).hasPrefix(one))
  }

  @Test func damageIsDone() throws {
    let whole = try Self.undamaged("everything", users: 400)
    func events(_ change: (inout World.Damage) -> Void) -> [ObservedEvents.Observed] {
      var world = whole
      change(&world.damage)
      return ObservedLog(world).events(of: 0..<world.users).events
    }
    let all = events { _ in }
    let display = ObservedLog(whole).touchpoints.id(of: "display")!

    let split = events { $0.identityLoss = 0.5 }
    #expect(split.map(\.event) == all.map(\.event))
    let second = Double(split.count { $0.isOnSecondIdentifier }) / Double(split.count)
    // Users weigh by their events: about 0.5 × 0.4.
    #expect(abs(second - 0.2) < 0.03)

    let unlogged = events { $0.unlogged[0] = 0.7 }
    func views(_ events: [ObservedEvents.Observed]) -> Int {
      events.count { $0.event.touchpoint == display && $0.event.kind == .impression }
    }
    let share = Double(views(unlogged)) / Double(views(all))
    #expect(
      Chance.interval(mean: 0.3, standardDeviation: (0.3 * 0.7 / Double(views(all))).squareRoot()).contains(share))
    #expect(unlogged.count - views(unlogged) == all.count - views(all))

    let start = Int64(whole.firstDay) * Microseconds.perDay
    let dropped = events { $0.droppedDays = [4, 5] }
    #expect(
      dropped.map(\.event)
        == all.map(\.event).filter { ![4, 5].contains(($0.time - start) / Microseconds.perDay) })

    let forgotten = events { $0.lookback = 3 }
    let end = start + Int64(whole.days) * Microseconds.perDay
    var expected: [ObservedEvents.Observed] = []
    for (place, observed) in all.enumerated() {
      let next = all[place...].first { $0.user == observed.user && $0.event.role == .conversion }?.event.time ?? end
      if next - observed.event.time <= 3 * Microseconds.perDay { expected.append(observed) }
    }
    #expect(forgotten.map(\.event) == expected.map(\.event))
  }

  @Test func costsAddUp() throws {
    let world = try ReferenceWorlds.world("search").with(users: 300)
    let truth = Truth(world, [])
    var costs = DailyCosts(world)
    ObservedLog(world).forEach(make: { $0.days }, use: { costs.add($0) })
    let lines = costs.csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",").map(String.init) }
    #expect(lines.count == world.days * world.advertised.count && lines[0][0] == "2026-02-04")
    let sum = lines.reduce(0) { $0 + Double($1[2])! }
    #expect(isClose(sum, truth.spend.reduce(0, +), relative: 1e-9))
    let table = try CostTableReader().read(bytes: Array(costs.csv.utf8), name: "t")
    #expect(isClose(table.totals.values.reduce(0) { $0 + $1.cost }, sum, relative: 1e-9))
  }
}
