import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneText

/// Reads a path table as a stream, and merges equal paths while it is read.
///
/// Memory grows with distinct paths: besides them there are two waves of blocks, however long the
/// input.
public struct PathTableReader: Sendable {
  /// How the input is written, as far as the user said.
  public var format: PathTableFormat
  /// Called from time to time with the bytes read so far, gzip undone.
  public var progress: (@Sendable (Int) -> Void)?

  private let blockSize: Int

  /// A reader for a format.
  ///
  /// - Parameters:
  ///   - format: How the input is written, as far as is known.
  ///   - blockSize: The bytes of text that one piece of parallel work parses, 256 KiB where nothing is said. Results do
  ///     not depend on it, except that what `format` leaves open is detected in the first block. Traps unless above 0.
  public init(_ format: PathTableFormat = PathTableFormat(), blockSize: Int? = nil) {
    precondition(blockSize ?? 1 > 0, "a block holds at least one byte")
    self.format = format
    self.blockSize = blockSize ?? TextSource.usualBlockSize
  }

  /// What a reading gives.
  public struct Result: Sendable {
    public let table: PathTable
    public let layout: PathTableLayout
    /// Records behind the header, blank lines not counted.
    public let rows: Int
    /// Records that count no journey: neither a conversion nor a journey without one.
    public let weightlessRows: Int
  }

  /// Reads a whole input.
  ///
  /// - Throws: ``InputError`` for the first record that makes no sense, in the order of the input.
  /// - Complexity: O(bytes), in parallel.
  public func read(_ location: InputLocation) throws(InputError) -> Result {
    try read(TextSource(location.openBytes(), name: location.name, blockSize: blockSize))
  }

  /// Reads a whole input that is in memory, plain or gzip.
  ///
  /// - Parameters:
  ///   - bytes: The input.
  ///   - name: What messages call it.
  /// - Throws: As ``read(_:)``.
  public func read(bytes: [UInt8], name: String) throws(InputError) -> Result {
    try read(TextSource(openSource(bytes, name: name), name: name, blockSize: blockSize))
  }

  /// Reads text whose first wave is there.
  func read(_ source: TextSource) throws(InputError) -> Result {
    let layout = try PathTableLayout.detect(format, source)
    var builder = PathTableBuilder(halfLives: layout.halfLives)
    var weightlessRows = 0
    let (touchpoints, rows) = try source.readAll(
      progress: progress,
      makeParsed: { ParsedPaths(batch: PathBatch(halfLifeCount: layout.halfLives.count)) },
      parse: { PathRowParser.parse($0, layout, known: $1, into: &$2) },
      merge: { parsed, readAhead in
        weightlessRows += parsed.reduce(0) { $0 + $1.weightlessRows }
        builder.addSealed(parsed.map(\.batch), alongside: readAhead)
      })
    if rows == 0 {
      throw InputError(
        .badData, source: source.name, line: source.headerLine, problem: source.noRecords("row"),
        remedy: "give at least one path")
    }
    let table = builder.finish(touchpoints: touchpoints)
    try Self.check(table, name: source.name)
    return Result(table: table, layout: layout, rows: rows, weightlessRows: weightlessRows)
  }

  /// Refuses a table whose totals Double cannot count exactly.
  public static func check(_ table: PathTable, name: String) throws(InputError) {
    if table.totals.journeys > RowLimits.largestCount || !table.totals.value.isFinite {
      throw InputError(
        .badData, source: name,
        problem: "the rows add up to \(table.totals.journeys) journeys worth \(table.totals.value),"
          + " more than Double can count exactly",
        remedy: "look for rows with counts that are far too large")
    }
  }
}
