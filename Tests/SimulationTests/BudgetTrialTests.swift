import Testing
import TouchstoneParallel
import TouchstoneTestSupport

@testable import TouchstoneSimulation

@Suite struct BudgetTrialTests {
  static func world(_ name: String, users: Int) throws -> World {
    try World(file: Repository.reference("worlds/\(name).yaml").path).with(users: users)
  }

  /// The same lives as those of the truth: without a channel, and at another spend.
  @Test(arguments: ["search", "push-only"]) func agreesWithTheTruth(_ name: String) throws {
    var world = try Self.world(name, users: 700)
    world.truth.response = [1.5]
    let truth = Truth(world, [.off, .response])
    let without = world.advertised.map { channel in world.channels.indices.map { $0 == channel ? 0.0 : 1 } }
    let more = world.advertised.map { channel in world.channels.indices.map { $0 == channel ? 1.5 : 1 } }
    let trial = BudgetTrial(world, budgets: without + more + [world.channels.map { _ in 1 }])
    #expect(isClose(trial.conversions.conversions, truth.allOn.conversions, relative: 1e-12))
    for (channel, spend) in trial.spends.enumerated() { #expect(isClose(spend, truth.spend[channel], relative: 1e-12)) }
    for (place, channel) in world.advertised.enumerated() {
      let off = trial.outcomes[place]
      #expect(isClose(-off.gain.conversions, truth[.off][place].estimate.conversions, relative: 1e-9, absolute: 1e-9))
      #expect(
        isClose(off.gain.standardError, truth[.off][place].estimate.standardError, relative: 1e-9, absolute: 1e-12))
      #expect(off.spends[channel] == 0)
      let response = truth[.response][place]
      let outcome = trial.outcomes[world.advertised.count + place]
      #expect(
        isClose(
          outcome.gain.conversions, response.estimate.conversions - truth.allOn.conversions, relative: 1e-6,
          absolute: 1e-8))
      #expect(isClose(outcome.spends[channel], response.spend!, relative: 1e-12))
    }
    let same = trial.outcomes.last!
    #expect(same.gain.conversions == 0 && same.gain.standardError == 0 && same.spends == trial.spends)
  }

  @Test func threadsChangeNothing() throws {
    let world = try Self.world("search", users: 900)
    let budgets = [world.channels.map { _ in 1.3 }, world.channels.map { _ in 0.7 }]
    func gains(_ threads: Int) -> [Double] {
      Parallel.$maximumThreads.withValue(threads) {
        BudgetTrial(world, budgets: budgets).outcomes.flatMap {
          [$0.gain.conversions, $0.gain.standardError] + $0.spends
        }
      }
    }
    #expect(gains(1) == gains(2))
  }
}
