import Foundation
import Testing
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneTestSupport

/// Time decay from events through the path table, against the formula.
@Suite struct TimeDecayTests {
  static let log = """
    user,time,channel,conversion,value
    a,2024-05-01T00:00:00Z,x,0,
    a,2024-05-08T00:00:00Z,y,0,
    a,2024-05-15T00:00:00Z,x,2,10
    b,2024-05-01T00:00:00Z,x,0,
    b,2024-05-29T00:00:00Z,y,0,
    b,2024-05-29T00:00:01Z,x,1,7
    c,2024-05-01T00:00:00Z,y,0,
    """

  func table(halfLives: [Double]) throws -> PathTable {
    let reading = try EventReader().read(bytes: Array(Self.log.utf8), name: "log")
    return JourneyBuilder().build(reading.log, halfLives: halfLives).paths
  }

  /// Journeys along x > y > x differ in their times; their credits add up on one row.
  @Test func equalsTheFormula() throws {
    let table = try table(halfLives: [7, 30])
    #expect(table.pathCount == 2)
    for halfLife in [7.0, 30] {
      var expected: [String: Credit] = ["x": Credit(), "y": Credit()]
      let day = 1.0 / 86_400
      for (ages, conversions, value) in [([14.0, 7, 0], 2.0, 10.0), ([28 + day, day, 0], 1, 7)] {
        let weights = ages.map { exp2($0 / -halfLife) }
        for (name, weight) in zip(["x", "y", "x"], weights) {
          expected[name]!.conversions += conversions * weight / weights.reduce(0, +)
          expected[name]!.value += value * weight / weights.reduce(0, +)
        }
      }
      let credits = try TimeDecay(halfLife: halfLife).attribute(Evidence(paths: table)).credits
      for (name, credit) in zip(table.touchpoints.names, credits) {
        #expect(isClose(credit.conversions, expected[name]!.conversions, relative: 1e-13))
        #expect(isClose(credit.value, expected[name]!.value, relative: 1e-13))
      }
    }
  }

  @Test func allHoldsItWhereTheEvidenceDoes() throws {
    let without = try ModelCatalogue.models("all")
    let with = try ModelCatalogue.models("all", meets: EvidenceNeeds(halfLives: [7]))
    #expect(!without.contains { $0.name == "time-decay" })
    #expect(with.count == without.count + 1 && with.contains { $0.name == "time-decay" })
    #expect(try ModelCatalogue.models("all", meets: EvidenceNeeds(halfLives: [3])).count == without.count)
  }
}
