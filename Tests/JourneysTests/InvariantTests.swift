import Testing
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneJourneys

/// What every finished container says of itself: that it is whole, and of broken ones what is wrong.
@Suite struct InvariantTests {
  static let table = PathTable(randomRows(seed: 1, rows: 500, touchpoints: 9))
  static var log: EventLog { JourneyBuilderTests.log(JourneyBuilderTests.randomEvents(seed: 1)) }

  @Test(arguments: 0..<20)
  func finishedContainersAreWhole(seed: Int) {
    #expect(PathTable(randomRows(seed: seed, rows: seed * 40, touchpoints: 1 + seed)).brokenInvariant() == nil)
    #expect(timedTable(randomRows(seed: seed, rows: 50, touchpoints: 5)).brokenInvariant() == nil)
    let log = JourneyBuilderTests.log(JourneyBuilderTests.randomEvents(seed: seed), batchLength: 1 + seed)
    #expect(log.brokenInvariant() == nil)
    #expect(log.touchpoints.brokenInvariant() == nil)
    // Two spellings of one text, and a name that is none.
    #expect(TouchpointTable(["é", "e\u{301}", "", "long enough for two words"]).brokenInvariant() == nil)
  }

  @Test func aTableWhoseRowsDoNotBelongToItIsBroken() {
    func broken(
      touchpoints: TouchpointTable = Self.table.touchpoints, parts: [PathTable.Part] = Self.table.parts,
      halfLives: [Double] = []
    ) -> String? {
      PathTable(
        touchpoints: touchpoints, parts: parts, untouched: PathTotals(conversions: 0), halfLives: halfLives
      ).brokenInvariant()
    }
    #expect(broken() == nil)
    #expect(broken(touchpoints: TouchpointTable(["a"]))?.hasSuffix("a touch of no touchpoint") == true)
    #expect(broken(parts: Self.table.parts.dropLast()) == "a table of 63 parts")
    #expect(broken(parts: Self.table.parts.reversed())?.contains("a row of part") == true)
    #expect(broken(halfLives: [7])?.hasSuffix("credits for 0 half-lives") == true)
  }

  /// A touch that is written over changes the path's hash, and the row is no longer found.
  @Test func aRowThatItsIndexDoesNotFindIsBroken() {
    let batch = PathBatch()
    batch.append([1, 2, 3], PathTotals(conversions: 1))
    batch.seal()
    let part = GrowingPart()
    for index in 0..<PathTable.partCount { part.add(batch, part: index) }
    #expect(part.brokenInvariant() == nil)
    part.arena.record(at: 0).touches[0] = 9
    #expect(part.brokenInvariant() == "the row at 0 is found at no position")
  }

  @Test func anIndexThatHoldsTooMuchOrOneThingTwiceIsBroken() {
    var index = HashIndex()
    for position in 0..<12 { index.insert(HashIndex.tag(UInt64(position) << 50), position) }
    #expect(index.brokenInvariant() == nil)
    #expect(index.countPositions() == 12)
    index.insert(HashIndex.tag(99), 12)
    #expect(index.brokenInvariant() == "an index has 13 of 16 slots in use")
    index.reserve(100)
    #expect(index.brokenInvariant() == nil)
    index.insert(HashIndex.tag(98), 12)
    #expect(index.brokenInvariant() == "an index holds a position twice")
  }

  @Test func aLogWhoseEventsReferToNothingIsBroken() {
    let whole = Self.log
    func broken(
      touchpoints: TouchpointTable? = nil, measureNames: [String] = [], hasCost: Bool = false,
      shards: [EventShard]? = nil
    ) -> String? {
      EventLog(
        touchpoints: touchpoints ?? whole.touchpoints, measureNames: measureNames, hasCost: hasCost, identities: nil,
        shards: shards ?? whole.shards
      ).brokenInvariant()
    }
    #expect(broken() == nil)
    #expect(broken(touchpoints: TouchpointTable())?.contains("of touchpoint") == true)
    #expect(broken(measureNames: ["pages"])?.contains("0 measures") == true)
    #expect(broken(hasCost: true) == "a cost, and no measure")
    #expect(broken(shards: whole.shards.dropLast()) == "a log of 63 shards")
    // An event's person is an identifier of its own shard.
    for shard in whole.shards { shard.adoptIdentifiers(of: EventShard()) }
    #expect(broken()?.contains("of person 0 of 0") == true)
  }

  @Test func exposureHistoriesOutOfOrderAreBroken() {
    var histories = ExposureHistories(touchpoints: TouchpointTable(["a", "b"]))
    var touches = [0, 1].map { ExposureHistories.DayTouch(time: 5, touchpoint: $0, kind: .click) }
    histories.addPerson(key: 3, touches: &touches, conversions: [(Int64(7), PathTotals(conversions: 1))])
    #expect(histories.brokenInvariant() == nil)
    var broken = histories
    broken.exposureTouchpoints.reverse()
    #expect(broken.brokenInvariant() == "exposures of person 0 out of order")
    broken = histories
    broken.exposureTouchpoints[1] = 2
    #expect(broken.brokenInvariant() == "an exposure to no touchpoint")
    broken = histories
    broken.conversionValues.removeLast()
    #expect(broken.brokenInvariant()?.hasPrefix("conversion columns") == true)
    broken = histories
    broken.append(histories)
    broken.personKeys[1] = 2
    #expect(broken.brokenInvariant() == "persons out of order")
  }
}
