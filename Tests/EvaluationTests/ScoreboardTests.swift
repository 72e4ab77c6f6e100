import Testing
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneSimulation
import TouchstoneTestSupport

@testable import TouchstoneEvaluation

@Suite struct ScoreTests {
  static func truth(_ channels: [Double], errors: [Double]? = nil, placebo: [Bool]? = nil, baseline: Double)
    -> TruthShares
  {
    TruthShares(
      channels: channels, errors: errors ?? channels.map { _ in 0.0001 },
      isPlacebo: placebo ?? channels.map { _ in false }, baseline: baseline)
  }

  @Test func measuresEqualThoseByHand() {
    let truth = Self.truth([0.1, 0.2, 0], placebo: [false, false, true], baseline: 0.7)
    let claim = Claim(
      channels: [0.3, 0.2, 0.1], baseline: 0.4, intervals: [0.25...0.35, 0.15...0.25, 0.05...0.15])
    let values = Score(claim, truth).values
    #expect(isClose(values[.error]!, 100 * (0.2 + 0 + 0.1 + 0.3) / 4, relative: 1e-12))
    #expect(isClose(values[.baselineError]!, 30, relative: 1e-12))
    // 1/2, 1/3, 1/6 against 1/3, 2/3, 0.
    #expect(isClose(values[.shareError]!, 100 * (1.0 / 6 + 1.0 / 3 + 1.0 / 6) / 3, relative: 1e-12))
    #expect(isClose(values[.overCredit]!, 3, relative: 1e-12))
    #expect(isClose(values[.placeboCredit]!, 10, relative: 1e-12))
    #expect(isClose(values[.coverage]!, 100.0 / 3, relative: 1e-12))
    #expect(isClose(values[.rankCorrelation]!, 1.0 / 3, relative: 1e-12))
  }

  @Test func aPerfectClaimHasNoError() {
    let truth = Self.truth([0.3, 0.05, 0.1], baseline: 0.55)
    let values = Score(Claim(channels: truth.channels, baseline: truth.baseline, intervals: nil), truth).values
    #expect(
      values[.error] == 0 && values[.shareError] == 0 && values[.rankCorrelation] == 1 && values[.overCredit] == 1)
    #expect(values[.coverage] == nil && values[.placeboCredit] == nil)
  }

  /// Against scipy.stats.kendalltau 1.17, with ties.
  @Test func kendallAgreesWithScipy() {
    #expect(isClose(Score.kendall([1, 2, 3, 4], [1, 3, 2, 4])!, 0.6666666666666669, relative: 1e-12))
    #expect(isClose(Score.kendall([1, 1, 2, 3, 3], [5, 4, 4, 2, 1])!, -0.8249579113843054, relative: 1e-12))
    #expect(Score.kendall([1, 1], [1, 2]) == nil && Score.kendall([], []) == nil)
  }

  @Test func smallOrUncertainTruthsHaveNoFactor() {
    let truth = Self.truth([0.001, 0.05, 0.1], errors: [1e-6, 0.04, 0.001], baseline: 0.8)
    let values = Score(Claim(channels: [0.5, 0.5, 0.2], baseline: 0, intervals: nil), truth).values
    #expect(values[.overCredit] == 2)
  }
}

@Suite struct ScoreboardTests {
  static func world() throws -> World {
    try World(file: Repository.reference("worlds/search.yaml").path).with(users: 500)
  }

