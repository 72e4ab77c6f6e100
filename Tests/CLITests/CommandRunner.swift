import Foundation
import TouchstoneTestSupport

/// Runs the built `touchstone` as a user's shell would.
enum CommandRunner {
  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
  }

  /// The binary that was built with the tests: it lies beside the test bundle.
  static let binary: URL = {
    let besideTests = CommandLine.arguments.map { URL(filePath: $0).deletingLastPathComponent() }
      .map { $0.appending(path: "touchstone") }
    let candidates = besideTests + [Repository.root.appending(path: ".build/debug/touchstone")]
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? candidates.last!
  }()

  /// Runs a shell line in which `$T` is the binary, in a folder.
  static func run(_ line: String, in folder: URL) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging([
      "T": binary.path, "LC_ALL": "C.UTF-8",
    ]) { $1 }
    let (output, errors) = (
      folder.appending(path: ".output"), folder.appending(path: ".errors")
    )
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }

  /// A folder that is gone when `body` returns.
  static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "touchstone-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
