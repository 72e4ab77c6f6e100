import ArgumentParser
import TouchstoneJourneyIO

/// What every command reads, and what path tables and event logs have in common.
struct InputOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Events, or a path table where times are not needed: CSV, TSV or (events) JSON Lines, plain or gzip;"
        + " - for standard input; events also as 'sqlite:FILE?table=NAME' or 'sqlite:FILE?query=SELECT…'.",
      valueName: "input"))
  var path: String

  @Option(help: "The character between fields, or tab. Default: detected.")
  var delimiter: Delimiter?

  @Option(help: "The column that counts conversions, or none. Default: detected by name.")
  var conversionsColumn: String?

  @Option(help: "The column that sums their value, or none. Default: detected by name.")
  var valueColumn: String?

  @Option(
    help:
      "What becomes of nothing between two separators of a path, and of an event without a touchpoint: reject or drop.")
  var emptyTouchpoints: PathTableFormat.EmptyTouchpoints?

  var location: InputLocation { InputLocation(argument: path) }
}

/// One ASCII character, or the word `tab`.
struct Delimiter: ExpressibleByArgument {
  let byte: UInt8

  init?(argument: String) {
    let text = ["tab", "\\t"].contains(argument.lowercased()) ? "\t" : argument
    guard text.utf8.count == 1, let byte = text.utf8.first, byte != UInt8(ascii: "\""),
      byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r"), byte < 0x80
    else { return nil }
    self.byte = byte
  }
}

extension PathTableFormat.EmptyTouchpoints: ExpressibleByArgument {}
