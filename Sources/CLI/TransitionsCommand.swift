import ArgumentParser
import TouchstoneAttribution
import TouchstoneReporting

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

  @OptionGroup var source: JourneyOptions

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
      let destination = output.destination
      try destination.withThreads {
        let journeys = try source.read(to: destination)
        let chain = try MarkovChain(journeys.paths, order: order, memoryLimit: memoryLimit.bytes)
        try source.write(TransitionReport(chain), journeys, to: output)
      }
    }
  }
}
