import TouchstoneJourneys
import TouchstoneText

/// Reads an event log: CSV or TSV, JSON Lines, plain or gzip, or a table of an SQLite database.
public struct EventReader: Sendable {
  /// How the input is written, as far as the user said.
  public var format: EventFormat
  /// Called from time to time with the bytes read so far, gzip undone.
  public var progress: (@Sendable (Int) -> Void)?

  let blockSize: Int

  /// A reader for a format.
  ///
  /// - Parameters:
  ///   - format: How the input is written, as far as is known.
  ///   - blockSize: The bytes of text that one piece of parallel work parses, 256 KiB where nothing is said. Results do
  ///     not depend on it, except that what `format` leaves open is detected in the first block. Traps unless above 0.
  public init(_ format: EventFormat = EventFormat(), blockSize: Int? = nil) {
    precondition(blockSize ?? 1 > 0, "a block holds at least one byte")
    self.format = format
    self.blockSize = blockSize ?? TextSource.usualBlockSize
  }

  /// What a reading gives.
  public struct Result: Sendable {
    public let log: EventLog
    public let layout: EventLayout
    /// Records, blank lines not counted.
    public let rows: Int
    /// Touches dropped because they name no touchpoint.
    public let withoutTouchpoint: Int
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

  /// Reads a source whose first wave is there.
  func read<Source: RecordSource>(_ source: Source) throws(InputError) -> Result {
    let header = try source.header(EventLayout.search(format), delimiter: format.delimiter)
    let layout = try EventLayout(header, format: format, source: source.name, line: source.headerLine) { column in
      source.firstField(of: column, header)
    }
    let identifiers = layout.users.count
    let measures = layout.measures.count
    var builder = EventLogBuilder(
      identifierColumns: layout.users.map { layout.columnNames[$0] }, measureNames: layout.measureNames,
      hasCost: layout.hasCost)
    var withoutTouchpoint = 0
    let (touchpoints, rows) = try source.readAll(
      progress: progress,
      makeParsed: {
        ParsedEvents(batch: EventBatch(identifierColumns: identifiers, measureColumns: measures))
      },
      parse: { Self.parse($0, layout, known: $1, into: &$2) },
      merge: { parsed, readAhead in
        withoutTouchpoint += parsed.reduce(0) { $0 + $1.withoutTouchpoint }
        builder.addSealed(parsed.map(\.batch), alongside: readAhead)
      })
    if rows == 0 {
      throw InputError(
        .badData, source: source.name, line: source.headerLine, problem: source.noRecords("event"),
        remedy: "give at least one event")
    }
    return Result(
      log: builder.finish(touchpoints: touchpoints, sharedIdentifiers: format.sharedIdentifiers),
      layout: layout, rows: rows, withoutTouchpoint: withoutTouchpoint)
  }

  /// Reads all records of a block, up to the first that cannot be read.
  private static func parse<Block: RecordBlock>(
    _ records: Block, _ layout: EventLayout, known: TouchpointTable, into block: inout ParsedEvents
  ) {
    var parser = EventRowParser(layout, known: known, block: block)
    // The parser's copy must be the only one, or changing it would copy its arrays.
    block = ParsedEvents(batch: block.batch)
    let columns = RecordColumns(names: layout.columnNames, delimiter: layout.delimiter)
    let failure = records.parse(columns, into: &parser)
    block = parser.finish(failure)
  }
}
