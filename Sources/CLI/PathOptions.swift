import ArgumentParser
import TouchstoneJourneyIO

/// How a path table is written.
struct PathOptions: ParsableArguments {
  @Option(help: "What stands between the touchpoints of a path, as in ' > '. Default: detected.")
  var pathSeparator: String?

  @Option(help: "The column of the path. Default: detected by name.")
  var pathColumn: String?

  @Option(help: "The column that counts journeys without conversion, or none. Default: detected by name.")
  var nullsColumn: String?

  @Option(
    help: ArgumentHelp(
      "What one row of a path table is: all journeys along a path, or one journey with 1 or 0 conversions. Default:"
        + " journeys where the column is named converted and no column counts the others, else paths."))
  var rows: PathTableFormat.RowMeaning?

  @Option(help: "What becomes of a path without touchpoints.")
  var emptyPaths = PathTableFormat.EmptyPaths.reject

  func validate() throws {
    if let pathSeparator {
      if pathSeparator.isEmpty || pathSeparator.utf8.contains(where: { "\n\r\"".utf8.contains($0) }) {
        throw ValidationError(
          "--path-separator must be some text without line ends and double quotes; give for example ' > '")
      }
    }
  }

  /// What these options alone say.
  var format: PathTableFormat {
    var format = PathTableFormat()
    format.pathSeparator = pathSeparator
    format.pathColumn = pathColumn
    format.nullsColumn = nullsColumn
    format.rows = rows
    format.emptyPaths = emptyPaths
    return format
  }

  func format(_ input: InputOptions) -> PathTableFormat {
    var format = format
    format.delimiter = input.delimiter?.byte
    format.conversionsColumn = input.conversionsColumn
    format.valueColumn = input.valueColumn
    format.emptyTouchpoints = input.emptyTouchpoints ?? .reject
    return format
  }
}

extension PathTableFormat.RowMeaning: ExpressibleByArgument {}
extension PathTableFormat.EmptyPaths: ExpressibleByArgument {}
