import ArgumentParser
import TouchstoneAttribution
import TouchstoneBudgeting
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
        let spend = TouchpointSpend(
          profile, table: costTable, period: made.account.period, attributes: specification.attributes)
        let report = ProfileReport(
          ProfileReport.Content(
            profile: profile, paths: journeys.paths, hasValue: journeys.hasValue,
            account: AccountReport(
              source: input.location.name, account: made.account, identities: made.identities),
            layout: journeys.layout, model: model, attribution: attribution,
            uncertainty: uncertainty[0], spend: spend.totals,
            attributes: specification.attributes, remarks: spend.remarks))
        try output.write(report)
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
