import ArgumentParser
import TouchstoneAttribution
import TouchstoneReporting

/// `touchstone order`: how much memory a chain should have.
struct OrderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "order",
    abstract: "Choose the order of the Markov chain by how well it predicts journeys held out.",
    discussion: """
      EXAMPLE
        touchstone order notebooks-data/paths.csv --max 4

      markov:order=auto is the order recommended here, with --max \(AutomaticMarkov.usualLargestOrder).
      """)

  @OptionGroup var source: JourneyOptions

  @Option(name: .customLong("max"), help: "The highest order to try.")
  var largest = AutomaticMarkov.usualLargestOrder

  @Option(help: "The number of folds.")
  var folds = 10

  @Option(help: "What is held out together: journeys, or paths with all their journeys.")
  var holdOut = OrderStudy.Unit.journeys

  @Option(help: "Chooses the folds.")
  var seed: UInt64 = 1

  @Option(help: "The most memory that counting may take, as in 500M or 4G.")
  var memoryLimit = MemorySize(bytes: Markov.defaultMemoryLimit)

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1_000).contains(largest) else {
      throw ValidationError("--max is \(largest); give a number from 1 to 1000")
    }
    guard (2...1_000).contains(folds) else {
      throw ValidationError("--folds is \(folds); give a number from 2 to 1000")
    }
  }

  func run() throws {
    try reportingErrors {
      let destination = output.destination
      try destination.withThreads {
        let journeys = try source.read(to: destination)
        let study = try OrderStudy(
          journeys.paths, upTo: largest, folds: folds, by: holdOut, seed: seed,
          memoryLimit: memoryLimit.bytes)
        let report = OrderReport(source: source.input.location.name, study: study)
        try source.write(report, journeys, to: output)
      }
    }
  }
}

extension OrderStudy.Unit: ExpressibleByArgument {}
