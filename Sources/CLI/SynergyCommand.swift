import ArgumentParser
import TouchstoneAttribution
import TouchstoneReporting

/// `touchstone synergy`: which touchpoints work together.
struct SynergyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synergy",
    abstract: "Find touchpoints that work together, and those that stand in for each other.",
    discussion: """
      EXAMPLE
        touchstone synergy notebooks-data/paths.csv --most 10

      Pairs are judged by what was observed: the conversion rate of journeys with both touchpoints against what their \
      rates alone predict. On the chain of order 1, the interaction says how many conversions need both.
      """)

  @OptionGroup var source: JourneyOptions

  @Option(help: "The most pairs that a table shows.")
  var most = 20

  @Flag(inversion: .prefixedNo, help: "Whether to work out bootstrap intervals.")
  var intervals = true

  @OptionGroup var bootstrap: BootstrapOptions
  @OptionGroup var output: OutputOptions

  /// The most pairs that intervals are worked out for, those with the largest excess: each keeps a figure a replicate.
  private static let mostIntervals = 1_000

  func validate() throws {
    guard most >= 1 else { throw ValidationError("--most is \(most); give 1 or more") }
  }

  func run() throws {
    try reportingErrors {
      let destination = output.destination
      try destination.withThreads {
        let journeys = try source.read(
          to: destination, wantsJointJourneys: intervals && bootstrap.replication.wantsJointJourneys)
        try bootstrap.replication.check(journeys, source.input.location)
        let synergies = try Synergies(journeys.paths)
        var uncertainty: SynergyReport.Uncertainty?
        if intervals {
          uncertainty = SynergyReport.Uncertainty(
            spreads: try synergies.spreads(
              ofFirst: Self.mostIntervals, on: journeys.evidence, bootstrap.bootstrap),
            level: bootstrap.level, method: bootstrap.intervalMethod)
        }
        let report = SynergyReport(
          source: source.input.location.name, synergies: synergies, uncertainty: uncertainty, most: most,
          remarks: intervals ? [bootstrap.replication.remark(journeys.evidence)] : [])
        try source.write(report, journeys, to: output)
      }
    }
  }
}
