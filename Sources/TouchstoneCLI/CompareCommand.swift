import ArgumentParser
import Attribution
import JourneyIO
import Journeys
import Reporting

/// `touchstone compare`: models side by side on one input.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Put attribution models side by side on a path table.",
    discussion: """
      EXAMPLE
        touchstone compare notebooks-data/paths.csv --models linear,markov

      MODELS
      \(ModelCatalogue.entries.map { entry in
        let parameters = entry.parameters.map { "\($0)=…" }.joined(separator: ",")
        return "  \(entry.name)\(parameters.isEmpty ? "" : ":" + parameters)\n      \(entry.summary)"
      }.joined(separator: "\n"))
        all
            every model above that a path table suffices for
      """)

  @OptionGroup var input: InputOptions

  @Option(help: "The models, separated by commas, with parameters as in markov:order=2, or all.")
  var models = ModelCatalogue.defaultList

  @Flag(help: "Also show removal effects, reach, breakdowns by position and transitions.")
  var details = false

  @Option(help: "The most memory that a Markov chain may take, as in 500M or 4G.")
  var memoryLimit = MemorySize(bytes: Markov.defaultMemoryLimit)

  @OptionGroup var output: OutputOptions

  func run() throws {
    try reportingErrors {
      let models = try ModelCatalogue.models(self.models, memoryLimit: memoryLimit.bytes)
      try output.checkDestination(besides: input.location)
      try output.withThreads {
        let reading = try input.read(quiet: output.quiet)
        let evidence = Evidence(paths: reading.table)
        let entries = try models.map { model in
          ComparisonReport.Entry(model: model, attribution: try model.attribute(evidence))
        }
        let report = ComparisonReport(
          source: input.location.name, paths: reading.table, layout: reading.layout.summary,
          hasValue: reading.layout.hasValue,
          entries: entries, includesDetails: details)
        try output.write(report.text(output.format))
      }
    }
  }
}
