import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneText

/// What a block of records came to, until it is merged.
protocol ParsedRecords: Sendable {
  /// Forgets everything, and keeps the memory.
  mutating func clear()
  /// Line feeds passed, those inside quotes included.
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

/// Reads text in waves of blocks: a wave is parsed in parallel, its new names get their ids in the order of the input,
/// and it is merged while the next one is read.
///
/// Memory is two waves, however long the input.
final class WaveReader {
  let name: String
  private let reader: BlockReader
  private var current = (0..<blocksPerWave).map { _ in ByteBlock() }
  private var spare = (0..<blocksPerWave).map { _ in ByteBlock() }
  private var wave: BlockReader.Wave
  private var touchpoints = TouchpointTable()
  private(set) var rowCount = 0

  static let blocksPerWave = 32

  /// Reads the first wave.
  init(_ source: any ByteSource, name: String, blockSize: Int) throws(InputError) {
    self.name = name
    reader = BlockReader(source, name: name, blockSize: blockSize)
    wave = reader.fill(current)
    if wave.blocks.isEmpty {
      throw wave.failure.map { Self.located($0, line: 1) }
        ?? InputError(
          .badData, source: name, problem: "the input is empty",
          remedy: "give a path table or an event log with a header line")
    }
  }

  /// Whether the text is JSON Lines.
  var isJSONLines: Bool { !reader.quotesLineFeeds }

  /// The text of the first block, without a byte-order mark.
  var sample: UnsafeRawBufferPointer {
    let bytes = wave.blocks[0].bytes
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    return UnsafeRawBufferPointer(rebasing: bytes[start...])
  }

  /// The first record of the first block, without its line feed, and the bytes behind it.
  func header() throws(InputError) -> (header: UnsafeRawBufferPointer, rest: UnsafeRawBufferPointer) {
    let bytes = sample
    guard let end = BlockReader.firstRecordEnd(in: bytes).map({ $0 - 1 }) else {
      throw InputError(
        .badData, source: name, line: 1, problem: "a double quote in the header is never closed",
        remedy: "close it, or double it where it belongs to the text")
    }
    return (
      UnsafeRawBufferPointer(rebasing: bytes[..<end]),
      UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...])
    )
  }

  /// Reads everything.
  ///
  /// - Parameters:
  ///   - skipsHeader: Whether the first record is a header.
  ///   - progress: Called with the bytes read so far.
  ///   - makeBlock: Makes room for one block's records.
  ///   - parse: Reads a block, given the touchpoints known so far.
  ///   - merge: Merges a wave of sealed blocks, with other work to do at the same time.
  /// - Returns: The touchpoints.
  func read<Block: ParsedRecords>(
    skipsHeader: Bool, progress: (@Sendable (Int) -> Void)?, makeBlock: () -> Block,
    parse: @Sendable (UnsafeRawBufferPointer, TouchpointTable, inout Block) -> Void,
    merge: ([Block], @escaping @Sendable () -> Void) -> Void
  ) throws(InputError) -> TouchpointTable {
    var skipped = wave.blocks[0].count - sample.count
    var lines = 0
    if skipsHeader {
      skipped += try header().header.count + 1
      lines = wave.blocks[0].bytes[..<skipped].count { $0 == UInt8(ascii: "\n") }
    }
    var parsed: [Block] = []
    var bytes = 0
    while true {
      let blocks = wave.blocks
      while parsed.count < blocks.count { parsed.append(makeBlock()) }
      parsed.removeLast(parsed.count - blocks.count)
      let known = touchpoints
      let firstSkipped = skipped
      Parallel.forEachElement(of: &parsed) { index, result in
        result.clear()
        let bytes = blocks[index].bytes
        parse(
          UnsafeRawBufferPointer(rebasing: bytes[(index == 0 ? firstSkipped : 0)...]), known,
          &result)
      }
      skipped = 0
      let provisionalStart = Int32(touchpoints.count)
      for index in parsed.indices {
        if let failure = parsed[index].failure {
          throw InputError(
            .badData, source: name, line: lines + failure.lineOffset + 1, column: failure.column,
            problem: failure.problem, remedy: failure.remedy)
        }
        lines += parsed[index].lineCount
        rowCount += parsed[index].rowCount
        bytes += blocks[index].count
        if parsed[index].newNames.count > 0 {
          let ids = touchpoints.intern(allOf: parsed[index].newNames)
          parsed[index].replaceProvisional(from: provisionalStart, with: ids)
        }
      }
      if let failure = wave.failure { throw Self.located(failure, line: lines + 1) }
      progress?(bytes)

      let sealed = parsed
      Parallel.forEach(sealed.count) { sealed[$0].seal() }
      let next = NextWave()
      let (isLast, buffers, reader) = (wave.isLast, spare, self.reader)
      merge(sealed) { if !isLast { next.wave = reader.fill(buffers) } }
      guard let following = next.wave, !following.blocks.isEmpty || following.failure != nil else {
        return touchpoints
      }
      wave = following
      swap(&current, &spare)
    }
  }

  /// A failure of the source with the line at which the data stops making sense.
  private static func located(_ failure: InputError, line: Int) -> InputError {
    guard failure.kind == .badData else { return failure }
    return InputError(
      failure.kind, source: failure.source, line: line, problem: failure.problem, remedy: failure.remedy)
  }
}

/// A wave that was read while another one was merged.
///
/// `@unchecked Sendable`: one piece of parallel work writes it, and it is read when all have ended.
private final class NextWave: @unchecked Sendable {
  var wave: BlockReader.Wave?
}
