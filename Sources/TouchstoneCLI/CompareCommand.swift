import ArgumentParser
import Attribution
import JourneyIO
import Journeys
import Reporting

/// `touchstone compare`: models side by side on one input.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Put attribution models side by side on journeys: a path table or an event log.",
    discussion: """
      EXAMPLE
        touchstone compare notebooks-data/paths.csv --models linear,markov

      MODELS
      \(ModelCatalogue.entries.map { entry in
        let parameters = entry.parameters.map { "\($0)=…" }.joined(separator: ",")
        return "  \(entry.name)\(parameters.isEmpty ? "" : ":" + parameters)\n      \(entry.summary)"
      }.joined(separator: "\n"))
        all
            every model above that the input suffices for
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup var paths: PathOptions
  @OptionGroup var events: EventOptions

  @Option(help: "The models, separated by commas, with parameters as in markov:order=2, or all.")
  var models = ModelCatalogue.defaultList

  @Flag(help: "Also show removal effects, reach, breakdowns by position and transitions.")
  var details = false

  @Option(help: "The most memory that a Markov chain may take, as in 500M or 4G.")
  var memoryLimit = MemorySize(bytes: Markov.defaultMemoryLimit)

  @OptionGroup var uncertainty: UncertaintyOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try reportingErrors {
      let specification = try events.specification(input)
      // What events can answer: their journeys are built with the half-lives that models ask for.
      let asked = try ModelCatalogue.models(models, halfLives: nil, memoryLimit: memoryLimit.bytes)
      let halfLives = Set(asked.compactMap { ($0 as? TimeDecay)?.halfLife }).sorted()
      let destination = output.destination
      try destination.checkDestination(besides: [input.location.file, events.spec])
      try destination.withThreads {
        let journeys = try JourneyInput.read(
          input.location, paths: paths.format(input), specification: specification, halfLives: halfLives,
          quiet: destination.quiet)
        let models = try ModelCatalogue.models(
          self.models, halfLives: journeys.paths.halfLives, memoryLimit: memoryLimit.bytes)
        let evidence = Evidence(paths: journeys.paths)
        let attributions = try models.map { try $0.attribute(evidence) }
        let uncertainties = try uncertainty.uncertainties(
          of: models, attributions, on: journeys.paths, hasValue: journeys.hasValue)
        let entries = models.indices.map {
          ComparisonReport.Entry(
            model: models[$0], attribution: attributions[$0], uncertainty: uncertainties[$0])
        }
        let account = journeys.events.map {
          AccountReport(source: input.location.name, account: $0.account, identities: $0.identities)
        }
        let report = ComparisonReport(
          source: input.location.name, paths: journeys.paths, layout: journeys.layout,
          hasValue: journeys.hasValue, entries: entries, includesDetails: details, account: account)
        try destination.write(report.text(output.format))
        if let account, !destination.quiet { say("\n" + account.text) }
      }
    }
  }
}
