import ArgumentParser
import TouchstoneJourneyIO
import TouchstoneParallel
import TouchstoneReporting

/// The options of every command that prints results in one of several formats.
struct OutputOptions: ParsableArguments {
  @Option(help: "How to write the results.")
  var format = OutputFormat.table

  @OptionGroup var destination: DestinationOptions

  func write(_ report: some Report) throws(OutputError) { try destination.write(report.text(format)) }
}

/// Where results go, and how they are worked out.
struct DestinationOptions: ParsableArguments {
  @Option(name: [.short, .long], help: "The file to write; default: standard output.")
  var output: String?

  @Flag(name: [.short, .long], help: "Nothing on standard error but errors.")
  var quiet = false

  @Option(help: "The most threads to use. Default: one a core. Results do not depend on it.")
  var threads: Int?

  func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads is \(threads); give 1 or more")
    }
    if let output, output.isEmpty || output.hasSuffix("/") {
      throw ValidationError("--output '\(output)' names no file; give the path of one")
    }
  }

  /// Fails before any work is done where the results could not be written afterwards.
  func checkDestination(besides inputs: [String?]) throws(OutputError) {
    guard let output else { return }
    for input in inputs.compactMap({ $0 }) where OutputFile(output).isSameFile(as: input) {
      throw OutputError(
        kind: .cannotCreate,
        description: "\(output): this is an input, which would be lost; choose another --output")
    }
    try OutputFile(output).check()
  }

  func write(_ text: String) throws(OutputError) {
    try write { write in try Array(text.utf8).withUnsafeBytes(write) }
  }

  /// Writes what `produce` passes on, one piece after the other.
  func write(_ produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws(OutputError) {
    if let output {
      try OutputFile(output).write(produce)
    } else {
      try StandardOutput.write(produce)
    }
  }

  func withThreads(_ work: () throws -> Void) throws {
    try Parallel.$maximumThreads.withValue(threads, operation: work)
  }
}

extension OutputFormat: ExpressibleByArgument {}
