import ArgumentParser
import SystemPackage
import TouchstoneAttribution
import TouchstoneBudgeting
import TouchstoneJourneyIO
import TouchstoneText

/// Runs a command's work; an error becomes one message on standard error and the documented exit code.
func reportingErrors(_ work: () throws -> Void) throws {
  do {
    try work()
  } catch let error as ValidationError {
    // Thrown while working, it would be followed by the usage of the root command.
    throw fail(error.message, .usage)
  } catch let error as ModelListError {
    throw fail(error.description, .usage)
  } catch let error as InputError {
    let code: ExitCode =
      switch error.kind {
      case .missing: .noInput
      case .badData: .dataError
      case .readFailure: .inputOutputError
      }
    throw fail(error.description, code)
  } catch let error as AttributionError {
    if case .notConverged = error { throw fail(error.description, .internalError) }
    throw fail(error.description, .dataError)
  } catch let error as PlanError {
    throw fail(error.description, .dataError)
  } catch let error as OutputError {
    switch error.kind {
    case .closedPipe: throw ExitCode.inputOutputError
    case .cannotCreate: throw fail(error.description, .cannotCreate)
    case .writeFailure: throw fail(error.description, .inputOutputError)
    }
  }
}

/// Says something on standard error that does not end the command.
func note(_ message: String) {
  say("touchstone: note: \(message)\n")
}

/// Writes text to standard error as it is.
func say(_ text: String) { _ = try? FileDescriptor.standardError.writeAll(text.utf8) }

private func fail(_ message: String, _ code: ExitCode) -> ExitCode {
  say("touchstone: \(message)\n")
  return code
}

/// After sysexits.h.
extension ExitCode {
  static let usage = ExitCode(64)
  static let dataError = ExitCode(65)
  static let noInput = ExitCode(66)
  static let internalError = ExitCode(70)
  static let cannotCreate = ExitCode(73)
  static let inputOutputError = ExitCode(74)
}
