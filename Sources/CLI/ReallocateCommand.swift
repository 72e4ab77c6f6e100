import ArgumentParser
import TouchstoneAttribution
import TouchstoneBudgeting
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneReporting
import TouchstoneText

/// `touchstone reallocate`: from journeys and costs to a plan, and what the plan does.
struct ReallocateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reallocate",
    abstract: "Share out a budget anew, and simulate the shift before it is spent.",
    discussion: """
      EXAMPLE
        touchstone reallocate notebooks-data/events.csv --spec notebooks-data/journeys.yaml --budget +10%

      A budget is for as long a time as the costs cover. Costs by day or week, with an event log or with a column of \
      conversions, give response curves; else an elasticity is assumed.
      """)

  @OptionGroup var source: JourneyOptions

  @Option(
    help: ArgumentHelp(
      "A table of costs: date, touchpoint, cost, perhaps conversions and a currency."
        + " Default: that of the specification."))
  var costs: String?

  @Option(help: "The model whose credit the plan is based on. Default: markov.")
  var model: String?

  @Option(help: "The models to plan by besides, separated by commas, or none.")
  var models = ModelCatalogue.defaultList

  @OptionGroup var plan: PlanOptions

  @Option(help: "The number of journeys walked to check the simulated shift.")
  var walks = 200_000

  @OptionGroup var replication: ReplicateOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (2...100_000_000).contains(walks) else {
      throw ValidationError("--walks is \(walks); give a number from 2 to 100000000")
    }
  }

  func run() throws {
    try reportingErrors {
      let destination = output.destination
      let specification = try source.events.specification(source.input)
      guard let costPath = costs ?? specification.costs else {
        throw ValidationError("a plan needs costs; give a table with --costs, or name one in a specification")
      }
      var file = try plan.file()
      let modelName = model ?? file.model ?? "markov"
      let asked = try ModelCatalogue.models(modelName, meets: nil)
      guard asked.count == 1, let model = asked.first else {
        throw ValidationError(
          "the model of a plan is '\(modelName)'; give one model, as in markov or time-decay:half-life=3")
      }
      let others = models == "none" ? [] : try ModelCatalogue.models(models, meets: nil)
      let needs = EvidenceNeeds(of: others + [model])
      try destination.checkDestination(besides: [costPath, plan.plan])
      let table = try ProfileCommand.readCosts(costPath, specification)
      try destination.withThreads {
        let costs = PlanCosts(table)
        let journeys = try source.read(
          to: destination, needs: needs, wantsJointJourneys: replication.wantsJointJourneys,
          periods: costs.conversionPeriods)
        try replication.check(journeys, source.input.location)
        let (covered, remarks) = try costs.covering(
          journeys.events?.account.period, source: costPath, day: specification.events.time.zone.day)
        try covered.check(names: journeys.paths.touchpoints.names, source: costPath)
        let report = try report(
          journeys, covered, remarks, model: model, others: others, &file, specification.attributes)
        try source.write(report, journeys, to: output)
      }
    }
  }

  private func report(
    _ journeys: JourneyInput, _ costs: PlanCosts, _ remarks: [String], model: any AttributionModel,
    others: [any AttributionModel], _ file: inout PlanFile, _ attributes: [String: TouchpointAttributes]
  ) throws -> PlanReport {
    let evidence = journeys.evidence
    let attribution = try model.attribute(evidence)
    let input = try PlanInput(
      paths: journeys.paths, credits: attribution.credits, hasValue: journeys.hasValue, costs: costs,
      history: journeys.events?.periods, covered: journeys.events?.account.period, request: file.request,
      seed: replication.seed)
    try file.resolveMedia(attributes, names: input.touchpoints.map(\.name))
    let request = file.request
    let planner = try Planner(input, request)
    // Curves are drawn too, and BCa would take their spread for that of the journeys.
    let bootstrap = Bootstrap(replicates: replication.replicates, seed: replication.seed, method: .percentile)
    let sure = try planner.plan(sureBy: bootstrap.distributions(of: [model], on: evidence)[0])
    let outlook = PlanOutlook(sure.plan, input, on: evidence, bootstrap, walks: walks)
    var byModel: [(name: String, credits: [Credit])] = []
    for other in others {
      byModel.append((ModelCatalogue.label(of: other), try other.attribute(evidence).credits))
    }
    return PlanReport(
      PlanReport.Content(
        source: source.input.location.name, plan: sure.plan, input: input, model: ModelCatalogue.label(of: model),
        outlook: outlook, certainty: sure.certainty, level: replication.level,
        byModel: PlanAlternative.byModel(byModel, input, request, on: journeys.paths),
        byElasticity: PlanAlternative.byElasticity(input, request, on: journeys.paths),
        currency: costs.table.currency,
        remarks: remarks + input.remarks(costs.table, request, unheld: sure.unheld) + [replication.remark(evidence)]))
  }
}
