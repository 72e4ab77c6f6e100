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

      A budget is for as long a time as the costs cover. Costs by day or week, with an event log or with a column of conversions, give \
      response curves; else an elasticity is assumed.
      """)

  @OptionGroup var source: JourneyOptions

  @Option(
    help:
      "A table of costs: date, touchpoint, cost, perhaps conversions and a currency. Default: that of the specification."
  )
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
        let periods = SpendPeriods(table).map { PeriodConversions(starts: $0.starts, end: $0.end) }
        let journeys = try source.read(
          to: destination, needs: needs, wantsJointJourneys: replication.wantsJointJourneys, periods: periods)
        try replication.check(journeys, source.input.location)
        let report = try report(
          journeys, CostsOfPlan(table, path: costPath, zone: specification.events.time.zone), model, others, &file,
          specification.attributes)
        try source.write(report.text(output.format), journeys, to: destination)
      }
    }
  }

  private func report(
    _ journeys: JourneyInput, _ given: CostsOfPlan, _ model: any AttributionModel, _ others: [any AttributionModel],
    _ file: inout PlanFile, _ attributes: [String: TouchpointAttributes]
  ) throws -> PlanReport {
    let covered = journeys.events?.account.period
    var (costs, remarks) = try given.covering(covered)
    try given.check(costs, journeys.paths.touchpoints.names)
    let evidence = journeys.evidence
    let attribution = try model.attribute(evidence)
    let input = try PlanInput(
      paths: journeys.paths, credits: attribution.credits, hasValue: journeys.hasValue, costs: costs,
      history: journeys.events?.periods, covered: covered, request: file.request, seed: replication.seed)
    try file.resolveMedia(attributes, names: input.touchpoints.map(\.name))
    let request = file.request
    let planner = try Planner(input, request)
    // Curves are drawn too, and BCa would take their spread for that of the journeys.
    let bootstrap = Bootstrap(replicates: replication.replicates, seed: replication.seed, method: .percentile)
    let distribution = try bootstrap.distributions(of: [model], on: evidence)[0]
    var plan = try planner.plan()
    var certainty = MoveCertainty(plan, input, distribution)
    if let least = request.leastCertainty {
      // Others may become unsure when some stay.
      var held: [Int: Double] = [:]
      while true {
        let unsure = certainty.probabilities.enumerated().filter { ($0.element ?? 1) < least }
        if unsure.isEmpty { break }
        for (place, probability) in unsure { held[place] = probability! }
        do throws(PlanError) {
          plan = try planner.plan(holding: held)
        } catch {
          guard error.isAboutLimits else { throw error }
          let names = unsure.map { input.touchpoints[$0.offset].name }.joined(separator: ", ")
          remarks.append(
            "not held, though not sure enough: \(names); the limits leave no other way to meet the request")
          break
        }
        certainty = MoveCertainty(plan, input, distribution)
      }
    }
    let outlook = PlanOutlook(plan, input, on: evidence, bootstrap, walks: walks)
    var byModel: [(name: String, credits: [Credit])] = []
    for other in others {
      byModel.append((ModelCatalogue.label(of: other), try other.attribute(evidence).credits))
    }
    return PlanReport(
      PlanReport.Content(
        source: source.input.location.name, plan: plan, input: input, model: ModelCatalogue.label(of: model),
        outlook: outlook, certainty: certainty, level: replication.level,
        byModel: PlanAlternative.byModel(byModel, input, request, journeys.paths),
        byElasticity: PlanAlternative.byElasticity(input, request, journeys.paths), currency: costs.currency,
        remarks: remarks + notes(input, costs, request) + unplanned(input, journeys.paths) + [
          replication.remark(evidence)
        ]))
  }

  /// What was given and does less than it may seem.
  private func notes(_ input: PlanInput, _ costs: CostTable, _ request: PlanRequest) -> [String] {
    var notes: [String] = []
    if costs.rows.contains(where: { $0.conversions != nil }) {
      notes.append("conversions of the cost table shape the curves; how many they are counts for nothing")
    }
    if let schedule = request.schedule {
      notes.append("laid out in time, the same total brings more or less by when it is spent")
      if schedule.carryOver > 0 && !input.touchpoints.contains(where: \.isAssumed) {
        notes.append("--carry-over has no effect: all touchpoints have a fitted one, or were found to have none")
      }
    }
    return notes
  }

  /// Touchpoints that earn credit and cost nothing.
  private func unplanned(_ input: PlanInput, _ paths: PathTable) -> [String] {
    let planned = Set(input.touchpoints.map(\.id))
    let free = input.names.indices.filter { !planned.contains($0) && input.credits[$0].conversions > 0 }
    guard !free.isEmpty else { return [] }
    let shown = free.sorted { (input.credits[$1].conversions, $0) < (input.credits[$0].conversions, $1) }.prefix(10)
    return [
      "no costs, so no part of the plan: "
        + shown.map { "\(input.names[$0]) (\(Int(input.credits[$0].conversions.rounded())) conversions)" }.joined(
          separator: ", ")
        + (free.count > shown.count ? " and \(free.count - shown.count) more" : "")
    ]
  }
}

/// The costs that a plan stands on, and where they came from.
private struct CostsOfPlan {
  private let table: CostTable
  private let path: String
  private let zone: ZoneOffsets

  init(_ table: CostTable, path: String, zone: ZoneOffsets) {
    self.table = table
    self.path = path
    self.zone = zone
  }

  /// Those of the time that the journeys cover.
  func covering(_ period: ClosedRange<Int64>?) throws(InputError) -> (table: CostTable, remarks: [String]) {
    guard let period else { return (table, []) }
    let length = SpendPeriods(table)?.spacing ?? Microseconds.perDay
    let (inside, outside) = table.within(period, length: length)
    func words(_ first: Int64, _ last: Int64) -> String { "\(zone.day(first)) to \(zone.day(last))" }
    let journeys = words(period.lowerBound, period.upperBound)
    let dates = (inside.rows.isEmpty ? table : inside).rows.map(\.date)
    guard let first = dates.min(), let last = dates.max(), !inside.rows.isEmpty else {
      throw InputError(
        .badData, source: path,
        problem: "the costs are of \(words(dates.min()!, dates.max()!)), and the journeys of \(journeys)",
        remedy: "give costs of the time that the journeys cover")
    }
    var remarks: [String] = []
    if outside > 0 { remarks.append("costs of \(outside) lie on days outside the log's period and are left out") }
    let whole = Double(period.upperBound - period.lowerBound)
    let part = Double(min(period.upperBound, last + length) - max(period.lowerBound, first))
    if part < Self.wholeCoverage * whole {
      remarks.append(
        "the costs are of \(words(first, last)) only, and the journeys of \(journeys): credit of the whole time is set against costs of a part of it,"
          + " so returns look too good; give the costs of all of it, or the events of a part")
    }
    return (inside, remarks)
  }

  /// Costs that cover less of the time make returns wrong.
  private static let wholeCoverage = 0.9

  /// Refuses costs of touchpoints that no journey holds: what they bring would count as nothing.
  func check(_ costs: CostTable, _ names: [String]) throws(InputError) {
    let known = Set(names)
    let totals = costs.totals
    let unknown = totals.keys.filter { !known.contains($0) && totals[$0]!.cost > 0 }.sorted()
    guard let first = unknown.first else { return }
    let others =
      unknown.count > 1
      ? " (nor \(unknown.dropFirst().prefix(5).map { quotedForMessage($0) }.joined(separator: ", ")))" : ""
    let meant = Suggestion.nearest(to: first, in: names).map { "did you mean \(quotedForMessage($0))? " } ?? ""
    throw InputError(
      .badData, source: path,
      problem:
        "no journey holds \(quotedForMessage(first))\(others), which costs \((totals[first]!.cost * 100).rounded() / 100)",
      remedy: meant + "name it as the journeys do, or take its rows out; the journeys have "
        + names.prefix(20).map { quotedForMessage($0) }.joined(separator: ", "))
  }
}
