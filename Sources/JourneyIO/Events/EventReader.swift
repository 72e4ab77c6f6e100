import TouchstoneJourneys
import TouchstoneText

/// Reads an event log: CSV or TSV, JSON Lines, plain or gzip, or a table of an SQLite database.
public struct EventReader: Sendable {
  /// How the input is written, as far as the user said.
  public var format: EventFormat
  /// Called from time to time with the bytes read so far, gzip undone.
  public var progress: (@Sendable (Int) -> Void)?

  private let blockSize: Int

  /// A reader for a format.
  ///
  /// - Parameters:
  ///   - format: How the input is written, as far as is known.
  ///   - blockSize: The bytes that one piece of parallel work parses. Results do not depend on it, except that what `format` leaves
  ///     open is detected in the first block. Traps unless above 0.
  public init(_ format: EventFormat = EventFormat(), blockSize: Int = 256 << 10) {
    precondition(blockSize > 0, "a block holds at least one byte")
    self.format = format
    self.blockSize = blockSize
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

  /// Reads a whole input.
  ///
  /// - Throws: ``InputError`` for the first record that makes no sense, in the order of the input.
  /// - Complexity: O(bytes), in parallel; memory for the events besides two waves of blocks.
  public func read(_ location: InputLocation) throws(InputError) -> Result {
    if case .sqlite(let database) = location { return try read(database) }
    return try read(WaveReader(openSource(location), name: location.name, blockSize: blockSize))
  }

  /// Reads a whole input that is in memory, plain or gzip.
  ///
  /// - Parameters:
  ///   - bytes: The input.
  ///   - name: What messages call it.
  /// - Throws: As ``read(_:)``.
  public func read(bytes: [UInt8], name: String) throws(InputError) -> Result {
    try read(WaveReader(openSource(bytes, name: name), name: name, blockSize: blockSize))
  }

  /// Reads an input whose first wave is there.
  func read(_ waves: WaveReader) throws(InputError) -> Result {
    let layout = try layout(of: waves)
    let identifiers = layout.users.count
    let measures = layout.measures.count
    var builder = EventLogBuilder(
      identifierColumns: layout.users.map { layout.columnNames[$0] }, measureNames: layout.measureNames,
      hasCost: layout.hasCost)
    var withoutTouchpoint = 0
    let touchpoints = try waves.read(
      skipsHeader: layout.delimiter != nil, progress: progress,
      makeBlock: {
        ParsedEvents(batch: EventBatch(identifierColumns: identifiers, measureColumns: measures))
      },
      parse: { Self.parse($0, layout, known: $1, into: &$2) },
      merge: { blocks, readOn in
        withoutTouchpoint += blocks.reduce(0) { $0 + $1.withoutTouchpoint }
        builder.addSealed(blocks.map(\.batch), alongside: readOn)
      })
    if waves.rowCount == 0 {
      throw InputError(
        .badData, source: waves.name, line: 1, problem: "there is a header and no event behind it",
        remedy: "give at least one event")
    }
    return Result(
      log: builder.finish(touchpoints: touchpoints, sharedIdentifiers: format.sharedIdentifiers),
      layout: layout, rows: waves.rowCount, withoutTouchpoint: withoutTouchpoint)
  }

  private func layout(of waves: WaveReader) throws(InputError) -> EventLayout {
    if waves.isJSONLines {
      let search = EventLayout.search(format)
      var keys: [String]
      do throws(RecordFailure) {
        keys = try JSONRecords.keys(of: waves.sample)
      } catch {
        throw InputError(
          .badData, source: waves.name, line: error.lineOffset + 1, column: error.column, problem: error.problem,
          remedy: error.remedy)
      }
      // A key that an option names may come later.
      let named = search.wanted.values.filter { $0 != ColumnSearch<EventLayout.Field>.absent }
      keys += named.filter { !keys.contains($0) }.sorted()
      let reading = HeaderReading(keys, delimiter: 0, search: search)
      return try EventLayout(
        reading, format: format, hasDelimiter: false, source: waves.name, line: 1
      ) { column in
        FirstField.of(column, columns: reading.names.count) { sink in
          _ = JSONRecords(keys: reading.names).parse(waves.sample, into: &sink)
        }
      }
    }
    let (header, rest) = try waves.header()
    let reading = Header.bestReading(
      try Header.text(header, source: waves.name), delimiter: format.delimiter,
      search: EventLayout.search(format))
    return try EventLayout(
      reading, format: format, hasDelimiter: true, source: waves.name, line: 1
    ) { column in
      FirstField.of(column, columns: reading.names.count) { sink in
        _ = DelimitedRecords(delimiter: reading.delimiter, columnCount: reading.names.count)
          .parse(rest, into: &sink)
      }
    }
  }

  /// Reads all records of a block, up to the first that cannot be read.
  private static func parse(
    _ bytes: UnsafeRawBufferPointer, _ layout: EventLayout, known: TouchpointTable,
    into block: inout ParsedEvents
  ) {
    var parser = EventRowParser(layout, known: known, block: block)
    // The parser's copy must be the only one, or changing it would copy its arrays.
    block = ParsedEvents(batch: block.batch)
    let failure: RecordFailure?
    if let delimiter = layout.delimiter {
      failure = DelimitedRecords(delimiter: delimiter, columnCount: layout.columnNames.count)
        .parse(bytes, into: &parser)
    } else {
      failure = JSONRecords(keys: layout.columnNames).parse(bytes, into: &parser)
    }
    block = parser.finish(failure)
  }
}
