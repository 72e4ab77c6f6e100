import Testing
import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneTestSupport

/// The weights of the rules on paths small enough to check by hand.
@Suite struct RuleTests {
  static func conversions(_ specification: String, _ path: [String]) throws -> [String: Double] {
    try ModelContractTests.credits(specification, [(path, PathTotals(conversions: 1))])
      .mapValues(\.conversions)
  }

  @Test func firstAndLastTouchTakeAll() throws {
    #expect(try Self.conversions("first-touch", ["a", "b", "c"]) == ["a": 1, "b": 0, "c": 0])
    #expect(try Self.conversions("last-touch", ["a", "b", "c"]) == ["a": 0, "b": 0, "c": 1])
  }

  @Test func lastNonDirectSkipsDirect() throws {
    let skipped = try Self.conversions("last-non-direct", ["a", "b", "Direct", "(DIRECT)"])
    #expect(skipped["b"] == 1)
    #expect(try Self.conversions("last-non-direct", ["a", "直接访问"])["a"] == 1)
    #expect(try Self.conversions("last-non-direct", ["Direct", "(direct)"])["(direct)"] == 1)
    #expect(try Self.conversions("last-non-direct:direct=b|c", ["a", "b", "c"])["a"] == 1)
  }

  @Test func linearCountsRepeats() throws {
    let credits = try Self.conversions("linear", ["a", "b", "a", "c"])
    #expect(credits == ["a": 0.5, "b": 0.25, "c": 0.25])
  }

  @Test func positionBasedSharesOutByPosition() throws {
    #expect(try Self.conversions("position-based", ["a"]) == ["a": 1])
    #expect(try Self.conversions("position-based", ["a", "b"]) == ["a": 0.5, "b": 0.5])
    let four = try Self.conversions("position-based", ["a", "b", "c", "d"])
    #expect(isClose(four["b"]!, 0.1, relative: 1e-14) && four["a"] == 0.4 && four["d"] == 0.4)
    let two = try Self.conversions("position-based:shape=j", ["a", "b"])
    #expect(isClose(two["a"]!, 0.25, relative: 1e-14) && isClose(two["b"]!, 0.75, relative: 1e-14))
    let inverse = try Self.conversions("position-based:shape=inverse-j", ["a", "b", "c"])
    #expect(inverse["a"] == 0.6 && inverse["c"] == 0.2)
    #expect(try Self.conversions("position-based:first=0,last=0", ["a", "b"])["a"] == 0.5)
  }

  @Test func positionDecayHalves() throws {
    let credits = try Self.conversions("position-decay", ["a", "b", "c"])
    #expect(isClose(credits["c"]!, 4.0 / 7, relative: 1e-14))
    #expect(isClose(credits["b"]!, 2.0 / 7, relative: 1e-14))
    let slow = try Self.conversions("position-decay:half-life=2", ["a", "b", "c"])
    #expect(isClose(slow["a"]! / slow["c"]!, 0.5, relative: 1e-14))
  }

  @Test func participationOverlaps() throws {
    #expect(try Self.conversions("participation", ["a", "b", "a"]) == ["a": 1, "b": 1])
  }
}
