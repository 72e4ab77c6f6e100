import TouchstoneText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A stretch of the input that ends where a record ends, followed by ``padding`` zero bytes, so that
/// a scanner may read whole words past the end.
///
/// `@unchecked Sendable`: a block is filled by one thread, and only read after that until it is
/// filled again.
final class ByteBlock: @unchecked Sendable {
  static let padding = 16

  private(set) var memory = allocate(byteCount: padding)
  var count = 0

  var capacity: Int { memory.count - Self.padding }
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

  /// The first byte: all bytes are bound to `UInt8` when they are allocated.
  var start: UnsafePointer<UInt8> {
    UnsafePointer(memory.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
  }

  deinit { memory.deallocate() }

  private static func allocate(byteCount: Int) -> UnsafeMutableRawBufferPointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
    memory.bindMemory(to: UInt8.self)
    return memory
  }

  /// Forgets what the block holds, and the memory of a long record with it.
  func prepare(capacity: Int) {
    count = 0
    if self.capacity > 4 * capacity {
      memory.deallocate()
      memory = Self.allocate(byteCount: capacity + Self.padding)
    }
    reserve(capacity)
  }

  func reserve(_ capacity: Int) {
    guard capacity > self.capacity else { return }
    let larger = Self.allocate(byteCount: capacity + Self.padding)
    larger.copyMemory(from: bytes)
    memory.deallocate()
    memory = larger
  }

  /// Adds bytes, and the padding behind them.
  func append(_ bytes: UnsafeRawBufferPointer) {
    if count + bytes.count > capacity { reserve(max(count + bytes.count, 2 * capacity)) }
    UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
    count += bytes.count
    pad()
  }

  func pad() {
    memory.storeBytes(of: (0, 0), toByteOffset: count, as: (UInt64, UInt64).self)
  }
}

/// Cuts a source into blocks of whole records.
///
/// A line feed ends a record unless it stands inside double quotes; in JSON Lines, which begin with a brace, it always
/// does. The cuts depend on the bytes alone. Every block ends in a line feed; one is added where the input ends
/// without.
///
/// `@unchecked Sendable`: one piece of work at a time owns the reader.
final class BlockReader: @unchecked Sendable {
  /// Blocks read so far, a failure that ended the reading, and whether the input has ended.
  struct Wave: Sendable {
    var blocks: [ByteBlock]
    var failure: InputError?
    var isLast: Bool
  }

  /// The longest record that is accepted; more is taken for a quote that is never closed.
  static let longestRecord = 64 << 20

  private let source: any ByteSource
  private let name: String
  private let blockSize: Int
  private var carry: [UInt8] = []
  /// Whether a line feed inside double quotes is a part of its record; `nil` until the first bytes are there.
  private var hasQuotedLineFeeds: Bool?
  private var hasEnded = false
  private var failure: InputError?

  init(_ source: any ByteSource, name: String, blockSize: Int) {
    self.source = source
    self.name = name
    self.blockSize = blockSize
  }

  /// Whether a line feed inside double quotes is a part of its record: everywhere but in JSON Lines.
  var quotesLineFeeds: Bool { hasQuotedLineFeeds ?? true }

  /// Fills up to `blocks.count` blocks; fewer at the end of the input.
  func fill(_ blocks: [ByteBlock]) -> Wave {
    var filled: [ByteBlock] = []
    var bytes = 0
    // Long records make long blocks; a wave of them must not hold many at once.
    for block in blocks where !hasEnded && bytes < Self.longestRecord {
      fill(block)
      if block.count > 0 { filled.append(block) }
      bytes += block.count
    }
    return Wave(blocks: filled, failure: failure, isLast: hasEnded)
  }

  /// Fills a block as far as whole records go; a failure ends the input behind the records before it.
  private func fill(_ block: ByteBlock) {
    block.prepare(capacity: max(blockSize, carry.count))
    block.memory.copyBytes(from: carry)
    block.count = carry.count
    carry.removeAll(keepingCapacity: true)
    while true {
      do throws(InputError) {
        try fillRoom(of: block)
      } catch {
        failure = error
        hasEnded = true
      }
      if hasQuotedLineFeeds == nil { hasQuotedLineFeeds = !Self.beginsWithBrace(block.bytes) }
      if hasEnded && failure == nil {
        endLastRecord(of: block)
        break
      }
      let end = Self.lastRecordEnd(in: block.bytes, quotesLineFeeds: quotesLineFeeds)
      if end == nil && !hasEnded && block.capacity < Self.longestRecord {
        block.reserve(block.capacity * 2)
        continue
      }
      if end == nil && !hasEnded {
        hasEnded = true
        failure = InputError(
          .badData, source: name,
          problem: "a record is longer than \(Self.longestRecord >> 20) MiB",
          remedy: "look for a double quote that is never closed, or for missing line ends")
      }
      carry.append(contentsOf: block.bytes[(end ?? 0)...])
      block.count = end ?? 0
      break
    }
    block.pad()
  }

  private func fillRoom(of block: ByteBlock) throws(InputError) {
    while block.count < block.capacity && !hasEnded {
      let room = UnsafeMutableRawBufferPointer(rebasing: block.memory[block.count..<block.capacity])
      let count = try source.read(into: room)
      hasEnded = count == 0
      block.count += count
    }
  }

  private func endLastRecord(of block: ByteBlock) {
    guard let last = block.bytes.last, last != UInt8(ascii: "\n") else { return }
    block.reserve(block.count + 1)
    block.memory[block.count] = UInt8(ascii: "\n")
    block.count += 1
  }

  /// Whether the first byte that is neither blank nor of a byte-order mark is an opening brace.
  private static func beginsWithBrace(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    return bytes[start...].first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
  }

  /// The position behind the first line feed that is not inside double quotes.
  static func firstRecordEnd(in bytes: UnsafeRawBufferPointer) -> Int? {
    var isQuoted = false
    for (position, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: "\n") && !isQuoted { return position + 1 }
    }
    return nil
  }

  /// The position behind the last line feed that is not inside double quotes.
  ///
  /// - Complexity: O(n), by `memchr` from quote to quote.
  static func lastRecordEnd(in bytes: UnsafeRawBufferPointer, quotesLineFeeds: Bool) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    if !quotesLineFeeds { return bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } }
    var lastEnd: Int?
    var start = 0
    var isQuoted = false
    while start < bytes.count {
      let quote = memchr(base + start, Int32(UInt8(ascii: "\"")), bytes.count - start)
      let end = quote.map { base.distance(to: UnsafeRawPointer($0)) } ?? bytes.count
      if !isQuoted {
        var position = end
        while position > start && bytes[position - 1] != UInt8(ascii: "\n") { position -= 1 }
        if position > start { lastEnd = position }
      }
      isQuoted.toggle()
      start = end + 1
    }
    return lastEnd
  }
}
