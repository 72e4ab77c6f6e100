import Parallel

/// Merges rows of equal paths while they are read, so that memory grows with distinct paths only.
///
/// Batches are added in the order of the input. Each part of the table takes its rows in that order,
/// whichever thread fills it: every sum has one order of addition, and results are bit-identical
/// whatever the number of threads and wherever the batches were cut.
public struct PathTableBuilder: ~Copyable, Sendable {
  private var parts = (0..<PathTable.partCount).map { _ in GrowingPart() }
  private var untouched = PathTotals(conversions: 0)

  /// A builder without rows.
  public init() {}

  /// Seals batches and merges them into the table.
  public mutating func add(_ batches: [PathBatch]) {
    Parallel.forEach(batches.count) { batches[$0].seal() }
    addSealed(batches)
  }

  /// Merges sealed batches into the table.
  ///
  /// - Parameters:
  ///   - batches: Batches in the order of the input.
  ///   - other: Unrelated work to do at the same time, such as reading on.
  /// - Complexity: O(touches) on average.
  public mutating func addSealed(
    _ batches: [PathBatch], alongside other: (@Sendable () -> Void)? = nil
  ) {
    // The first piece is the other work, since it may be the longest.
    let parts = self.parts
    Parallel.forEach(parts.count + 1) { piece in
      if piece == 0 {
        other?()
      } else {
        for batch in batches { parts[piece - 1].add(batch, part: piece - 1) }
      }
    }
    for batch in batches { addUntouched(batch) }
  }

  /// The table of all rows added; it takes the builder's rows over.
  public consuming func finish(touchpoints: TouchpointTable) -> PathTable {
    let parts = self.parts
    let finished = Parallel.map(parts.count) { PathTable.Part(parts[$0].arena) }
    return PathTable(touchpoints: touchpoints, parts: finished, untouched: untouched)
  }

  private mutating func addUntouched(_ batch: PathBatch) {
    for entry in batch.entries(ofPart: PathTable.partOfEmptyPath) {
      let record = batch.record(at: entry.offset)
      if record.touchCount == 0 { untouched += record.totals }
    }
  }
}

/// One part of a path table while it is filled: its rows, and a hash index of them.
///
/// `@unchecked Sendable`: each part is filled by one piece of parallel work at a time.
private final class GrowingPart: @unchecked Sendable {
  let arena = RecordArena()
  // Unchecked, for the same reason as in PathBatch.
  @exclusivity(unchecked) private var rowCount = 0
  /// Open addressing with linear probing; a power of two, at most ¾ full. A slot is 0 where empty, else a
  /// 32-bit tag from the row's hash and, below it, the row's place in the arena plus one. The upper bits of
  /// the tag are the row's first choice of slot, so that growing needs no hash anew.
  @exclusivity(unchecked) private var slots = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 16)
  @exclusivity(unchecked) private var slotBits = 4

  init() { slots.initialize(repeating: 0) }
  deinit { slots.deallocate() }

  private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000
  /// So many rows have their slots loaded before the first is added: the loads overlap, where one row after
  /// the other would wait for memory each time.
  private static let lookahead = 32

  /// The upper six bits of a hash chose the part; the next 32 are the tag.
  @inline(__always)
  private static func tag(_ hash: UInt64) -> UInt64 { hash << 6 & tagMask }

  @inline(__always)
  private func firstChoice(_ tag: UInt64) -> Int {
    Int(truncatingIfNeeded: tag &>> UInt64(64 &- slotBits))
  }

  /// What the loads ahead gave: it means nothing, and keeps them from being optimised away.
  @exclusivity(unchecked) private var loaded = 0

  /// Adds the rows of a sealed batch that belong to this part.
  func add(_ batch: PathBatch, part: Int) {
    let entries = batch.entries(ofPart: part)
    reserveSlots(rowCount + entries.count)
    entries.withUnsafeBufferPointer { entries in
      var start = 0
      while start < entries.count {
        let end = min(start + Self.lookahead, entries.count)
        for index in start..<end { load(entries[index]) }
        for index in start..<end { loadRow(entries[index], batch) }
        for index in start..<end {
          let record = batch.record(at: entries[index].offset)
          // A journey without touches is no row: the builder counts it apart.
          if record.touchCount > 0 { add(record, tag: Self.tag(entries[index].hash)) }
        }
        start = end
      }
    }
  }

  @inline(__always)
  private func load(_ entry: PathBatch.Entry) {
    loaded &+= Int(truncatingIfNeeded: slots[firstChoice(Self.tag(entry.hash))])
  }

  @inline(__always)
  private func loadRow(_ entry: PathBatch.Entry, _ batch: PathBatch) {
    let tag = Self.tag(entry.hash)
    let slot = slots[firstChoice(tag)]
    if slot & Self.tagMask == tag && slot != 0 {
      loaded &+= arena.record(at: Self.place(slot)).touchCount
    }
    loaded &+= batch.record(at: entry.offset).touchCount
  }

  @inline(__always)
  private static func place(_ slot: UInt64) -> Int {
    Int(truncatingIfNeeded: slot & ~tagMask) &- 1
  }

  @inline(__always)
  private func add(_ record: PathRecord, tag: UInt64) {
    let mask = slots.count &- 1
    var position = firstChoice(tag)
    while slots[position] != 0 {
      let slot = slots[position]
      if slot & Self.tagMask == tag {
        let row = arena.record(at: Self.place(slot))
        if row.hasSamePath(as: record) {
          row.totals += record.totals
          return
        }
      }
      position = (position &+ 1) & mask
    }
    slots[position] = tag | UInt64(arena.append(record) &+ 1)
    rowCount &+= 1
  }

  /// Makes room for `count` rows at ¾ of the slots.
  private func reserveSlots(_ count: Int) {
    guard count * 4 > slots.count * 3 else { return }
    let old = slots
    while count * 4 > 3 << slotBits { slotBits += 1 }
    slots = .allocate(capacity: 1 << slotBits)
    slots.initialize(repeating: 0)
    let mask = slots.count - 1
    for slot in old where slot != 0 {
      var position = firstChoice(slot & Self.tagMask)
      while slots[position] != 0 { position = (position + 1) & mask }
      slots[position] = slot
    }
    old.deallocate()
  }
}
