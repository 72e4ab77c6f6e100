import TouchstoneParallel

/// Merges rows of equal paths while they are read, so that memory grows with distinct paths only.
///
/// Batches are added in the order of the input. Each part of the table takes its rows in that order,
/// whichever thread fills it: every sum has one order of addition, and results are bit-identical
/// whatever the number of threads and wherever the batches were cut.
public struct PathTableBuilder: ~Copyable, Sendable {
  private var parts = (0..<PathTable.partCount).map { _ in GrowingPart() }
  private var untouched = PathTotals(conversions: 0)
  private let halfLives: [Double]

  /// A builder without rows.
  ///
  /// - Parameter halfLives: The half-lives in days that the rows carry time-decay credits for.
  public init(halfLives: [Double] = []) { self.halfLives = halfLives }

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
  package mutating func addSealed(
    _ batches: [PathBatch], alongside other: (@Sendable () -> Void)? = nil
  ) {
    precondition(
      batches.allSatisfy { $0.halfLifeCount == halfLives.count }, "rows with the credits of each half-life")
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
    let finished = Parallel.map(parts.count) { part in
      parts[part].checkInvariants()
      return PathTable.Part(parts[part].arena)
    }
    let table = PathTable(touchpoints: touchpoints, parts: finished, untouched: untouched, halfLives: halfLives)
    table.checkInvariants()
    return table
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
final class GrowingPart: @unchecked Sendable {
  let arena = RecordArena()
  // Unchecked, for the same reason as in PathBatch.
  @exclusivity(unchecked) private var rowCount = 0
  @exclusivity(unchecked) private var index = HashIndex()

  /// Rows whose slots are loaded before the first is added: the loads overlap, where one row after the other would wait
  /// for memory each time.
  private static let lookahead = 32

  /// What the loads ahead gave: it means nothing, and keeps them from being optimised away.
  @exclusivity(unchecked) private var loaded = 0

  /// Adds the rows of a sealed batch that belong to this part.
  func add(_ batch: PathBatch, part: Int) {
    let entries = batch.entries(ofPart: part)
    index.reserve(rowCount + entries.count)
    entries.withUnsafeBufferPointer { entries in
      var start = 0
      while start < entries.count {
        let end = min(start + Self.lookahead, entries.count)
        for index in start..<end { loaded &+= self.index.load(HashIndex.tag(entries[index].hash)) }
        for index in start..<end { loadRow(entries[index], batch) }
        for index in start..<end {
          let record = batch.record(at: entries[index].offset)
          // A journey without touches is no row: the builder counts it apart.
          if record.touchCount > 0 { add(record, tag: HashIndex.tag(entries[index].hash)) }
        }
        start = end
      }
    }
  }

  @inline(__always)
  private func loadRow(_ entry: PathBatch.Entry, _ batch: PathBatch) {
    if let position = index.firstPosition(HashIndex.tag(entry.hash)) {
      loaded &+= arena.record(at: position).touchCount
    }
    loaded &+= batch.record(at: entry.offset).touchCount
  }

  @inline(__always)
  private func add(_ record: PathRecord, tag: UInt64) {
    if let position = index.position(tag, where: { arena.record(at: $0).hasSamePath(as: record) }) {
      arena.record(at: position).add(record)
    } else {
      index.insert(tag, arena.append(record))
      rowCount &+= 1
    }
  }
}

extension GrowingPart: InvariantChecking {
  func brokenInvariant() -> String? {
    if let broken = index.brokenInvariant() { return broken }
    if index.countPositions() != rowCount { return "\(rowCount) rows, and an index of \(index.countPositions())" }
    var broken: String?
    arena.forEachPosition { position, record in
      // What is found first is the row itself: no other has its path.
      let found = index.position(HashIndex.tag(record.hash), where: { arena.record(at: $0).hasSamePath(as: record) })
      if found != position { broken = "the row at \(position) is found at \(found.map { "\($0)" } ?? "no position")" }
    }
    return broken
  }
}
