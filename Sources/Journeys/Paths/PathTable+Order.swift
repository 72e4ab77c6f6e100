import TouchstoneParallel

/// A table's rows by weight, for people to read.
extension PathTable {
  /// One row, good as long as its table lives.
  public struct Row: Sendable {
    let part: Int32
    let position: Int32
    let conversions: Double
    let nonConverting: Double
    /// The first two touches, each plus one; 0 for none.
    let start: UInt64
  }

  /// All rows: more conversions first, then more journeys, then by the first two touches; what is equal in all that
  /// stays in the table's own order, which depends on the paths alone.
  ///
  /// - Complexity: O(n log n) in the rows, in parallel.
  public func rowsByWeight() -> [Row] {
    var runs = Parallel.map(parts.count) { part in rows(ofPart: part).sorted(by: precedes) }
    while runs.count > 1 {
      let pairs = runs
      runs = Parallel.map((pairs.count + 1) / 2) { pair in
        2 * pair + 1 < pairs.count ? merge(pairs[2 * pair], pairs[2 * pair + 1]) : pairs[2 * pair]
      }
    }
    return runs.first ?? []
  }

  /// All rows in the table's own order.
  package func rows() -> [Row] { parts.indices.flatMap(rows(ofPart:)) }

  private func rows(ofPart part: Int) -> [Row] {
    var rows: [Row] = []
    rows.reserveCapacity(parts[part].count)
    parts[part].arena.forEachPosition { position, record in
      let totals = record.totals
      rows.append(
        Row(
          part: Int32(part), position: Int32(position), conversions: totals.conversions,
          nonConverting: totals.nonConverting, start: Self.start(of: record.path)))
    }
    return rows
  }

  /// Calls `body` with a row's touches, totals and time-decay credits, which are lent for the call alone.
  @inline(__always)
  public func withRow<Result>(
    _ row: Row,
    _ body: (UnsafeBufferPointer<Int32>, PathTotals, UnsafeBufferPointer<DecayCredit>) -> Result
  ) -> Result {
    let record = record(row)
    return body(record.path, record.totals, UnsafeBufferPointer(record.decayCredits))
  }

  private func record(_ row: Row) -> PathRecord { parts[Int(row.part)].arena.record(at: Int(row.position)) }

  private static func start(of path: UnsafeBufferPointer<Int32>) -> UInt64 {
    func touch(_ position: Int) -> UInt64 {
      position < path.count ? UInt64(UInt32(bitPattern: path[position]) + 1) : 0
    }
    return touch(0) << 32 | touch(1)
  }

  private func precedes(_ left: Row, _ right: Row) -> Bool {
    if left.conversions != right.conversions { return left.conversions > right.conversions }
    if left.nonConverting != right.nonConverting { return left.nonConverting > right.nonConverting }
    return left.start < right.start
  }

  private func merge(_ left: [Row], _ right: [Row]) -> [Row] {
    var merged: [Row] = []
    merged.reserveCapacity(left.count + right.count)
    var (i, j) = (0, 0)
    while i < left.count && j < right.count {
      if precedes(right[j], left[i]) {
        merged.append(right[j])
        j += 1
      } else {
        merged.append(left[i])
        i += 1
      }
    }
    merged += left[i...]
    merged += right[j...]
    return merged
  }
}
