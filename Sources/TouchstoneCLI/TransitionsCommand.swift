import ArgumentParser
import Attribution
import JourneyIO
import Reporting

/// `touchstone transitions`: the chain that Markov attribution stands on.
struct TransitionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transitions",
    abstract: "Print the transition matrix of a path table, with counts.",
    discussion: """
      EXAMPLE
        touchstone transitions notebooks-data/paths.csv --order 2

      A table shows the matrix where it fits on a screen, and lists the transitions where it does not.
      """)

  @OptionGroup var input: InputOptions

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
      try output.checkDestination(besides: input.location)
      try output.withThreads {
        let reading = try input.read(quiet: output.quiet)
        let chain = try MarkovChain(
          reading.table, order: order, memoryLimit: memoryLimit.bytes)
        try output.write(TransitionReport(chain).text(output.format))
      }
    }
  }
}
