import ArgumentParser
import Attribution
import JourneyIO
import Reporting

/// `touchstone transitions`: the chain that Markov attribution stands on.
struct TransitionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transitions",
    abstract: "Print the transition matrix of journeys, with counts.",
    discussion: """
      EXAMPLE
        touchstone transitions notebooks-data/paths.csv --order 2

      A table shows the matrix where it fits on a screen, and lists the transitions where it does not.
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup var paths: PathOptions
  @OptionGroup var events: EventOptions

  @Option(help: "The number of touches that a state remembers.")
  var order = 1

  @Option(help: "The most memory that the chain may take, as in 500M or 4G.")
  var memoryLimit = MemorySize(bytes: Markov.defaultMemoryLimit)

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard order >= 1 else {
      throw ValidationError("--order is \(order), and a chain remembers at least one touch; give 1 or more")
    }
  }

  func run() throws {
    try reportingErrors {
      let specification = try events.specification(input)
      try output.destination.checkDestination(besides: [input.location.file, events.spec])
      try output.destination.withThreads {
        let journeys = try JourneyInput.read(
          input.location, paths: paths.format(input), specification: specification,
          quiet: output.destination.quiet)
        let chain = try MarkovChain(
          journeys.paths, order: order, memoryLimit: memoryLimit.bytes)
        try output.destination.write(TransitionReport(chain).text(output.format))
        if let made = journeys.events, !output.destination.quiet {
          let account = AccountReport(
            source: input.location.name, account: made.account, identities: made.identities)
          say("\n" + account.text)
        }
      }
    }
  }
}
