import Journeys
import Parallel

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
  private static let blocksPerWave = 32

  /// A reader for a format.
  ///
  /// - Parameters:
  ///   - format: How the input is written, as far as is known.
  ///   - blockSize: The bytes that one piece of parallel work parses. Results do not depend on it,
  ///     except that what `format` leaves open is detected in the first block. Traps unless above 0.
  public init(_ format: PathTableFormat = PathTableFormat(), blockSize: Int = 256 << 10) {
    precondition(blockSize > 0, "a block holds at least one byte")
    self.format = format
    self.blockSize = blockSize
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
    try read(from: openSource(location), name: location.name)
  }

  /// Reads a whole input that is in memory, plain or gzip.
  ///
  /// - Parameters:
  ///   - bytes: The input.
  ///   - name: What messages call it.
  /// - Throws: As ``read(_:)``.
  public func read(bytes: [UInt8], name: String) throws(InputError) -> Result {
    try read(from: openSource(bytes, name: name), name: name)
  }

  private func read(from source: any ByteSource, name: String) throws(InputError) -> Result {
    let reader = BlockReader(source, name: name, blockSize: blockSize)
    var current = (0..<Self.blocksPerWave).map { _ in ByteBlock() }
    var spare = (0..<Self.blocksPerWave).map { _ in ByteBlock() }
    var wave = reader.fill(current)
    if wave.blocks.isEmpty {
      throw wave.failure.map { Self.located($0, line: 1) }
        ?? InputError(
          .badData, source: name, problem: "the input is empty",
          remedy: "give a path table with a header line")
    }
    let (layout, headerLength) = try readHeader(wave.blocks[0], name: name)

    var touchpoints = TouchpointTable()
    var builder = PathTableBuilder()
    var parsed = (0..<Self.blocksPerWave).map { _ in ParsedBlock() }
    var lines = wave.blocks[0].bytes[..<headerLength].count { $0 == UInt8(ascii: "\n") }
    var rows = 0
    var weightlessRows = 0
    var bytes = 0
    var isFirst = true
    while true {
      let blocks = wave.blocks
      while parsed.count < blocks.count { parsed.append(ParsedBlock()) }
      parsed.removeLast(parsed.count - blocks.count)
      let parser = PathRowParser(layout, known: touchpoints)
      let skipped = isFirst ? headerLength : 0
      Parallel.forEachElement(of: &parsed) { index, result in
        result.clear()
        let bytes = blocks[index].bytes
        parser.parse(
          UnsafeRawBufferPointer(rebasing: bytes[(index == 0 ? skipped : 0)...]), into: &result)
      }
      let provisionalStart = Int32(touchpoints.count)
      for index in parsed.indices {
        if let failure = parsed[index].failure {
          throw InputError(
            .badData, source: name, line: lines + failure.lineOffset + 1, column: failure.column,
            problem: failure.problem, remedy: failure.remedy)
        }
        lines += parsed[index].lineCount
        rows += parsed[index].batch.count
        weightlessRows += parsed[index].weightlessRows
        bytes += blocks[index].count
        if parsed[index].newNames.count > 0 {
          let ids = parsed[index].newNames.names.map { touchpoints.intern($0) }
          parsed[index].batch.replaceProvisional(from: provisionalStart, with: ids)
        }
      }
      if let failure = wave.failure { throw Self.located(failure, line: lines + 1) }
      progress?(bytes)

      let batches = parsed.map(\.batch)
      Parallel.forEach(batches.count) { batches[$0].seal() }
      let next = NextWave()
      let (isLast, buffers) = (wave.isLast, spare)
      builder.addSealed(batches) { if !isLast { next.wave = reader.fill(buffers) } }
      guard let following = next.wave, !following.blocks.isEmpty || following.failure != nil else {
        break
      }
      wave = following
      swap(&current, &spare)
      isFirst = false
    }
    let table = builder.finish(touchpoints: touchpoints)
    try check(table, rows: rows, name: name)
    return Result(table: table, layout: layout, rows: rows, weightlessRows: weightlessRows)
  }

  /// A failure of the source with the line at which the data stops making sense.
  private static func located(_ failure: InputError, line: Int) -> InputError {
    guard failure.kind == .badData else { return failure }
    return InputError(
      failure.kind, source: failure.source, line: line, problem: failure.problem, remedy: failure.remedy)
  }

  /// The layout, and the bytes that the header takes, its line feed included.
  private func readHeader(
    _ block: ByteBlock, name: String
  ) throws(InputError) -> (PathTableLayout, Int) {
    let bytes = block.bytes
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard let end = BlockReader.firstRecordEnd(in: bytes).map({ $0 - 1 }) else {
      throw InputError(
        .badData, source: name, line: 1, problem: "a double quote in the header is never closed",
        remedy: "close it, or double it where it belongs to the text")
    }
    let layout = try PathTableLayout.detect(
      format, header: UnsafeRawBufferPointer(rebasing: bytes[start..<end]),
      sample: UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...]), source: name)
    return (layout, end + 1)
  }

  private func check(_ table: PathTable, rows: Int, name: String) throws(InputError) {
    if rows == 0 {
      throw InputError(
        .badData, source: name, line: 1, problem: "there is a header and no row behind it",
        remedy: "give at least one path")
    }
    if table.totals.journeys > 9_007_199_254_740_992 || !table.totals.value.isFinite {
      throw InputError(
        .badData, source: name,
        problem: "the rows add up to \(table.totals.journeys) journeys worth \(table.totals.value),"
          + " more than Double can count exactly",
        remedy: "look for rows with counts that are far too large")
    }
  }
}

/// A wave that was read while another one was merged.
///
/// `@unchecked Sendable`: one piece of parallel work writes it, and it is read when all have ended.
private final class NextWave: @unchecked Sendable {
  var wave: BlockReader.Wave?
}