  /// Organic credit is the baseline's, naive rules share all out, and models see what the log says.
  @Test func claimsSumToAllConversions() throws {
    let world = try Self.world()
    let log = LogEvidence(world, EvidenceNeeds(halfLives: [7]))
    for contestant in [Contestant.model(LastTouch()), .model(Markov()), .lastAdvertised] + Contestant.naive {
      let claim = contestant.claim(log, try contestant.attribution(log))
      #expect(isClose(claim.channels.reduce(0, +) + claim.baseline, 1, relative: 1e-9), "\(contestant.name)")
    }
    func claim(_ contestant: Contestant) throws -> Claim {
      contestant.claim(log, try contestant.attribution(log))
    }
    let last = try claim(.model(LastTouch()))
    let advertised = try claim(.lastAdvertised)
    #expect(last.baseline > 0.3 && advertised.baseline < last.baseline)
    let spend = try claim(.spendShare)
    #expect(
      spend.baseline == 0
        && isClose(spend.channels[0] / spend.channels[1], log.spend[0] / log.spend[1], relative: 1e-12))
    #expect(try claim(.uniform).channels == [1.0 / 3, 1.0 / 3, 1.0 / 3])
    // The log's journeys are those of the events, read back.
    #expect(log.evidence.paths.totals.conversions == Truth(world, []).realised.conversions)
  }

  /// An organic channel that is called as direct visits are is credited once.
  @Test func sharedNamesCountOnce() throws {
    var world = try Self.world()
    world.channels.append(Channel(name: world.direct, kind: .organic))
    world.channels[world.channels.count - 1].rate = 0.05
    world.damage.unlogged.append(0)
    let log = LogEvidence(world, EvidenceNeeds())
    let claim = Contestant.model(LastTouch()).claim(log, try LastTouch().attribute(log.evidence))
    #expect(isClose(claim.channels.reduce(0, +) + claim.baseline, 1, relative: 1e-9))
  }

  @Test func scoresDependOnNeitherThreadsNorOtherWorlds() throws {
    let world = try Self.world()
    var settings = Scoreboard.Settings()
    settings.replications = 2
    settings.bootstrapReplicates = 20
    func figures(_ threads: Int, _ worlds: [World]) throws -> [[Double]] {
      try Parallel.$maximumThreads.withValue(threads) {
        let board = try Scoreboard(worlds, models: [LastTouch(), Markov()], settings)
        return board.worlds.last!.scores.map {
          $0.flatMap { score in Score.Measure.allCases.compactMap { score.values[$0] } }
        }
      }
    }
    let one = try figures(1, [world])
    // The number of threads changes nothing, and neither does another world beside it.
    #expect(try figures(2, [world]) == one)
    let other = try World(file: Repository.reference("worlds/push-only.yaml").path).with(users: 300)
    #expect(try figures(2, [other, world]) == one)
  }

  @Test func aMeanIsThatOverReplications() throws {
    var settings = Scoreboard.Settings()
    settings.replications = 3
    settings.bootstrapReplicates = 0
    settings.estimand = .shapley
    let board = try Scoreboard([try Self.world()], models: [Linear()], settings)
    #expect(
      board.contestants.map(\.name) == [
        "linear", "last-touch:advertised", "(spend share)", "(touch share)", "(uniform)",
      ])
    let own = board.worlds[0].scores[0].map { $0.values[.error]! }
    let mean = board.worlds[0].mean(.error, contestant: 0)!
    #expect(isClose(mean.mean, own.reduce(0, +) / 3, relative: 1e-12) && mean.standardError > 0)
    #expect(board.mean(.error, contestant: 0)!.mean == mean.mean)
    #expect(board.worlds[0].mean(.coverage, contestant: 0) == nil)
    // Another replication is another life.
    #expect(Set(own).count == 3)
  }
}

/// Removal effects solved against journeys walked along the same chain: what attribution computes by formula,
/// simulation counts.
@Suite struct ChainMonteCarloTests {
  @Test(arguments: [1, 2])
  func removalEffectsAreReachAmongConverters(_ order: Int) throws {
    let table = PathTable(randomRows(seed: 14, rows: 400, touchpoints: 5))
    let effects = try RemovalEffects(try MarkovChain(table, order: order))
    let sample = ChainWorld(table, order: order).sample(journeys: 30_000, seed: 4)
    let total = sample.totals.conversions
    let converting = Double(sample.totals.journeys) * effects.conversionProbability
    #expect(Chance.interval(mean: converting, standardDeviation: converting.squareRoot()).contains(total))
    let reach = try Participation().attribute(Evidence(paths: sample)).credits
    for (id, name) in sample.touchpoints.names.enumerated() {
      let expected = effects.conversions[Int(table.touchpoints.id(of: name)!)]
      let share = reach[id].conversions / total
      #expect(
        Chance.interval(mean: expected, standardDeviation: (expected * (1 - expected) / total).squareRoot())
          .contains(share))
    }
  }
}

