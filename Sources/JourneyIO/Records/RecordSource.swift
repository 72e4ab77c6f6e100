import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneText

/// Where records come from: text, a database, or what comes next.
///
/// A source names its columns and gives its records in waves of blocks. The blocks of a wave are parsed in parallel,
/// and waves are merged one after the other, so that memory is a few waves however long the input.
///
/// A new source is two files: its own, with a type that conforms, and `InputLocation.swift`, where locations are named
/// and opened. A source that gives values rather than text fills ``RowBlock``s.
protocol RecordSource: AnyObject {
  associatedtype Block: RecordBlock

  /// What messages call it.
  var name: String { get }
  /// The line of the column names, for messages; `nil` for a source without lines.
  var headerLine: Int? { get }
  /// What a message says where the source holds none of what was asked for.
  func noRecords(_ records: String) -> String

  /// Finds out which column holds what; it also takes the header off the first block's records.
  ///
  /// - Parameters:
  ///   - search: What to look for.
  ///   - delimiter: What stands between fields, where the source is text and the user said so.
  func header<Field>(
    _ search: ColumnSearch<Field>, delimiter: UInt8?
  ) throws(InputError) -> HeaderReading<Field>

  /// The wave at hand: the first one as soon as the source is there, so that layouts can be detected from it.
  var wave: RecordWave<Block> { get }
  /// Line feeds of the first block before its records.
  var headerLineFeeds: Int { get }
  /// Work that reads the next wave while this one is merged, on another thread; `nil` for a source that must stay on
  /// one.
  func readAhead() -> (@Sendable () -> Void)?
  /// Goes on to the next wave.
  ///
  /// - Returns: False at the end.
  func advance() -> Bool

  /// A record's failure as the user sees it.
  ///
  /// - Parameter lines: What the blocks before the failed one have passed, as their sinks counted.
  func located(_ failure: RecordFailure, lines: Int) -> InputError
  /// A failure that ended the reading, as the user sees it.
  func located(_ failure: InputError, lines: Int) -> InputError
}

extension RecordSource {
  var headerLineFeeds: Int { 0 }
  func readAhead() -> (@Sendable () -> Void)? { nil }
  func located(_ failure: InputError, lines: Int) -> InputError { failure }

  /// The first field of a column that is not empty, as far as the first block shows one.
  func firstField<Field>(of column: Int, _ header: HeaderReading<Field>) -> [UInt8]? {
    guard let block = wave.blocks.first else { return nil }
    return FirstField.of(column) { sink in _ = block.parse(header.recordColumns, into: &sink) }
  }
}

/// The names of a source's columns, and how its fields are told apart.
struct RecordColumns: Sendable {
  let names: [String]
  /// `nil` for all but delimited text.
  let delimiter: UInt8?
}

/// A part of a source: records that are read and not yet parsed.
protocol RecordBlock: Sendable {
  /// How large it is, for progress.
  var byteCount: Int { get }
  /// Gives all records to a sink, up to the first that cannot be read, and says why that one cannot.
  func parse<Sink: FieldSink & ~Copyable>(_ columns: RecordColumns, into sink: inout Sink) -> RecordFailure?
}

/// Blocks that may be parsed at the same time, and why the reading ended behind them, if it failed.
struct RecordWave<Block: Sendable>: Sendable {
  var blocks: [Block] = []
  var failure: InputError?
}

/// What a block of records came to, until it is merged.
protocol ParsedRecords: Sendable {
  /// Forgets everything, and keeps the memory.
  mutating func clear()
  /// Line feeds passed, those inside quotes included; records, where the source has no lines.
  var lineCount: Int { get }
  /// Records read.
  var rowCount: Int { get }
  var failure: RecordFailure? { get }
  /// Names that the table did not know when the block was parsed; they hold provisional ids, counted from the table's
  /// size.
  var newNames: TouchpointTable { get }
  func replaceProvisional(from first: Int32, with ids: [Int32])
  /// Prepares for merging.
  func seal()
}

extension RecordSource {
  /// Reads everything: a wave is parsed in parallel, its new names get their ids in the order of the input, and it is
  /// merged while the next one is read.
  ///
  /// - Parameters:
  ///   - progress: Called with the bytes read so far.
  ///   - makeParsed: Makes room for what one block comes to.
  ///   - parse: Parses a block, given the touchpoints known so far.
  ///   - merge: Merges a wave of sealed records, perhaps with other work to do at the same time.
  /// - Returns: The touchpoints, and the number of records.
  func readAll<Parsed: ParsedRecords>(
    progress: (@Sendable (Int) -> Void)?, makeParsed: () -> Parsed,
    parse: @Sendable (Block, TouchpointTable, inout Parsed) -> Void,
    merge: ([Parsed], (@Sendable () -> Void)?) -> Void
  ) throws(InputError) -> (touchpoints: TouchpointTable, rows: Int) {
    var touchpoints = TouchpointTable()
    var (rows, lines, bytes) = (0, headerLineFeeds, 0)
    var parsed: [Parsed] = []
    repeat {
      let blocks = wave.blocks
      while parsed.count < blocks.count { parsed.append(makeParsed()) }
      parsed.removeLast(parsed.count - blocks.count)
      let known = touchpoints
      Parallel.forEachElement(of: &parsed) { index, result in
        result.clear()
        parse(blocks[index], known, &result)
      }
      for index in parsed.indices {
        if let failure = parsed[index].failure { throw located(failure, lines: lines) }
        lines += parsed[index].lineCount
        rows += parsed[index].rowCount
        bytes += blocks[index].byteCount
        if parsed[index].newNames.count > 0 {
          let ids = touchpoints.intern(allOf: parsed[index].newNames)
          parsed[index].replaceProvisional(from: Int32(known.count), with: ids)
        }
      }
      if let failure = wave.failure { throw located(failure, lines: lines) }
      progress?(bytes)

      let sealed = parsed
      Parallel.forEach(sealed.count) { sealed[$0].seal() }
      merge(sealed, readAhead())
    } while advance()
    return (touchpoints, rows)
  }
}
