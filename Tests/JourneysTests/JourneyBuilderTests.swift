import Testing
import TouchstoneParallel
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneJourneys

/// The journey builder against its slow twin, and what must not matter to it.
@Suite struct JourneyBuilderTests {
  /// The unit of random times: limits are whole numbers of it.
  static let unit = 3600 * Microseconds.perSecond
  static let halfLives = [0.125, 7]
  static let names = ["a", "b", "微信", "Direct", "(direct) / (none)"]

  // MARK: Random logs

  /// Some persons with few events at few instants: ties, equals, and times exactly at limits and a microsecond beyond
  /// are common.
  static func randomEvents(
    seed: Int, persons: Int = 12, longest: Int = 12, instants: Int = 12, fractions: Double = 0.25
  ) -> [SlowEvent] {
    var generator = TestGenerator(seed: seed)
    func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < probability }
    // Today, before 1970, across it, and years that no clock shows.
    let origin =
      [1_700_000_000_000_000, -9_000_000_000_000_000, -6 * unit, -62_135_596_800_000_000].randomElement(
        using: &generator)!
    let rowsAreOutcomes = chance(0.3)
    var events: [SlowEvent] = []
    for person in 0..<persons {
      for _ in 0..<Int.random(in: 1...longest, using: &generator) {
        var time = origin + Int64.random(in: 0..<Int64(instants), using: &generator) * unit
        if chance(0.1) { time += Bool.random(using: &generator) ? 1 : -1 }
        let name = names.randomElement(using: &generator)!
        let kind = TouchKind.allCases.randomElement(using: &generator)!
        var event = SlowEvent("person \(person)", time, name, kind)
        if chance(0.35) {
          event.touchpoint = chance(0.5) ? name : nil
          event.role = event.touchpoint == nil || rowsAreOutcomes ? .conversion : .touchAndConversion
          event.conversions = [1, 1, 1, 2, 0.5].randomElement(using: &generator)!
          event.value = Double(Int.random(in: 0...6, using: &generator)) * fractions
        } else if chance(0.15) {
          event.touchpoint = chance(0.3) ? name : nil
          event.role = .refund
          event.value = -Double(Int.random(in: 0...8, using: &generator)) * fractions
        }
        events.append(event)
        if chance(0.12) { events.append(events.randomElement(using: &generator)!) }
      }
    }
    events.shuffle(using: &generator)
    return events
  }

  /// As many as ``rules(_:seed:)`` tells apart.
  static let ruleCount = 2 * 2 * 2 * 2 * 2 * 3 * 2 * 2 * 3 * 2

  /// One of all combinations; limits are drawn.
  static func rules(_ number: Int, seed: Int) -> JourneyRules {
    var rest = number % ruleCount
    func option<Option>(_ options: [Option]) -> Option {
      defer { rest /= options.count }
      return options[rest % options.count]
    }
    var generator = TestGenerator(seed: seed << 32 + number)
    func units(_ choices: [Int64]) -> Int64 { choices.randomElement(using: &generator)! * unit }
    var rules = JourneyRules()
    rules.duplicates = option([.drop, .keep])
    rules.maximumTouches = option([nil, Int.random(in: 3...6, using: &generator)])
    rules.refunds = option([.net, .drop])
    rules.gap = option([nil, units([0, 1, 2, 3, 3, 4])])
    rules.conversions = option([.endJourney, .lookBack])
    let lookback = units([0, 2, 3, 4, 6])
    let other = Bool.random(using: &generator) ? nil : units([1, 2, 8])
    (rules.lookback, rules.impressionLookback) = option([
      (nil, nil), (lookback, lookback), Bool.random(using: &generator) ? (lookback, other) : (other, lookback),
    ])
    rules.afterConversion = option([.newJourney, .drop])
    rules.direct = option([.keep, .drop])
    rules.repeats = option([nil, 1, 2])
    rules.ties = option([.kind, .name])
    return rules
  }

  // MARK: Logs

  /// An event log of these events in this order, in batches of a length.
  static func log(_ events: [SlowEvent], batchLength: Int = .max) -> EventLog {
    log(events.map { ([$0.person], $0) }, columns: ["id"], batchLength: batchLength)
  }

  static func log(
    _ events: [(identifiers: [String], event: SlowEvent)], columns: [String], batchLength: Int = .max,
    sharedIdentifiers: Int = IdentityReport.defaultSharedIdentifiers
  ) -> EventLog {
    var touchpoints = TouchpointTable()
    var builder = EventLogBuilder(identifierColumns: columns)
    var rest = events[...]
    while !rest.isEmpty {
      let batch = EventBatch(identifierColumns: columns.count)
      for (identifiers, event) in rest.prefix(batchLength) {
        for (column, identifier) in identifiers.enumerated() {
          // What lies behind an identifier must not matter.
          let filling = UInt8(truncatingIfNeeded: batch.count &* 37 &+ 1)
          let bytes = Array(identifier.utf8) + Array(repeating: filling, count: 8)
          bytes.withUnsafeBytes {
            batch.appendIdentifier(UnsafeRawBufferPointer(rebasing: $0.dropLast(8)), column: column)
          }
        }
        batch.append(
          Event(
            time: event.time, touchpoint: event.touchpoint.map { touchpoints.intern($0) }, kind: event.kind,
            role: event.role, conversions: event.conversions, value: event.value))
      }
      builder.add([batch])
      rest = rest.dropFirst(batchLength)
    }
    return builder.finish(touchpoints: touchpoints, sharedIdentifiers: sharedIdentifiers)
  }

  /// All that a result says, bit by bit and in its order.
  struct Snapshot: Equatable {
    var names: [[UInt8]] = []
    var paths: [[Int32]] = []
    var numbers: [[UInt64]] = []
    var byWeight: [[Int32]] = []
    var account = JourneyAccount()

    init(_ result: JourneyBuilder.Result) {
      let table = result.paths
      func bits(_ totals: PathTotals) -> [UInt64] {
        [totals.conversions.bitPattern, totals.value.bitPattern, totals.nonConverting.bitPattern]
      }
      // By bytes: equal texts may be written in different ways.
      names = table.touchpoints.names.map { Array($0.utf8) }
      numbers.append(bits(table.untouched) + bits(table.touched) + bits(table.totals))
      for part in table.parts {
        part.forEachTimedRow { path, totals, credits in
          paths.append(Array(path))
          numbers.append(
            bits(totals) + credits.flatMap { [$0.conversions.bitPattern, $0.value.bitPattern] })
        }
      }
      byWeight = table.rowsByWeight().map { row in table.withRow(row) { path, _, _ in Array(path) } }
      account = result.account
    }
  }

  static func snapshot(_ log: EventLog, _ rules: JourneyRules) -> Snapshot {
    Snapshot(JourneyBuilder(rules).build(log, halfLives: halfLives))
  }

  /// The paths of a result, each with what it adds up to.
  static func rows(_ table: PathTable) -> [[String]: PathTotals] {
    let rows = PathTableTests.rows(of: table)
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.path, $0.totals) })
  }

  // MARK: Against the slow twin

  /// How the builder and its slow twin differ; empty where they agree.
  static func differences(_ events: [SlowEvent], _ log: EventLog, _ rules: JourneyRules) -> [String] {
    let found = JourneyBuilder(rules).build(log, halfLives: halfLives)
    let slow = SlowJourneys(events, rules, halfLives: halfLives)
    var differences: [String] = []
    func check<Value: Equatable>(_ what: String, _ found: Value, _ slow: Value) {
      if found != slow { differences.append("\(what): \(found), but slowly \(slow)") }
    }
    var paths: Set<[String]> = []
    for part in found.paths.parts {
      part.forEachTimedRow { path, totals, credits in
        let names = path.map { found.paths.touchpoints.names[Int($0)] }
        check("\(names) once", paths.insert(names).inserted, true)
        check("\(names)", totals, slow.rows[names]?.totals ?? PathTotals(conversions: 0))
        let slowCredits = slow.rows[names]?.credits.flatMap { $0 } ?? []
        guard credits.count == slowCredits.count else {
          differences.append("\(names): \(credits.count) credits, but slowly \(slowCredits.count)")
          return
        }
        for (credit, slow) in zip(credits, slowCredits)
        where !isClose(credit.conversions, slow.conversions, relative: 1e-12)
          || !isClose(credit.value, slow.value, relative: 1e-12, absolute: 1e-12 * slow.magnitude)
        {
          differences.append("\(names): \(credit), but slowly \(slow)")
        }
      }
    }
    check("paths", found.paths.pathCount, slow.rows.count)
    check("baseline", found.paths.untouched, slow.baseline)
    let account = found.account
    for fate in JourneyAccount.Fate.allCases { check("\(fate)", account[fate], slow.account[fate] ?? 0) }
    check("events", account.eventCount, events.count)
    check("persons", account.persons, slow.persons)
    check("bots", account.bots, slow.bots)
    check("most touches", account.mostTouches, slow.mostTouches)
    check("touched", account.touchedConversions, slow.touchedConversions)
    check("untouched", account.untouchedConversions, slow.untouchedConversions)
    check("dropped", account.droppedConversions, slow.droppedConversions)
    check(
      "conversions", account.touchedConversions + account.untouchedConversions + account.droppedConversions,
      events.reduce(0) { $0 + $1.conversions })
    check("touched in the table", found.paths.touched.conversions, account.touchedConversions)
    check("refunded", account.refunded, slow.refunded)
    let times = events.map(\.time)
    check("period", account.period, times.min()!...times.max()!)
    return differences
  }

  static func differences(_ events: [SlowEvent], _ rules: JourneyRules) -> [String] {
    events.isEmpty ? [] : differences(events, log(events), rules)
  }

  /// A part of the events that shows a difference still, and loses it without any one of its events.
  static func smallest(_ events: [SlowEvent], _ rules: JourneyRules) -> [SlowEvent] {
    var events = events
    var index = 0
    while index < events.count {
      var fewer = events
      fewer.remove(at: index)
      if differences(fewer, rules).isEmpty {
        index += 1
      } else {
        events = fewer
        index = 0
      }
    }
    return events
  }

  /// All combinations of options, each with a log of several persons, in two halves that run side by side.
  @Test(arguments: [0, 1])
  func agreesWithTheSlowTwin(half: Int) {
    // A prime number of logs: every option meets every log.
    let logs = (0..<97).map { seed in
      let events = Self.randomEvents(seed: seed)
      return (events: events, log: Self.log(events))
    }
    for number in stride(from: half, to: Self.ruleCount, by: 2) {
      let rules = Self.rules(number, seed: 0)
      let (events, log) = logs[number % logs.count]
      let differences = Self.differences(events, log, rules)
      guard let first = differences.first else { continue }
      let smallest = Self.smallest(events, rules)
      let found = [first, "\(rules)", "smallest:"] + smallest.map { "\($0)" } + Self.differences(smallest, rules)
      Issue.record("\(found.joined(separator: "\n"))")
      return
    }
  }

  /// Longer lives than one word or one small sort holds.
  @Test(arguments: 0..<12)
  func agreesAboutLongLives(seed: Int) {
    let events = Self.randomEvents(seed: 500 + seed, persons: 3, longest: 150, instants: 40)
    for turn in 0..<3 {
      var rules = Self.rules((seed * 3 + turn) * 101, seed: seed)
      rules.maximumTouches = rules.maximumTouches.map { $0 * 20 }
      #expect(Self.differences(events, rules) == [], "\(rules)")
    }
  }

  /// The test itself: random logs hold what they are to hold.
  @Test func randomLogsHoldEveryFate() {
    var fates: Set<JourneyAccount.Fate> = []
    for number in 0..<200 {
      let rules = Self.rules(number * 37, seed: number)
      let account = JourneyBuilder(rules).build(Self.log(Self.randomEvents(seed: number))).account
      fates.formUnion(JourneyAccount.Fate.allCases.filter { account[$0] > 0 })
    }
    #expect(fates == Set(JourneyAccount.Fate.allCases).subtracting([.noTouchpoint]))
  }

  @Test func eventsWithoutTouchpointAreCounted() {
    var account = JourneyBuilder().build(Self.log([SlowEvent("p", 0, "a")])).account
    account.countWithoutTouchpoint(3)
    #expect(account[.noTouchpoint] == 3)
    #expect(account.eventCount == 4)
  }

  @Test func nothingComesOfNothing() {
    let result = JourneyBuilder().build(Self.log([]), halfLives: [7])
    #expect(result.paths.pathCount == 0)
    #expect(result.paths.totals == PathTotals(conversions: 0))
    #expect(result.account == JourneyAccount())
    #expect(result.account.period == nil)
  }

  // MARK: Examples by hand

  static let day = Microseconds.perDay

  static func touch(_ days: Double, _ name: String, _ kind: TouchKind = .visit) -> SlowEvent {
    SlowEvent("p", Int64(days * Double(day)), name, kind)
  }

  static func order(_ days: Double, _ value: Double = 0) -> SlowEvent {
    SlowEvent("p", Int64(days * Double(day)), nil, role: .conversion, conversions: 1, value: value)
  }

  /// The defaults: 90 days of lookback, the last day included.
  @Test func looksBackNinetyDays() {
    let events = [Self.touch(0, "old"), Self.touch(1, "a"), Self.order(91, 3), Self.touch(92, "b")]
    let result = JourneyBuilder().build(Self.log(events))
    #expect(
      Self.rows(result.paths) == [
        ["a"]: PathTotals(conversions: 1, value: 3), ["b"]: PathTotals(conversions: 0, nonConverting: 1),
      ])
    #expect(result.account[.outsideLookback] == 1)
  }

  /// A touch of a run that a gap ended, where the lookback reaches another one, is too old; a run that nothing reaches
  /// is a journey.
  @Test func looksBackOverGaps() {
    var rules = JourneyRules()
    rules.gap = 2 * Self.day
    rules.conversions = .lookBack
    rules.lookback = 8 * Self.day
    rules.impressionLookback = rules.lookback
    let events = [
      Self.touch(0, "w"), Self.touch(5, "x"), Self.touch(7, "y"), Self.order(15, 1), Self.order(15.5, 2),
    ]
    let result = JourneyBuilder(rules).build(Self.log(events))
    #expect(
      Self.rows(result.paths) == [
        ["y"]: PathTotals(conversions: 1, value: 1), ["w"]: PathTotals(conversions: 0, nonConverting: 1),
      ])
    #expect(result.paths.untouched == PathTotals(conversions: 1, value: 2))
    #expect(result.account[.outsideLookback] == 1)
  }

  /// Weights so small that none is above 0 in a `Double` still share out everything.
  @Test func timeDecayOfTouchesLongAgo() {
    var rules = JourneyRules()
    rules.lookback = nil
    rules.impressionLookback = nil
    let events = [Self.touch(-20_000, "a"), Self.touch(-19_999, "b"), Self.order(20_000, 6)]
    let result = JourneyBuilder(rules).build(Self.log(events), halfLives: [1, 0.01])
    var credits: [DecayCredit] = []
    for part in result.paths.parts {
      part.forEachTimedRow { _, _, found in credits += Array(found) }
    }
    #expect(credits.count == 4)
    let shares = [1.0 / 3, 2.0 / 3, exp2OfMinusHundred, 1]
    for (credit, share) in zip(credits, shares) {
      #expect(isClose(credit.conversions, share, relative: 1e-12))
      #expect(isClose(credit.value, 6 * share, relative: 1e-12))
    }
  }

  let exp2OfMinusHundred = Double(sign: .plus, exponent: -100, significand: 1)

  /// Names that stand for one touchpoint are one before any rule looks at them.
  @Test(arguments: 0..<8)
  func renamesBeforeTheRules(seed: Int) {
    @Sendable func rename(_ name: String) -> String { ["微信": "a", "Direct": "b", "b": "direct"][name] ?? name }
    let events = Self.randomEvents(seed: 700 + seed, longest: 20)
    var renamed = events
    for index in renamed.indices { renamed[index].touchpoint = renamed[index].touchpoint.map(rename) }
    for turn in 0..<20 {
      let rules = Self.rules((seed * 20 + turn) * 23, seed: seed)
      let builder = JourneyBuilder(rules)
      let found = builder.build(Self.log(events), rename: rename, halfLives: Self.halfLives)
      #expect(Snapshot(found) == Self.snapshot(Self.log(renamed), rules), "\(rules)")
    }
  }

  // MARK: What must not matter

  /// Fractions that no `Double` holds show every other order of addition.
  @Test(arguments: 0..<12)
  func orderOfRowsDoesNotMatter(seed: Int) {
    var generator = TestGenerator(seed: seed)
    var events = Self.randomEvents(seed: 900 + seed, persons: 40, longest: 20, fractions: 0.1)
    // One name in two spellings, which sorts between others.
    for index in events.indices where events[index].touchpoint == "b" {
      events[index].touchpoint = Bool.random(using: &generator) ? "\u{E9}" : "e\u{301}"
    }
    let rules = Self.rules(seed * 331, seed: seed)
    let expected = Self.snapshot(Self.log(events), rules)
    for batchLength in [1, 7, 64, Int.max] {
      events.shuffle(using: &generator)
      let found = Self.snapshot(Self.log(events, batchLength: batchLength), rules)
      #expect(found == expected, "\(rules), batches of \(batchLength)")
    }
  }

  @Test(arguments: 0..<6)
  func threadsDoNotMatter(seed: Int) {
    let events = Self.randomEvents(seed: 1_100 + seed, persons: 60, longest: 20, fractions: 0.1)
    let rules = Self.rules(seed * 577, seed: seed)
    let found = [1, 2, 5].map { threads in
      Parallel.$maximumThreads.withValue(threads) {
        Self.snapshot(Self.log(events, batchLength: 50), rules)
      }
    }
    #expect(found[1] == found[0])
    #expect(found[2] == found[0])
  }

  /// Several batches at once are the same as one after the other.
  @Test func batchesMayComeTogether() {
    let events = Self.randomEvents(seed: 77, persons: 30, longest: 20)
    var touchpoints = TouchpointTable()
    var batches: [EventBatch] = []
    for event in events {
      if batches.isEmpty || batches.last!.count == 13 { batches.append(EventBatch()) }
      let bytes = Array(event.person.utf8) + Array(repeating: 0, count: 8)
      bytes.withUnsafeBytes {
        batches.last!.appendIdentifier(UnsafeRawBufferPointer(rebasing: $0.dropLast(8)), column: 0)
      }
      batches.last!.append(
        Event(
          time: event.time, touchpoint: event.touchpoint.map { touchpoints.intern($0) }, kind: event.kind,
          role: event.role, conversions: event.conversions, value: event.value))
    }
    for batch in batches { batch.seal() }
    var builder = EventLogBuilder(identifierColumns: ["id"])
    builder.addSealed(batches)
    let log = builder.finish(touchpoints: touchpoints)
    #expect(log.eventCount == events.count)
    #expect(Self.snapshot(log, JourneyRules()) == Self.snapshot(Self.log(events), JourneyRules()))
  }

  // MARK: Identifiers

  static let oddIdentifiers: [String] = {
    var identifiers: [String] = []
    for length in Array(1...40) + [63, 64, 65, 1_000, 1_024] {
      let base = String(repeating: "x", count: length)
      // Prefixes of one another, a NUL byte behind, and a last or first byte that differs.
      identifiers += [base, base + "\0", base + "\0\0", base.dropLast() + "y", "y" + base.dropFirst()]
      identifiers += [String(repeating: "\0", count: length), base.dropLast() + "\u{7F}"]
    }
    identifiers += ["微信", "微", " ", "é", "e\u{301}", "\u{FEFF}x", "1", "01", "1.0"]
    // Equal texts in different bytes are different identifiers: told apart by bytes, once each.
    var seen: Set<[UInt8]> = []
    return identifiers.filter { seen.insert(Array($0.utf8)).inserted }
  }()

  /// Each identifier is a person of its own: its touches, named after it, are one journey.
  @Test(arguments: [1, 100, Int.max])
  func identifiersOfAnyLengthDiffer(batchLength: Int) {
    let identifiers = Self.oddIdentifiers
    var events: [SlowEvent] = []
    for round in 0..<2 {
      for index in identifiers.indices {
        events.append(SlowEvent(identifiers[index], Int64(round), "touchpoint \(index)"))
      }
    }
    let result = JourneyBuilder().build(Self.log(events, batchLength: batchLength))
    #expect(result.account.persons == identifiers.count)
    let rows = Self.rows(result.paths)
    #expect(rows.count == identifiers.count)
    for index in identifiers.indices {
      let name = "touchpoint \(index)"
      #expect(rows[[name, name]]?.nonConverting == 1, "identifier of \(identifiers[index].utf8.count) bytes")
    }
  }

  /// Many persons, so that tables of identifiers grow.
  @Test func thousandsOfIdentifiers() {
    let events = (0..<30_000).map { SlowEvent("\($0 % 10_000)", Int64($0), "a") }
    let result = JourneyBuilder().build(Self.log(events, batchLength: 4_096))
    #expect(result.account.persons == 10_000)
    #expect(Self.rows(result.paths) == [["a", "a", "a"]: PathTotals(conversions: 0, nonConverting: 10_000)])
  }

  // MARK: Persons with several identifiers

  struct SlowIdentifier: Hashable {
    var column: Int
    var text: String
  }

  /// The slow twin of identity: a search through the graph of identifiers.
  struct SlowIdentity {
    /// Each event's person.
    var persons: [Set<SlowIdentifier>] = []
    var companions: [SlowIdentifier: Set<SlowIdentifier>] = [:]
    var shared: Set<SlowIdentifier> = []

    init(_ events: [[SlowIdentifier]], limit: Int) {
      for identifiers in events {
        for own in identifiers { companions[own, default: []].formUnion(identifiers.filter { $0 != own }) }
      }
      shared = Set(companions.filter { $0.value.count > limit }.keys)
      for identifiers in events {
        guard let first = identifiers.first(where: { !shared.contains($0) }) else {
          persons.append([identifiers[0]])
          continue
        }
        var reached: Set<SlowIdentifier> = [first]
        var queue = [first]
        while let next = queue.popLast() {
          for other in companions[next]! where !shared.contains(other) && reached.insert(other).inserted {
            queue.append(other)
          }
        }
        persons.append(reached)
      }
    }
  }

  static let idColumns = ["cookie", "device", "e-mail"]

  /// Events with identifiers in some of three columns; the same texts in all of them.
  static func randomIdentifiers(seed: Int) -> [[String]] {
    var generator = TestGenerator(seed: seed)
    let texts = (0..<[4, 8, 20, 60][seed % 4]).map { $0 % 5 == 0 ? "an identifier of many bytes \($0)" : "i\($0)" }
    return (0..<[12, 30, 60][seed % 3]).map { _ in
      var own = idColumns.map { _ in Bool.random(using: &generator) ? texts.randomElement(using: &generator)! : "" }
      if own.allSatisfy(\.isEmpty) {
        own[Int.random(in: 0..<own.count, using: &generator)] = texts.randomElement(using: &generator)!
      }
      return own
    }
  }

  static func slowIdentifiers(_ identifiers: [String]) -> [SlowIdentifier] {
    identifiers.enumerated().filter { !$1.isEmpty }.map { SlowIdentifier(column: $0, text: $1) }
  }

  /// Each event is a touch of its own touchpoint, at a time of its own: paths tell who is whose.
  @Test(arguments: 0..<48)
  func joinsPersons(seed: Int) throws {
    let identifiers = Self.randomIdentifiers(seed: seed)
    let limit = [1, 2, 3, 5, 20, 1_000][seed % 6]
    let slow = SlowIdentity(identifiers.map(Self.slowIdentifiers), limit: limit)
    var events = identifiers.enumerated().map { index, own in
      (identifiers: own, event: SlowEvent("", Int64(index), "t\(index)"))
    }
    var expected: [Set<SlowIdentifier>: [String]] = [:]
    for (index, person) in slow.persons.enumerated() { expected[person, default: []].append("t\(index)") }

    var generator = TestGenerator(seed: seed)
    var snapshots: [Snapshot] = []
    var reports: [IdentityReport] = []
    for batchLength in [Int.max, 1, 5] {
      let log = Self.log(
        events, columns: Self.idColumns, batchLength: batchLength, sharedIdentifiers: limit)
      let result = JourneyBuilder().build(log, halfLives: Self.halfLives)
      #expect(Set(Self.rows(result.paths).keys) == Set(expected.values))
      #expect(result.account.persons == expected.count)
      snapshots.append(Snapshot(result))
      reports.append(try #require(log.identities))
      events.shuffle(using: &generator)
    }
    #expect(snapshots.allSatisfy { $0 == snapshots[0] })
    #expect(reports.allSatisfy { $0 == reports[0] })

    let report = reports[0]
    let perColumn = Self.idColumns.indices.map { column in slow.companions.keys.count { $0.column == column } }
    #expect(report.columns.map(\.name) == Self.idColumns)
    #expect(report.columns.map(\.identifiers) == perColumn)
    #expect(report.persons == expected.count)
    #expect(report.joinedPersons == expected.keys.count { $0.count > 1 })
    #expect(report.largestPerson == expected.keys.map(\.count).max())
    #expect(report.sharedCount == slow.shared.count)
    #expect(report.shared.count == min(10, slow.shared.count))
    let counts = slow.shared.map { slow.companions[$0]!.count }.sorted(by: >)
    #expect(report.shared.map(\.companions) == Array(counts.prefix(10)))
    for shared in report.shared {
      let column = try #require(Self.idColumns.firstIndex(of: shared.column))
      let own = SlowIdentifier(column: column, text: shared.identifier)
      #expect(slow.shared.contains(own))
      #expect(slow.companions[own]?.count == shared.companions)
    }
  }

  /// Journeys by every rule, where a person's events come under several identifiers.
  @Test(arguments: 0..<12)
  func joinedPersonsHaveJourneys(seed: Int) {
    let identifiers = Self.randomIdentifiers(seed: seed)
    let slow = SlowIdentity(identifiers.map(Self.slowIdentifiers), limit: 3)
    let random = Self.randomEvents(seed: 1_300 + seed, persons: 20, longest: 20)
    var events = zip(identifiers, random).map { (identifiers: $0, event: $1) }
    for (index, person) in slow.persons.prefix(events.count).enumerated() {
      events[index].event.person = person.map { "\($0.column) \($0.text)" }.sorted().joined(separator: ", ")
    }
    // Only where no event is left out do the persons of the search hold.
    #expect(events.count == identifiers.count)
    let log = Self.log(events, columns: Self.idColumns, batchLength: 9, sharedIdentifiers: 3)
    for turn in 0..<20 {
      let rules = Self.rules((seed * 20 + turn) * 7, seed: seed)
      #expect(Self.differences(events.map(\.event), log, rules) == [], "\(rules)")
    }
  }

  /// A number of companions exactly at the limit joins still; the next one makes the identifier shared.
  @Test(arguments: [(20, 1), (21, 21)])
  func anIdentifierIsSharedBeyondTheLimit(companions: Int, persons: Int) {
    let events = (0..<companions).map { index in
      (identifiers: ["p\(index)", "kiosk"], event: SlowEvent("", Int64(index), "a"))
    }
    let log = Self.log(events, columns: ["person", "device"])
    #expect(log.identities?.persons == persons)
    #expect(log.identities?.sharedCount == (persons == 1 ? 0 : 1))
    #expect(JourneyBuilder().build(log).account.persons == persons)
  }

  // MARK: Size

  /// One person whose life is longer than any other, rows in no order.
  @Test func twoHundredThousandTouches() {
    let count = 200_000
    // Of three equal names in a row two are repeats.
    var events = (0..<count).map { SlowEvent("p", Int64($0) * Microseconds.perSecond, "t\($0 / 3 % 4)") }
    let end = Int64(count - 1) * Microseconds.perSecond
    events.append(SlowEvent("p", end, nil, role: .conversion, conversions: 1, value: 5))
    let path = events.dropLast().map { $0.touchpoint! }
    var generator = TestGenerator(seed: 5)
    events.shuffle(using: &generator)
    let log = Self.log(events, batchLength: 30_000)

    var rules = JourneyRules()
    let whole = JourneyBuilder(rules).build(log, halfLives: [1])
    #expect(Self.rows(whole.paths) == [path: PathTotals(conversions: 1, value: 5)])
    #expect(whole.account[.convertingTouch] == count)
    #expect(whole.account.mostTouches == count)

    rules.repeats = 1
    rules.conversions = .lookBack
    let collapsed = JourneyBuilder(rules).build(log)
    let runs = (count + 2) / 3
    #expect(
      Self.rows(collapsed.paths) == [(0..<runs).map { "t\($0 % 4)" }: PathTotals(conversions: 1, value: 5)])
    #expect(collapsed.account[.convertingTouch] == runs)
    #expect(collapsed.account[.repeated] == count - runs)

    rules.maximumTouches = count - 1
    let left = JourneyBuilder(rules).build(log)
    #expect(left.account.bots == 1)
    #expect(left.account[.bot] == count + 1)
    #expect(left.account.droppedConversions == 1)
    #expect(left.paths.pathCount == 0)
  }
}
