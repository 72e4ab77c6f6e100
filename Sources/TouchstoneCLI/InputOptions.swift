import ArgumentParser
import JourneyIO

/// The options of every command that reads a path table.
struct InputOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A path table: CSV or TSV with a header, plain or gzip; - for standard input.",
      valueName: "input"))
  var path: String

  @Option(help: "The character between fields, or tab. Default: detected.")
  var delimiter: Delimiter?

  @Option(help: "What stands between the touchpoints of a path, as in ' > '. Default: detected.")
  var pathSeparator: String?

  @Option(help: "The column of the path. Default: detected by name.")
  var pathColumn: String?

  @Option(help: "The column that counts conversions. Default: detected by name.")
  var conversionsColumn: String?

  @Option(help: "The column that sums their value. Default: detected by name.")
  var valueColumn: String?

  @Option(help: "The column that counts journeys without conversion. Default: detected by name.")
  var nullsColumn: String?

  @Option(
    help: ArgumentHelp(
      "What one row is: all journeys along a path, or one journey with 1 or 0 conversions. Default: journeys"
        + " where the column is named converted and no column counts the others, else paths."))
  var rows: PathTableFormat.RowMeaning?

  @Option(help: "What becomes of a row without touchpoints.")
  var emptyPaths = PathTableFormat.EmptyPaths.reject

  @Option(help: "What becomes of nothing between two separators.")
  var emptyTouchpoints = PathTableFormat.EmptyTouchpoints.reject

  func validate() throws {
    if let pathSeparator {
      if pathSeparator.isEmpty || pathSeparator.utf8.contains(where: { "\n\r\"".utf8.contains($0) }) {
        throw ValidationError(
          "--path-separator must be some text without line ends and double quotes; give for example ' > '")
      }
    }
  }

  var location: InputLocation { InputLocation(argument: path) }

  /// Reads the input, with progress on standard error where someone may be watching.
  func read(quiet: Bool) throws(InputError) -> PathTableReader.Result {
    var format = PathTableFormat()
    format.delimiter = delimiter?.byte
    format.pathSeparator = pathSeparator
    format.pathColumn = pathColumn
    format.conversionsColumn = conversionsColumn
    format.valueColumn = valueColumn
    format.nullsColumn = nullsColumn
    format.rows = rows
    format.emptyPaths = emptyPaths
    format.emptyTouchpoints = emptyTouchpoints
    let progress = quiet ? nil : Progress(location)
    var reader = PathTableReader(format)
    if let progress { reader.progress = { bytes in progress.update(bytes: bytes) } }
    defer { progress?.finish() }
    let reading = try reader.read(location)
    if reading.weightlessRows > 0 && !reading.layout.hasNulls && !quiet {
      note(
        "\(reading.weightlessRows) of \(reading.rows) rows of \(location.name) have no conversions, and no column"
          + " counts journeys without; if each row is one journey, use --rows journeys")
    }
    return reading
  }
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

extension PathTableFormat.RowMeaning: ExpressibleByArgument {}
extension PathTableFormat.EmptyPaths: ExpressibleByArgument {}
extension PathTableFormat.EmptyTouchpoints: ExpressibleByArgument {}

/// A number of bytes, with K, M or G for powers of 1,000.
struct MemorySize: ExpressibleByArgument {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let units: [Character: Int] = ["K": 1_000, "M": 1_000_000, "G": 1_000_000_000]
    let unit = argument.last.flatMap { units[Character($0.uppercased())] }
    let digits = unit == nil ? argument : String(argument.dropLast())
    guard let number = Int(digits), number > 0 else { return nil }
    let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit ?? 1)
    guard !isTooLarge else { return nil }
    self.bytes = bytes
  }

  var defaultValueDescription: String { "\(bytes / 1_000_000_000)G" }
}