@Suite struct PlanTrialTests {
  static func board(_ threads: Int? = nil) throws -> Scoreboard {
    var settings = Scoreboard.Settings()
    settings.replications = 2
    settings.bootstrapReplicates = 0
    settings.wantsPlans = true
    let world = try ScoreboardTests.world()
    return try Parallel.$maximumThreads.withValue(threads) {
      try Scoreboard([world], models: [LastTouch(), Markov(), Participation()], settings)
    }
  }

  /// The best plan is at least as good as all others, nothing done brings nothing, and budgets are kept.
  @Test func noPlanBeatsTheBestAndBudgetsAreKept() throws {
    let board = try Self.board()
    // Participation's credits overlap: it does not plan.
    #expect(
      board.planners == [.contestant(0), .contestant(1), .contestant(3), .unchanged, .lastTouchReturn, .best])
    let scores = board.worlds[0].planScores
    #expect(scores.allSatisfy { $0.count == 2 })
    for replication in 0..<2 {
      func value(_ planner: Int, _ measure: PlanScore.Measure) -> Double? {
        scores[planner][replication].values[measure]
      }
      for planner in scores.indices {
        #expect(value(planner, .regret)! >= -1e-9)
        #expect(
          isClose(value(planner, .regret)! + value(planner, .gain)!, value(5, .gain)!, relative: 1e-9, absolute: 1e-9))
        #expect(abs(value(planner, .overspend)!) < 3)
      }
      #expect(value(3, .gain) == 0 && value(3, .promised) == 0 && value(3, .overspend) == 0)
      #expect(value(5, .regret) == 0 && value(5, .promised) == nil && value(4, .promised) == nil)
      // A model promises a gain by its own credit.
      #expect(value(1, .promised)! > 0)
    }
    #expect(board.mean(PlanScore.Measure.regret, planner: 5)?.mean == 0)
  }

  /// A channel that is never logged has no credit to plan by: such plans are counted with their reason, not passed
  /// over.
  @Test func plansThatCannotBeMadeAreCounted() throws {
    var display = Channel(name: "display", kind: .push)
    (display.spend, display.costPerTouch, display.effect) = (40, 0.01, 1)
    var world = World(
      name: "unseen", users: 300, days: 10, warmup: 0, seed: 3, conversion: World.Conversion(base: -3),
      channels: [display])
    world.damage.unlogged = [1]
    var settings = Scoreboard.Settings()
    settings.replications = 2
    settings.bootstrapReplicates = 0
    settings.wantsPlans = true
    let board = try Scoreboard([world], models: [LastTouch()], settings)
    #expect(board.planners == [.contestant(0), .contestant(1), .unchanged, .lastTouchReturn, .best])
    let scores = board.worlds[0]
    #expect(scores.planScores.map(\.count) == [0, 0, 2, 2, 2])
    #expect(scores.planFailures.map(\.planner) == [.contestant(0), .contestant(1), .contestant(0), .contestant(1)])
    #expect(scores.planFailures.map(\.replication) == [0, 0, 1, 1])
    #expect(scores.planFailures.allSatisfy { $0.reason == .noCredit })
  }

  @Test func plansDoNotDependOnThreads() throws {
    func figures(_ threads: Int) throws -> [Double] {
      try Self.board(threads).worlds[0].planScores.flatMap {
        $0.flatMap { score in PlanScore.Measure.allCases.compactMap { score.values[$0] } }
      }
    }
    #expect(try figures(1) == figures(2))
  }
}
