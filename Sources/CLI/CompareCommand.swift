import ArgumentParser
import TouchstoneAttribution
import TouchstoneReporting

/// `touchstone compare`: models side by side on one input.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Put attribution models side by side on journeys: a path table or an event log.",
    discussion: """
      EXAMPLE
        touchstone compare notebooks-data/paths.csv --models linear,markov

      MODELS
      \(ModelCatalogue.entries.map { entry -> String in
        let parameters = entry.parameters.map { "\($0)=…" }.joined(separator: ",")
        return "  \(entry.name)\(parameters.isEmpty ? "" : ":" + parameters)\n      \(entry.summary)"
      }.joined(separator: "\n"))
        all
            every model above that the input suffices for
      """)

  @OptionGroup var source: JourneyOptions

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
      // What events can answer; a path table may not meet all needs.
      let asked = try ModelCatalogue.models(models, meets: nil, memoryLimit: memoryLimit.bytes)
      let destination = output.destination
      try destination.withThreads {
        let journeys = try source.read(
          to: destination, needs: EvidenceNeeds(of: asked), wantsJointJourneys: uncertainty.wantsJointJourneys)
        try uncertainty.check(journeys, source.input.location)
        let evidence = journeys.evidence
        let models = try ModelCatalogue.models(
          self.models, meets: evidence.meets, memoryLimit: memoryLimit.bytes)
        let attributions = try models.map { try $0.attribute(evidence) }
        let uncertainties = try uncertainty.uncertainties(
          of: models, attributions, on: evidence, hasValue: journeys.hasValue)
        let entries = models.indices.map {
          ComparisonReport.Entry(
            model: models[$0], attribution: attributions[$0], uncertainty: uncertainties[$0])
        }
        let report = ComparisonReport(
          source: source.input.location.name, paths: journeys.paths, layout: journeys.layout,
          hasValue: journeys.hasValue, entries: entries, includesDetails: details, account: source.account(journeys),
          remarks: uncertainty.remarks(evidence))
        try source.write(report, journeys, to: output)
      }
    }
  }
}
