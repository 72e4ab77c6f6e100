import ArgumentParser
import Foundation
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneReporting
import TouchstoneSimulation
import TouchstoneText

/// `touchstone simulate`: a world's log, costs and truth.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Live a world of known truth: write its event log, path table, costs and truth.",
    discussion: """
      EXAMPLE
        touchstone simulate notebooks-data/worlds/clean.yaml --output clean --users 5000

      writes events.csv, paths.csv, costs.csv and truth.json into the folder clean. With --only, one of them goes to \
      standard output, or to the file that --output names.
      """)

  @Argument(help: ArgumentHelp("The world, a YAML file.", valueName: "world"))
  var world: String?

  @Option(help: "Instead of a world: a path table; journeys are sampled from the Markov chain fitted on it.")
  var chain: String?

  @Option(help: "With --chain: the order of the chain.")
  var order = 1

  @Option(help: "With --chain: the number of journeys.")
  var journeys = 10_000

  @OptionGroup var paths: PathOptions

  @Option(name: [.short, .long], help: "The folder to write, which may be new; with --only the file.")
  var output: String?

  @Option(help: "One result alone: truth, events, paths or costs.")
  var only: Product?

  @Option(help: "How to write the event log: csv or jsonl.")
  var events = LogFormat.csv

  @Option(
    help: "How to write the truth where it is all that is wanted. Default: table on standard output, json in files.")
  var format: OutputFormat?

  @Option(
    help: ArgumentHelp(
      "What the truth holds besides the baseline: " + EstimandList.names.joined(separator: ", ")
        + "; separated by commas."))
  var estimands = EstimandList(estimands: Estimand.allCases)

  @Option(help: "The number of users; spend changes with it.")
  var users: Int?

  @Option(help: "Chooses the users and the days.")
  var seed: UInt64?

  @Flag(name: [.short, .long], help: "Nothing on standard error but errors.")
  var quiet = false

  @Option(help: "The most threads to use. Default: one a core. Results do not depend on it.")
  var threads: Int?

  /// What a simulation gives.
  enum Product: String, ExpressibleByArgument, CaseIterable {
    case truth, events, paths, costs
  }

  func validate() throws {
    if let users, !(1...100_000_000).contains(users) {
      throw ValidationError("--users is \(users); give a number from 1 to 100000000")
    }
    if let threads, threads < 1 { throw ValidationError("--threads is \(threads); give 1 or more") }
    guard (world == nil) != (chain == nil) else {
      throw ValidationError(
        world == nil
          ? "nothing to simulate; give a world, or a path table with --chain" : "give a world or --chain, not both")
    }
    if chain != nil {
      guard (1...1_000).contains(order) else {
        throw ValidationError("--order is \(order); give a number from 1 to 1000")
      }
      guard (1...1_000_000_000).contains(journeys) else {
        throw ValidationError("--journeys is \(journeys); give a number from 1 to 1000000000")
      }
      if only != nil || users != nil { throw ValidationError("--only and --users are for worlds; leave them out") }
    } else if output == nil && only == nil {
      throw ValidationError("nowhere to write to; name a folder with --output, or one result with --only")
    }
    if format != nil && only != .truth {
      throw ValidationError("--format is for --only truth; leave it out")
    }
  }

  func run() throws {
    try reportingErrors {
      try Parallel.$maximumThreads.withValue(threads) {
        if let chain { return try sample(chain) }
        var world = try World(file: self.world!).calibrated()
        if let users { world = world.with(users: users) }
        if let seed { world = world.with(seed: seed) }
        if let only { try write(only, of: world) } else { try writeAll(of: world) }
      }
    }
  }

  /// Fails before any work is done where the one result could not be written afterwards.
  private func checkOutput(besides input: String, _ what: String) throws(OutputError) {
    guard let output else { return }
    guard !OutputFile(output).isSameFile(as: input) else {
      throw OutputError(
        kind: .cannotCreate, description: "\(output): this is the \(what), which would be lost; choose another --output"
      )
    }
    try OutputFile(output).check()
  }

  private func write(_ produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
    if let output { try OutputFile(output).write(produce) } else { try StandardOutput.write(produce) }
  }

  /// Journeys along the chain of a path table, as a path table.
  private func sample(_ path: String) throws {
    try checkOutput(besides: path, "path table")
    let location = InputLocation(argument: path)
    let reading = try PathTableReader(paths.format).read(location)
    guard reading.table.touched.journeys > 0 else {
      throw InputError(
        .badData, source: location.name, problem: "no journey has a touch", remedy: "give a path table with journeys")
    }
    let sampled = ChainWorld(reading.table, order: order).sample(journeys: journeys, seed: seed ?? 1)
    try write(PathTableWriter(sampled, hasValue: reading.layout.hasValue).write)
  }

  private func write(_ product: Product, of world: World) throws {
    try checkOutput(besides: self.world!, "world")
    switch product {
    case .truth:
      let report = TruthReport(truth(world))
      let text = report.text(format ?? (output == nil ? .table : .json))
      try write { write in try Array(text.utf8).withUnsafeBytes(write) }
    case .events, .paths, .costs:
      var run = LogRun(world, format: events, wants: [product], progress: progress("living", world))
      if product == .events {
        try write { write in try run.live { try $0.withUnsafeBytes(write) } }
      } else {
        try run.live { _ in }
        try write { write in try run.write(product, write) }
      }
    }
  }

  private func writeAll(of world: World) throws {
    let folder = try OutputFolder(output!)
    var run = LogRun(world, format: events, wants: [.events, .paths, .costs], progress: progress("living", world))
    try folder.write("events.\(events.rawValue)") { write in
      try run.live { try $0.withUnsafeBytes(write) }
    }
    try folder.write("paths.csv") { write in try run.write(.paths, write) }
    try folder.write("costs.csv") { write in try run.write(.costs, write) }
    let truth = TruthReport(truth(world))
    try folder.write("truth.json") { write in try Array(truth.text(.json).utf8).withUnsafeBytes(write) }
    if !quiet { say(truth.text(.table)) }
  }

  private func truth(_ world: World) -> Truth {
    let progress = progress("living all arms of", world)
    defer { progress?.finish() }
    return Truth(world, estimands.estimands) { progress?.update(done: $0) }
  }

  private func progress(_ work: String, _ world: World) -> WorkProgress? {
    quiet ? nil : WorkProgress("\(work) \(world.name)", unit: "users", of: world.users)
  }
}

extension LogFormat: ExpressibleByArgument {}

/// What a truth holds.
struct EstimandList: ExpressibleByArgument {
  let estimands: Set<Estimand>

  static var names: [String] { Estimand.allCases.map(\.rawValue) }

  init(estimands: [Estimand]) { self.estimands = Set(estimands) }

  init?(argument: String) {
    var estimands: [Estimand] = []
    for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let estimand = Estimand(rawValue: String(name)) else { return nil }
      estimands.append(estimand)
    }
    self.init(estimands: estimands)
  }

  var defaultValueDescription: String { Self.names.joined(separator: ",") }
}
