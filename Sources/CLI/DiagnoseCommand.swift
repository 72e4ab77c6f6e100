import ArgumentParser
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneReporting
import TouchstoneText

/// `touchstone diagnose`: whether the models deserve to be believed on these journeys.
struct DiagnoseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Check models without knowing the truth: how well chains fit, and what a placebo is given.",
    discussion: """
      EXAMPLE
        touchstone diagnose notebooks-data/paths.csv --orders 1,2 --placebo-like 抖音
      """)

  @OptionGroup var source: JourneyOptions

  @Option(help: "The orders of the chains to check, separated by commas.")
  var orders = OrderList(orders: [1, 2])

  @Option(help: "The models that are given the placebo, as in compare.")
  var models = ModelCatalogue.defaultList

  @Option(help: "The touchpoint whose visits are dealt out at random. Default: the one of median reach.")
  var placeboLike: String?

  @Option(help: "How often they are dealt out.")
  var shuffles = 20

  @Option(help: "Chooses how.")
  var seed: UInt64 = 1

  @Option(help: "The most memory that a Markov chain may take, as in 500M or 4G.")
  var memoryLimit = MemorySize(bytes: Markov.defaultMemoryLimit)

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...10_000).contains(shuffles) else {
      throw ValidationError("--shuffles is \(shuffles); give a number from 1 to 10000")
    }
  }

  func run() throws {
    try reportingErrors {
      let models = try ModelCatalogue.models(self.models, memoryLimit: memoryLimit.bytes)
      try PlaceboTest.check(models)
      let destination = output.destination
      try destination.withThreads {
        let journeys = try source.read(to: destination)
        let paths = journeys.paths
        var fits: [ChainFit] = []
        for order in orders.orders {
          fits.append(try ChainFit(paths, order: order, memoryLimit: memoryLimit.bytes))
        }
        var placebo: PlaceboTest?
        if let original = try original(paths) {
          placebo = try PlaceboTest(paths, models: models, original: original, shuffles: shuffles, seed: seed)
        }
        let report = DiagnosisReport(
          source: source.input.location.name, paths: paths, fits: fits, placebo: placebo)
        try source.write(report, journeys, to: output)
      }
    }
  }

  private func original(_ paths: PathTable) throws(InputError) -> Int? {
    guard let placeboLike, paths.touched.journeys > 0 else { return PlaceboTest.usualOriginal(paths) }
    if let id = paths.touchpoints.id(of: placeboLike) { return Int(id) }
    let names = paths.touchpoints.names
    let meant = Suggestion.nearest(to: placeboLike, in: names).map { "did you mean \(quotedForMessage($0))? " } ?? ""
    throw InputError(
      .badData, source: source.input.location.name,
      problem: "no journey holds \(quotedForMessage(placeboLike)), which --placebo-like names",
      remedy: meant + "the touchpoints are \(names.prefix(20).map { quotedForMessage($0) }.joined(separator: ", "))")
  }
}

/// Orders of chains.
struct OrderList: ExpressibleByArgument {
  let orders: [Int]

  init(orders: [Int]) { self.orders = orders }

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0.map { (1...1_000).contains($0) } ?? false }) else { return nil }
    orders = numbers.map { $0! }
  }

  var defaultValueDescription: String { orders.map { "\($0)" }.joined(separator: ",") }
}
