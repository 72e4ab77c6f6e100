import ArgumentParser
import TouchstoneAttribution
import TouchstoneBudgeting
import TouchstoneEvaluation
import TouchstoneReporting
import TouchstoneSimulation

/// `touchstone evaluate`: models against the truth.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score attribution models, and budgets planned by them, against the truth of simulated worlds.",
    discussion: """
      EXAMPLE
        touchstone evaluate notebooks-data/worlds/*.yaml --users 5000 --replications 2

      Models see the observed log alone. Rules that no model should lose to take part: shares of spend, of touches, \
      and equal ones.
      """)

  @Argument(help: ArgumentHelp("The worlds, YAML files.", valueName: "worlds"))
  var worlds: [String]

  @Option(help: "The models, as in compare, or all.")
  var models = "first-touch,last-touch,linear,position-based,time-decay,shapley,shapley-markov,markov,markov:order=2"

  @Option(help: "How often each world is lived.")
  var replications = 5

  @Option(help: "The truth that models are held against.")
  var estimand = ClaimedEstimand(estimand: .off)

  @Option(help: "The number of users of each world; spend changes with it.")
  var users: Int?

  @Option(help: "Bootstrap replicates for the coverage of intervals; 0 for none.")
  var replicates = 100

  @Option(help: "The probability with which intervals are meant to cover.")
  var level = 0.95

  @Flag(help: "Also plan the budget by each model, run the plans in the worlds, and say what they promise and bring.")
  var plans = false

  @Option(help: "How far a plan may move each channel's spend from today's. Default: 30%.")
  var change: Share?

  @Option(help: "The elasticity that plans assume. Default: 0.5.")
  var elasticity: Double?

  @Option(help: "Chooses the replications.")
  var seed: UInt64 = 1

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...100_000).contains(replications) else {
      throw ValidationError("--replications is \(replications); give a number from 1 to 100000")
    }
    guard replicates == 0 || (2...1_000_000).contains(replicates) else {
      throw ValidationError("--replicates is \(replicates); give 0, or a number from 2 to 1000000")
    }
    guard level > 0 && level < 1 else {
      throw ValidationError("--level is \(level); give a number between 0 and 1, as in 0.95")
    }
    if !plans && (change != nil || elasticity != nil) {
      throw ValidationError("--change and --elasticity are for plans; give --plans too, or leave them out")
    }
    if let change, change.share > 1 {
      throw ValidationError("--change is \(change.share); give a share from 0 to 1, as in 30%")
    }
    if let elasticity, !PlanRequest.elasticityRange.contains(elasticity) {
      let range = PlanRequest.elasticityRange
      throw ValidationError(
        "--elasticity is \(elasticity); give a number from \(range.lowerBound) to \(range.upperBound)")
    }
    if let users, !(1...100_000_000).contains(users) {
      throw ValidationError("--users is \(users); give a number from 1 to 100000000")
    }
  }

  func run() throws {
    try reportingErrors {
      let destination = output.destination
      try destination.checkDestination(besides: worlds)
      // A log has times: time decay takes part with any half-life.
      let models = try ModelCatalogue.models(self.models, meets: nil)
      try destination.withThreads {
        var lived: [World] = []
        for file in worlds {
          let world = try World(file: file).calibrated()
          lived.append(users.map { world.with(users: $0) } ?? world)
        }
        var settings = Scoreboard.Settings()
        settings.estimand = estimand.estimand
        settings.replications = replications
        settings.seed = seed
        settings.bootstrapReplicates = replicates
        settings.level = level
        settings.wantsPlans = plans
        if let change { settings.planChange = change.share }
        if let elasticity { settings.planElasticity = elasticity }
        let progress =
          destination.quiet
          ? nil : WorkProgress("scoring", unit: "replications", of: worlds.count * replications)
        let board: Scoreboard
        do {
          defer { progress?.finish() }
          board = try Scoreboard(lived, models: models, settings) { progress?.update(done: $0) }
        }
        try output.write(ScoreboardReport(board))
      }
    }
  }
}

/// An estimand that models' claims can be held against.
struct ClaimedEstimand: ExpressibleByArgument {
  let estimand: Estimand

  init(estimand: Estimand) { self.estimand = estimand }

  init?(argument: String) {
    guard let estimand = Estimand(rawValue: argument), Estimand.byChannel.contains(estimand) else { return nil }
    self.estimand = estimand
  }

  static var allValueStrings: [String] { Estimand.byChannel.map(\.rawValue) }

  var defaultValueDescription: String { estimand.rawValue }
}
