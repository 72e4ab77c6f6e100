import Foundation
import Testing
import TouchstoneParallel
import TouchstoneTestSupport

@testable import TouchstoneJourneys

/// Histories against a slow obvious twin: one person and one rule after the other, by names.
@Suite struct ExposureHistoriesTests {
  /// One person's history by names.
  struct SlowHistory: Hashable, CustomStringConvertible {
    /// Day, touchpoint and kind, with the number of touches.
    var exposures: [[String]: Int] = [:]
    /// By day, conversions and value.
    var conversions: [Int: [Double]] = [:]

    var description: String {
      let touches = exposures.map { "\($0.key) \($0.value)" }.sorted()
      return "\(touches) \(conversions.map { "\($0.key) \($0.value)" }.sorted())"
    }
  }

  static func day(_ time: Int64) -> Int {
    var day = 0
    // In steps, so that there is nothing to get wrong about rounding and signs.
    var rest = time
    let (year, length): (Int, Int64) = (365, 86_400_000_000)
    while rest >= length * Int64(year) { (day, rest) = (day + year, rest - length * Int64(year)) }
    while rest < 0 { (day, rest) = (day - year, rest + length * Int64(year)) }
    while rest >= length { (day, rest) = (day + 1, rest - length) }
    return day
  }

  /// The histories of all persons by the rules' own words: duplicates, bots and refunds, and nothing about journeys.
  static func slow(_ events: [SlowEvent], _ rules: JourneyRules) -> [SlowHistory] {
    Dictionary(grouping: events, by: \.person).values.compactMap { events -> SlowHistory? in
      var kept: [SlowEvent] = []
      for event in events where rules.duplicates == .keep || !kept.contains(event) { kept.append(event) }
      if let limit = rules.maximumTouches, kept.count(where: \.isTouch) > limit { return nil }
      var history = SlowHistory()
      for event in kept where event.isTouch {
        history.exposures[["\(day(event.time))", event.touchpoint!, "\(event.kind)"], default: 0] += 1
      }
      for event in kept where event.isConversion {
        let before = history.conversions[day(event.time)] ?? [0, 0]
        history.conversions[day(event.time)] = [before[0] + event.conversions, before[1] + event.value]
      }
      for refund in kept where refund.role == .refund && rules.refunds == .net {
        // It goes to the latest conversion that is not later.
        guard let time = kept.filter({ $0.isConversion && $0.time <= refund.time }).map(\.time).max() else { continue }
        history.conversions[day(time)]![1] += refund.value
      }
      return history == SlowHistory() ? nil : history
    }.sorted { "\($0)" < "\($1)" }
  }

  /// What the builder made, by names.
  static func named(_ histories: ExposureHistories) -> [SlowHistory] {
    (0..<histories.personCount).map { person in
      var history = SlowHistory()
      for exposure in histories.exposures(ofPerson: person) {
        let name = histories.touchpoints.names[Int(exposure.touchpoint)]
        history.exposures[["\(exposure.day)", name, "\(exposure.kind)"]] = exposure.touches
      }
      for conversion in histories.conversions(ofPerson: person) {
        history.conversions[conversion.day] = [conversion.conversions, conversion.value]
      }
      return history
    }.sorted { "\($0)" < "\($1)" }
  }

  static func built(_ events: [SlowEvent], _ rules: JourneyRules = JourneyRules()) -> ExposureHistories {
    JourneyBuilder(rules).build(JourneyBuilderTests.log(events), wantsExposures: true).exposures!
  }

  /// Quarters in all figures, so that sums are exact in any order.
  @Test(arguments: 0..<100)
  func equalTheSlowTwin(_ seed: Int) {
    // Within half a day, or over five.
    let events = JourneyBuilderTests.randomEvents(seed: seed, instants: seed % 2 == 0 ? 12 : 120)
    let rules = JourneyBuilderTests.rules(seed &* 2_654_435_761 % JourneyBuilderTests.ruleCount, seed: seed)
    #expect(Self.named(Self.built(events, rules)) == Self.slow(events, rules), "\(rules)")
  }

  /// What cuts journeys leaves histories whole.
  @Test func lookbacksAndDirectVisitsLeaveThemWhole() {
    let events = JourneyBuilderTests.randomEvents(seed: 5, persons: 40)
    var rules = JourneyRules()
    rules.lookback = 0
    rules.impressionLookback = 0
    rules.gap = 0
    rules.direct = .drop
    rules.repeats = 1
    rules.afterConversion = .drop
    #expect(Self.built(events, rules) == Self.built(events))
  }

  @Test func neitherOrderNorThreadsMatter() {
    let events = JourneyBuilderTests.randomEvents(seed: 9, persons: 300)
    let one = Parallel.$maximumThreads.withValue(1) { Self.built(events) }
    var generator = TestGenerator(seed: 2)
    let shuffled = events.shuffled(using: &generator)
    #expect(Parallel.$maximumThreads.withValue(3) { Self.built(shuffled) } == one)
    #expect(one.personCount > 250)
  }

  @Test func timesBefore1970HaveDaysBelow0() {
    #expect(ExposureHistories.day(of: -1) == -1 && ExposureHistories.day(of: 0) == 0)
    #expect(ExposureHistories.day(of: -86_400_000_000) == -1 && ExposureHistories.day(of: -86_400_000_001) == -2)
    #expect(ExposureHistories.day(of: 86_399_999_999) == 0 && ExposureHistories.day(of: 86_400_000_000) == 1)
  }

  @Test func nothingIsNotedUnlessAskedFor() {
    #expect(JourneyBuilder().build(JourneyBuilderTests.log([SlowEvent("p", 0, "a")])).exposures == nil)
    #expect(Self.built([]).personCount == 0)
  }
}
