import Parallel

/// Merges rows of equal paths while they are read, so that memory grows with distinct paths only.
///
/// Batches are added in the order of the input. Each part of the table takes its rows in that order,
/// whichever thread fills it: every sum has one order of addition, and results are bit-identical
/// whatever the number of threads and wherever the batches were cut.
public struct PathTableBuilder: Sendable {
  private var parts = [GrowingPart](repeating: GrowingPart(), count: PathTable.partCount)
  private var untouched = PathTotals(conversions: 0)

  /// A builder without rows.
  public init() {}

  /// Hashes and sorts a batch, so that ``addSealed(_:alongside:)`` can take it. Safe to run on many
  /// batches at once.
  public static func seal(_ batch: inout PathBatch) { batch.seal() }

  /// Merges batches into the table.
  public mutating func add(_ batches: inout [PathBatch]) {
    Parallel.forEachElement(of: &batches) { _, batch in batch.seal() }
    addSealed(batches)
  }

  /// Merges batches that ``seal(_:)`` has prepared.
  ///
  /// - Parameters:
  ///   - batches: Batches in the order of the input.
  ///   - other: Unrelated work to do at the same time, such as reading on.
  /// - Complexity: O(touches) on average.
  public mutating func addSealed(
    _ batches: [PathBatch], alongside other: (@Sendable () -> Void)? = nil
  ) {
    // The first piece is the other work, since it may be the longest.
    var pieces = [Piece.other] + parts.map(Piece.part)
    parts = []
    Parallel.forEachElement(of: &pieces) { index, piece in
      guard case .part(var part) = piece else {
        other?()
        return
      }
      piece = .other  // Gives up the second reference: the part grows in place.
      for batch in batches { part.add(batch, part: index - 1) }
      piece = .part(part)
    }
    parts = pieces.compactMap { piece in
      if case .part(let part) = piece { part } else { nil }
    }
    for batch in batches { addUntouched(batch) }
  }

  /// The table of all rows added so far. The builder is empty afterwards.
  public mutating func finish(touchpoints: TouchpointTable) -> PathTable {
    let finished = parts.map(\.rows)
    let table = PathTable(touchpoints: touchpoints, parts: finished, untouched: untouched)
    self = PathTableBuilder()
    return table
  }

  private mutating func addUntouched(_ batch: PathBatch) {
    let part = PathTable.part(of: PathHash.empty)
    var start = 0
    for row in batch.rowsByPart[batch.partStarts[part]..<batch.partStarts[part + 1]] {
      start = row == 0 ? 0 : batch.ends[Int(row) - 1]
      if start == batch.ends[Int(row)] { untouched += batch.totals[Int(row)] }
    }
  }

  private enum Piece: Sendable {
    case other
    case part(GrowingPart)
  }
}

/// One part of a path table while it is filled: its rows, and a hash index of them.
private struct GrowingPart: Sendable {
  var rows = PathTable.Part()
  /// Open addressing with linear probing; a power of two, at most 7/8 full. A slot is 0 where empty, else
  /// the upper half of a row's hash and, below it, the row's number plus one.
  private var slots: [UInt64] = [UInt64](repeating: 0, count: 16)

  /// Adds the rows of a sealed batch that belong to this part.
  mutating func add(_ batch: PathBatch, part: Int) {
    let range = batch.partStarts[part]..<batch.partStarts[part + 1]
    batch.touches.withUnsafeBufferPointer { touches in
      for row in batch.rowsByPart[range] {
        let row = Int(row)
        let start = row == 0 ? 0 : batch.ends[row - 1]
        let path = UnsafeBufferPointer(rebasing: touches[start..<batch.ends[row]])
        // A journey without touches is no row: the builder counts it apart.
        if !path.isEmpty { add(path, batch.totals[row], hash: batch.hashes[row]) }
      }
    }
  }

  private mutating func add(
    _ path: UnsafeBufferPointer<Int32>, _ totals: PathTotals, hash: UInt64
  ) {
    if (rows.count + 1) * 8 > slots.count * 7 { grow() }
    let mask = slots.count - 1
    // The part is the hash's top six bits; the position and the tag use the others.
    var position = Int(truncatingIfNeeded: hash) & mask
    let tag = (hash << 6) & 0xFFFF_FFFF_0000_0000
    while slots[position] != 0 {
      let slot = slots[position]
      if slot & 0xFFFF_FFFF_0000_0000 == tag {
        let row = Int(slot & 0xFFFF_FFFF) - 1
        if isPath(path, ofRow: row) {
          rows.totals[row] += totals
          return
        }
      }
      position = (position + 1) & mask
    }
    slots[position] = tag | UInt64(rows.count + 1)
    rows.touches.append(contentsOf: path)
    rows.ends.append(rows.touches.count)
    rows.totals.append(totals)
  }

  private func isPath(_ path: UnsafeBufferPointer<Int32>, ofRow row: Int) -> Bool {
    let range = rows.range(ofRow: row)
    guard range.count == path.count else { return false }
    return rows.touches.withUnsafeBufferPointer { touches in
      for i in 0..<path.count where touches[range.lowerBound + i] != path[i] { return false }
      return true
    }
  }

  private mutating func grow() {
    slots = [UInt64](repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    rows.touches.withUnsafeBufferPointer { touches in
      for row in 0..<rows.count {
        let hash = PathHash.of(UnsafeBufferPointer(rebasing: touches[rows.range(ofRow: row)]))
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position] != 0 { position = (position + 1) & mask }
        slots[position] = (hash << 6) & 0xFFFF_FFFF_0000_0000 | UInt64(row + 1)
      }
    }
  }
}
