import TouchstoneAttribution
import TouchstoneMonteCarlo
import TouchstoneSimulation

/// Scores of contestants in worlds, over replications.
public struct Scoreboard: Sendable {
  /// A mean over replications, or over worlds, and its standard error.
  public struct Mean: Sendable, Equatable {
    public let mean: Double
    /// NaN where there is one value alone.
    public let standardError: Double

    init?(_ values: [Double]) {
      guard !values.isEmpty else { return nil }
      let moments = SampleMoments(values)
      (mean, standardError) = (moments.mean, moments.standardError)
    }

    init(mean: Double, standardError: Double) {
      self.mean = mean
      self.standardError = standardError
    }
  }

  /// One world's scores.
  public struct WorldScores: Sendable {
    public let world: World
    /// By contestant and replication.
    public let scores: [[Score]]
    /// By replication: all conversions, and the baseline's share of them.
    public let conversions: [Double]
    public let baselineShares: [Double]
    /// By planner of the board and replication; empty where plans were not asked for.
    public let planScores: [[PlanScore]]
    /// Plans that could not be made: the means of their planners are over fewer replications.
    public let planFailures: [PlanFailure]

    /// The mean of a measure of a planner over replications.
    public func mean(_ measure: PlanScore.Measure, planner: Int) -> Mean? {
      Mean(planScores[planner].compactMap { $0.values[measure] })
    }

    /// The mean of a measure over replications.
    public func mean(_ measure: Score.Measure, contestant: Int) -> Mean? {
      Mean(scores[contestant].compactMap { $0.values[measure] })
    }
  }

  public let contestants: [Contestant]
  public let estimand: Estimand
  public let replications: Int
  public let worlds: [WorldScores]
  /// Who planned budgets; empty where plans were not asked for.
  public let planners: [PlannerName]
  /// Replications whose log has no conversions: nobody can be scored on them.
  public let silentReplications: Int

  /// The mean of a measure over worlds that have it; its standard error is that over replications, worlds being given.
  public func mean(_ measure: Score.Measure, contestant: Int) -> Mean? {
    Self.mean(worlds.compactMap { $0.mean(measure, contestant: contestant) })
  }

  /// The same of a planner's plans.
  public func mean(_ measure: PlanScore.Measure, planner: Int) -> Mean? {
    Self.mean(worlds.compactMap { $0.mean(measure, planner: planner) })
  }

  private static func mean(_ means: [Mean]) -> Mean? {
    guard !means.isEmpty else { return nil }
    let count = Double(means.count)
    return Mean(
      mean: means.reduce(0) { $0 + $1.mean } / count,
      standardError: means.reduce(0) { $0 + $1.standardError * $1.standardError }.squareRoot() / count)
  }

  /// How an evaluation is run.
  public struct Settings: Sendable {
    /// One by channel (``TouchstoneSimulation/Estimand/byChannel``).
    public var estimand = Estimand.off
    /// How often each world is lived, with other users and days.
    public var replications = 5
    /// Chooses them.
    public var seed: UInt64 = 1
    /// Bootstrap replicates for the models' intervals; 0 for no intervals.
    public var bootstrapReplicates = 100
    public var level = 0.95
    /// Whether each model also plans the budget, and its plan is run.
    public var wantsPlans = false
    /// How far a plan may move each channel's spend, as a share of it.
    public var planChange = 0.3
    /// What plans assume.
    public var planElasticity = 0.5

    public init() {}
  }

