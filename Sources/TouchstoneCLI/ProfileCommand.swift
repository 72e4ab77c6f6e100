import ArgumentParser
import Attribution
import JourneyIO
import Journeys
import Reporting

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

  @OptionGroup var output: OutputOptions

  func run() throws {
    try reportingErrors {
      let specification = try events.specification(input)
      let asked = try ModelCatalogue.models(model, halfLives: nil)
      guard asked.count == 1, let model = asked.first else {
        throw ValidationError("--model is '\(self.model)'; give one model, as in markov or time-decay:half-life=3")
      }
      let destination = output.destination
      try destination.checkDestination(besides: [input.location.file, events.spec, costs ?? specification.costs])
      let costTable = try readCosts(specification)
      try destination.withThreads {
        let journeys = try JourneyInput.read(
          input.location, paths: PathTableFormat(), specification: specification, kind: .events,
          halfLives: [(model as? TimeDecay)?.halfLife].compactMap { $0 }, wantsProfile: true,
          quiet: destination.quiet)
        guard let made = journeys.events, let profile = made.profile else { return }
        let attribution = try model.attribute(Evidence(paths: journeys.paths))
        let (spend, remarks) = TouchpointSpend.resolve(
          profile, table: costTable, attributes: specification.attributes)
        let report = ProfileReport(
          ProfileReport.Content(
            profile: profile, paths: journeys.paths, hasValue: journeys.hasValue,
            account: AccountReport(
              source: input.location.name, account: made.account, identities: made.identities),
            layout: journeys.layout, model: model, attribution: attribution, spend: spend,
            attributes: specification.attributes, remarks: remarks))
        try destination.write(report.text(output.format))
      }
    }
  }

  private func readCosts(_ specification: JourneySpecification) throws(InputError) -> CostTable? {
    guard let path = costs ?? specification.costs else { return nil }
    var reader = CostTableReader()
    reader.time = specification.events.time
    // Dates of costs are days, whatever unit the events' times have.
    reader.time.unit = nil
    return try reader.read(InputLocation(argument: path))
  }
}

/// What each touchpoint cost.
enum TouchpointSpend {
  /// The costs that a table and the events say, added; where neither says any, the touches at the cost that the specification gives.
  static func resolve(
    _ profile: JourneyProfile, table: CostTable?, attributes: [String: TouchpointAttributes]
  ) -> (spend: [ProfileReport.Spend?], remarks: [String]) {
    let totals = table?.totals ?? [:]
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
    let unknown = totals.keys.filter { !names.contains($0) }.sorted()
    let remarks = unknown.map { name in
      let meant = Suggestion.nearest(to: name, in: names).map { "; is it \(quotedForMessage($0))?" } ?? ""
      return "no journey holds \(quotedForMessage(name)), which the costs name with \(totals[name]!.cost)\(meant)"
    }
    return (spend, remarks)
  }
}
