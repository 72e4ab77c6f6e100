import Testing
import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneSimulation
import TouchstoneTestSupport

@testable import TouchstoneEvaluation

/// Models that read what persons met day by day, in worlds.
@Suite struct ExposureEvidenceTests {
  /// Each conversion in equal parts to all touchpoints that its person ever met.
  struct EverMet: AttributionModel {
    let name = "ever-met"
    let parameters: [ModelParameter] = []
    let traits: ModelTraits = .sumsToTotal
    let needs = EvidenceNeeds(exposures: true)

    func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
      let histories = try evidence.exposures(for: self)
      var credits = [Credit](repeating: Credit(), count: evidence.paths.touchpoints.count)
      for person in 0..<histories.personCount {
        let met = Set(histories.exposures(ofPerson: person).map(\.touchpoint))
        for conversion in histories.conversions(ofPerson: person) {
          for touchpoint in met {
            credits[Int(touchpoint)].conversions += conversion.conversions / Double(met.count)
            credits[Int(touchpoint)].value += conversion.value / Double(met.count)
          }
        }
      }
      return Attribution(credits: credits, paths: evidence.paths, sumsToTotal: true)
    }
  }

  static func world() throws -> World {
    try World(file: Repository.reference("worlds/search.yaml").path).with(users: 300)
  }

  /// A world's log is read once, for paths and histories, and both tell of the same touches and conversions.
  @Test func historiesAreThoseOfTheLog() throws {
    let log = LogEvidence(try Self.world(), EverMet().needs)
    let histories = try #require(log.evidence.exposures)
    #expect(histories.conversionCounts.reduce(0, +) == log.evidence.paths.totals.conversions)
    var touches = [Double](repeating: 0, count: histories.touchpoints.count)
    for (touchpoint, count) in zip(histories.exposureTouchpoints, histories.exposureTouches) {
      touches[Int(touchpoint)] += Double(count)
    }
    for channel in log.world.advertised { #expect(touches[try #require(log.id(of: channel))] == log.touches[channel]) }
    #expect(LogEvidence(try Self.world(), EvidenceNeeds()).evidence.exposures == nil)
  }

  /// They are scored as others are, without intervals: replicates know paths alone.
  @Test func theyAreScoredWithoutIntervals() throws {
    var settings = Scoreboard.Settings()
    settings.replications = 1
    settings.bootstrapReplicates = 10
    let board = try Scoreboard([try Self.world()], models: [EverMet(), LastTouch()], settings)
    let (histories, paths) = (board.worlds[0].scores[0][0].values, board.worlds[0].scores[1][0].values)
    #expect(histories[.error] != nil && histories[.coverage] == nil && paths[.coverage] != nil)
  }
}