  /// Lives each world and scores all contestants on its log.
  ///
  /// - Parameters:
  ///   - worlds: The worlds, calibrated (``TouchstoneSimulation/World/calibrated()``).
  ///   - models: The models; naive rules take part besides them.
  ///   - progress: Called with the number of replications done, of all worlds.
  /// - Throws: What a model throws.
  public init(
    _ worlds: [World], models: [any AttributionModel], _ settings: Settings = Settings(),
    progress: ((Int) -> Void)? = nil
  ) throws(AttributionError) {
    let contestants = models.map { Contestant.model($0) } + [.lastAdvertised] + Contestant.naive
    let needs = EvidenceNeeds(of: models)
    precondition(Estimand.byChannel.contains(settings.estimand), "claims are held against an estimand by channel")
    var results: [WorldScores] = []
    var silentReplications = 0
    let planning = contestants.indices.filter { contestants[$0].plans }
    let planners: [PlannerName] =
      settings.wantsPlans ? planning.map { .contestant($0) } + [.unchanged, .lastTouchReturn, .best] : []
    for (worldIndex, world) in worlds.enumerated() {
      var scores = [[Score]](repeating: [], count: contestants.count)
      var (conversions, baselineShares): ([Double], [Double]) = ([], [])
      var planScores = [[PlanScore]](repeating: [], count: planners.count)
      var planFailures: [PlanFailure] = []
      for replication in 0..<settings.replications {
        let lived = Self.world(world, replication: replication, seed: settings.seed)
        let truth = Truth(lived, [settings.estimand])
        let shares = TruthShares(truth, settings.estimand)
        let log = LogEvidence(lived, needs)
        defer { progress?(worldIndex * settings.replications + replication + 1) }
        guard log.evidence.paths.totals.conversions > 0 else {
          silentReplications += 1
          continue
        }
        let intervals = try Self.intervals(contestants, log, settings)
        var attributions: [Attribution?] = []
        for (index, contestant) in contestants.enumerated() {
          let attribution = try contestant.attribution(log)
          attributions.append(attribution)
          scores[index].append(Score(contestant.claim(log, attribution, intervals: intervals[index]), shares))
        }
        if settings.wantsPlans {
          let trial = PlanTrial(
            log, PlanTrial.Settings(change: settings.planChange, elasticity: settings.planElasticity))
          let (found, failures) = trial.scores(
            credits: planning.map { ($0, attributions[$0]!.credits) },
            lastTouch: try LastTouch().attribute(log.evidence).credits)
          for (planner, score) in found { planScores[planners.firstIndex(of: planner)!].append(score) }
          planFailures += failures.map { PlanFailure(planner: $0, replication: replication, reason: $1) }
        }
        conversions.append(truth.allOn.conversions)
        baselineShares.append(shares.baseline)
      }
      results.append(
        WorldScores(
          world: world, scores: scores, conversions: conversions, baselineShares: baselineShares,
          planScores: planScores, planFailures: planFailures))
    }
    self.contestants = contestants
    self.estimand = settings.estimand
    self.replications = settings.replications
    self.worlds = results
    self.planners = planners
    self.silentReplications = silentReplications
  }

  /// A replication of a world: other users and other days.
  ///
  /// Its seed is that of the replication and of the world's name, so that neither depends on how many others there are,
  /// and no two worlds are lived by the same users.
  private static func world(_ world: World, replication: Int, seed: UInt64) -> World {
    // Seeds that follow each other are spread by an odd number, 2⁶⁴ over the golden ratio.
    var stream = RandomStream(
      seed: seed ^ world.seed &* 0x9E37_79B9_7F4A_7C15, purpose: .replication,
      index: hash(world.name) ^ UInt64(replication))
    return world.with(seed: stream.next())
  }

  /// A fixed hash of a name (FNV-1a), its lower bits left for the replication.
  private static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } & ~0xFFFF_FFFF
  }

  /// By contestant, the intervals of its credits as shares of all conversions, by touchpoint.
  private static func intervals(
    _ contestants: [Contestant], _ log: LogEvidence, _ settings: Settings
  ) throws(AttributionError) -> [[ClosedRange<Double>]?] {
    guard settings.bootstrapReplicates > 1 else { return contestants.map { _ in nil } }
    // Credits that overlap are no shares, and a model that samples orders takes too long to be worked out again on
    // every replicate.
    func isResampled(_ contestant: Contestant) -> Bool {
      guard let model = contestant.model(in: log.world) else { return false }
      return model.traits.contains(.sumsToTotal)
        && model.isRepeatable(touchpoints: log.evidence.paths.touchpoints.count)
    }
    let models = contestants.filter(isResampled).map { $0.model(in: log.world)! }
    let distributions = try Bootstrap(
      replicates: settings.bootstrapReplicates, seed: settings.seed, method: .percentile
    ).distributions(
      of: models, on: log.evidence)
    var next = 0
    return contestants.map { contestant in
      guard isResampled(contestant) else { return nil }
      next += 1
      return distributions[next - 1].shareIntervals(
        level: settings.level, baseline: log.evidence.paths.untouched.conversions)
    }
  }
}
