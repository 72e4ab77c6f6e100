import ArgumentParser
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneReporting
import TouchstoneText

/// `touchstone profile`: what journeys say about each touchpoint before any decision is made.
struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Profile touchpoints: coverage, frequency, roles, rates, lags, cost, loyalty, combinations, gaps.",
    discussion: """
      EXAMPLE
        touchstone profile notebooks-data/events.csv --spec notebooks-data/journeys.yaml
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup var events: EventOptions

  @Option(help: "A table of costs: date, touchpoint, cost, perhaps impressions and clicks.")
  var costs: String?

  @Option(help: "The model whose credit is set against costs.")
  var model = "markov"

  @OptionGroup var uncertainty: UncertaintyOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try reportingErrors {
      let specification = try events.specification(input)
      let asked = try ModelCatalogue.models(model, meets: nil)
      guard asked.count == 1, let model = asked.first else {
        throw ValidationError("--model is '\(self.model)'; give one model, as in markov or time-decay:half-life=3")
      }
      let destination = output.destination
      try destination.checkDestination(besides: [input.location.file, events.spec, costs ?? specification.costs])
      let costTable = try (costs ?? specification.costs).map { path throws(InputError) in
        try Self.readCosts(path, specification)
      }
      try destination.withThreads {
        let journeys = try JourneyInput.read(
          input.location, paths: PathTableFormat(), specification: specification, kind: .events,
          needs: model.needs, wantsProfile: true,
          wantsJointJourneys: uncertainty.wantsJointJourneys, quiet: destination.quiet)
        guard let made = journeys.events, let profile = made.profile else { return }
        let attribution = try model.attribute(journeys.evidence)
        let uncertainty = try uncertainty.uncertainties(
          of: [model], [attribution], on: journeys.evidence, hasValue: journeys.hasValue)
        let (spend, remarks) = TouchpointSpend.resolve(
          profile, table: costTable, period: made.account.period, attributes: specification.attributes)
        let report = ProfileReport(
          ProfileReport.Content(
            profile: profile, paths: journeys.paths, hasValue: journeys.hasValue,
            account: AccountReport(
              source: input.location.name, account: made.account, identities: made.identities),
            layout: journeys.layout, model: model, attribution: attribution,
            uncertainty: uncertainty[0], spend: spend,
            attributes: specification.attributes, remarks: remarks))
        try destination.write(report.text(output.format))
        // The other formats say it themselves.
        if output.format == .csv && !destination.quiet { say(report.summary) }
      }
    }
  }

  static func readCosts(_ path: String, _ specification: JourneySpecification) throws(InputError) -> CostTable {
    var reader = CostTableReader()
    reader.time = specification.events.time
    // Dates of costs are days, whatever unit the events' times have.
    reader.time.unit = nil
    return try reader.read(InputLocation(argument: path))
  }
}

/// What each touchpoint cost.
enum TouchpointSpend {
  /// The costs that a table and the events say, added; where neither says any, the touches at the cost that the specification
  /// gives. Costs of days outside the log's period are left out.
  static func resolve(
    _ profile: JourneyProfile, table: CostTable?, period: ClosedRange<Int64>?,
    attributes: [String: TouchpointAttributes]
  ) -> (spend: [ProfileReport.Spend?], remarks: [String]) {
    var remarks: [String] = []
    var totals: [String: CostTable.Totals] = [:]
    if let table, let period {
      let (inside, outside) = table.within(period)
      totals = inside.totals
      if outside > 0 { remarks.append("costs of \(outside) lie on days outside the log's period and are left out") }
    }
    let names = profile.touchpoints.names
    let spend = names.indices.map { id -> ProfileReport.Spend? in
      let own = profile.byTouchpoint[id]
      let listed = totals[names[id]]
      let logged = profile.hasCost && own.measureCounts[0] > 0 ? own.measureSums[0] : nil
      if listed != nil || logged != nil {
        return ProfileReport.Spend(
          cost: (listed?.cost ?? 0) + (logged ?? 0), impressions: listed?.impressions, clicks: listed?.clicks)
      }
      return attributes[names[id]]?.costPerTouch.map { ProfileReport.Spend(cost: $0 * Double(own.touchEvents)) }
    }
    remarks += unknown(
      totals.keys.map { ($0, "which the costs name with \(totals[$0]!.cost)") }, names)
    remarks += unknown(attributes.keys.map { ($0, "which the specification describes") }, names)
    return (spend, remarks)
  }

  /// Sentences about names that no journey holds; the first ten with what may be meant.
  private static func unknown(_ given: [(name: String, how: String)], _ names: [String]) -> [String] {
    let known = Set(names)
    let unknown = given.filter { !known.contains($0.name) }.sorted { $0.name < $1.name }
    var remarks = unknown.prefix(10).map { name, how in
      let meant = Suggestion.nearest(to: name, in: names).map { "; is it \(quotedForMessage($0))?" } ?? ""
      return "no journey holds \(quotedForMessage(name)), \(how)\(meant)"
    }
    if unknown.count > 10 { remarks.append("and \(unknown.count - 10) more names that no journey holds") }
    return remarks
  }
}
