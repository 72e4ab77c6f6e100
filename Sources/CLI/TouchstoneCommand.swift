import ArgumentParser

/// `touchstone`: the root of all commands.
public struct TouchstoneCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "touchstone",
    abstract: "Which touchpoints earn conversions, and how sure anyone can be of it.",
    discussion: """
      Exit codes: 0 success, 64 wrong usage, 65 input that makes no sense, 66 missing input, 70 internal \
      error, 73 output that cannot be created, 74 failure while reading or writing.
      """,
    version: "0.1.0",
    subcommands: [
      CompareCommand.self, JourneysCommand.self, ProfileCommand.self, TransitionsCommand.self, SynergyCommand.self,
      OrderCommand.self, DiagnoseCommand.self, ReallocateCommand.self, SimulateCommand.self, EvaluateCommand.self,
    ])

  public init() {}
}
