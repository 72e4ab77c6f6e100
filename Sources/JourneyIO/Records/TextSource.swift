import TouchstoneText

/// Text as a source of records: delimited, or JSON Lines, which begin with a brace.
///
/// Waves are read ahead: memory is two of them, however long the input.
final class TextSource: RecordSource {
  let name: String
  private let reader: BlockReader
  private var current = (0..<blocksPerWave).map { _ in ByteBlock() }
  private var spare = (0..<blocksPerWave).map { _ in ByteBlock() }
  private(set) var wave: RecordWave<TextBlock>
  private let next = NextWave()
  private var isLast: Bool
  private var header: String?
  private(set) var headerLineFeeds = 0

  /// Enough blocks to keep many cores busy, and to make what is done once a wave, such as naming new touchpoints,
  /// cheap; with blocks of 256 KiB a wave is 8 MiB.
  static let blocksPerWave = 32
  /// The bytes of a block where nothing else is said: enough that starting a piece of work costs nothing beside it, and
  /// few enough to lie in a core's second-level cache.
  static let usualBlockSize = 256 << 10

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Reads the first wave.
  init(_ source: any ByteSource, name: String, blockSize: Int = usualBlockSize) throws(InputError) {
    self.name = name
    reader = BlockReader(source, name: name, blockSize: blockSize)
    let first = reader.fill(current)
    isLast = first.isLast
    wave = RecordWave(blocks: first.blocks.map { TextBlock($0) }, failure: first.failure)
    if wave.blocks.isEmpty {
      throw first.failure.map { located($0, lines: 0) }
        ?? InputError(
          .badData, source: name, problem: "the input is empty",
          remedy: "give a path table or an event log with a header line")
    }
    if wave.blocks[0].bytes.starts(with: Self.byteOrderMark) { wave.blocks[0].start = Self.byteOrderMark.count }
  }

  /// Whether the text is JSON Lines.
  var isJSONLines: Bool { !reader.quotesLineFeeds }

  // MARK: Columns

  var headerLine: Int? { 1 }

  func noRecords(_ records: String) -> String { "there is a header and no \(records) behind it" }

  func header<Field>(
    _ search: ColumnSearch<Field>, delimiter: UInt8?
  ) throws(InputError) -> HeaderReading<Field> {
    if isJSONLines { return HeaderReading(try keys(search), delimiter: nil, search: search) }
    return Header.bestReading(try headerText(), delimiter: delimiter, search: search)
  }

  /// The header's text: the first record, which is from then on none of the first block's.
  func headerText() throws(InputError) -> String {
    if let header { return header }
    let bytes = wave.blocks[0].bytes
    guard let end = BlockReader.firstRecordEnd(in: bytes) else {
      throw InputError(
        .badData, source: name, line: 1, problem: "a double quote in the header is never closed",
        remedy: "close it, or double it where it belongs to the text")
    }
    let text = try Header.text(UnsafeRawBufferPointer(rebasing: bytes[..<(end - 1)]), source: name)
    headerLineFeeds = bytes[..<end].count { $0 == UInt8(ascii: "\n") }
    wave.blocks[0].start += end
    header = text
    return text
  }

  /// The keys of the first block's records, and those that options name: these may come later.
  private func keys<Field>(_ search: ColumnSearch<Field>) throws(InputError) -> [String] {
    let keys: [String]
    do throws(RecordFailure) {
      keys = try JSONRecords.keys(of: wave.blocks[0].bytes)
    } catch {
      throw located(error, lines: 0)
    }
    let named = search.wanted.values.filter { $0 != ColumnSearch<Field>.absent }
    return keys + named.filter { !keys.contains($0) }.sorted()
  }

  // MARK: Waves

  func readAhead() -> (@Sendable () -> Void)? {
    if isLast { return nil }
    let (next, buffers, reader) = (next, spare, reader)
    return { next.wave = reader.fill(buffers) }
  }

  func advance() -> Bool {
    guard let following = next.wave, !following.blocks.isEmpty || following.failure != nil else { return false }
    next.wave = nil
    isLast = following.isLast
    wave = RecordWave(blocks: following.blocks.map { TextBlock($0) }, failure: following.failure)
    swap(&current, &spare)
    return true
  }

  func located(_ failure: RecordFailure, lines: Int) -> InputError {
    InputError(
      .badData, source: name, line: lines + failure.lineOffset + 1, column: failure.column,
      problem: failure.problem, remedy: failure.remedy)
  }

  /// A failure of the source with the line at which the data stops making sense.
  func located(_ failure: InputError, lines: Int) -> InputError {
    guard failure.kind == .badData else { return failure }
    return InputError(
      failure.kind, source: failure.source, line: lines + 1, problem: failure.problem, remedy: failure.remedy)
  }
}

/// Whole records of text.
struct TextBlock: RecordBlock {
  private let block: ByteBlock
  /// Where the records begin: behind a byte-order mark and a header.
  var start = 0

  init(_ block: ByteBlock) { self.block = block }

  var byteCount: Int { block.count }
  /// The records.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: block.bytes[start...]) }

  func parse<Sink: FieldSink & ~Copyable>(
    _ columns: RecordColumns, into sink: inout Sink
  ) -> RecordFailure? {
    if let delimiter = columns.delimiter {
      return DelimitedRecords(delimiter: delimiter, columnCount: columns.names.count).parse(bytes, into: &sink)
    }
    return JSONRecords(keys: columns.names).parse(bytes, into: &sink)
  }
}

/// A wave that was read while another one was merged.
///
/// `@unchecked Sendable`: one piece of parallel work writes it, and it is read when all have ended.
private final class NextWave: @unchecked Sendable {
  var wave: BlockReader.Wave?
}
