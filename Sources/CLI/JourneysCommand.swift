import ArgumentParser
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneReporting
import TouchstoneText

/// `touchstone journeys`: an event log becomes a path table.
struct JourneysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journeys",
    abstract: "Build journeys from an event log, and write them as a path table.",
    discussion: """
      EXAMPLE
        touchstone journeys notebooks-data/events.csv --spec notebooks-data/journeys.yaml --output paths.csv

      The path table goes to standard output or --output, what became of every event to standard error.
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup var events: EventOptions

  @Option(
    help: "Half-lives in days, separated by commas, for which the table carries time-decay credit; or none.")
  var halfLife = HalfLives(days: [7])

  @Option(help: "How to write the path table: csv or json.")
  var format = PathFormat.csv

  @OptionGroup var output: DestinationOptions

  enum PathFormat: String, ExpressibleByArgument, CaseIterable {
    case csv, json
  }

  func run() throws {
    try reportingErrors {
      let specification = try events.specification(input)
      try output.checkDestination(besides: [input.location.file, events.spec])
      try output.withThreads {
        let journeys = try JourneyInput.read(
          input.location, paths: PathTableFormat(), specification: specification, kind: .events,
          needs: EvidenceNeeds(halfLives: halfLife.days), quiet: output.quiet)
        guard let made = journeys.events else { return }
        let account = AccountReport(
          source: input.location.name, account: made.account, identities: made.identities)
        switch format {
        case .json:
          let report = JourneysReport(paths: journeys.paths, hasValue: journeys.hasValue, account: account)
          try output.write(report.json)
        case .csv:
          let writer = PathTableWriter(journeys.paths, hasValue: journeys.hasValue)
          try output.write(writer.write)
          if writer.needsSeparatorOption && !output.quiet {
            note("some names hold separators; read the table with --path-separator '\(writer.separator)'")
          }
        }
        if !output.quiet { say("read with \(escapedForMessage(journeys.layout))\n" + account.text) }
      }
    }
  }
}

/// Half-lives in days.
struct HalfLives: ExpressibleByArgument {
  let days: [Double]

  init(days: [Double]) { self.days = days }

  init?(argument: String) {
    if argument == "none" {
      days = []
      return
    }
    var days: [Double] = []
    for text in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Double(text), number >= 1e-6, number <= 1e6 else { return nil }
      if !days.contains(number) { days.append(number) }
    }
    self.days = days
  }

  var defaultValueDescription: String { days.map { "\(Int($0))" }.joined(separator: ",") }
}
