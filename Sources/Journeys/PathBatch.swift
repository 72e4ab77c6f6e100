/// Rows of a path table as they are read, by column, before equal paths are merged.
///
/// A batch names its touchpoints by the ids of a ``TouchpointTable`` that its owner holds.
public struct PathBatch: Sendable {
  /// The touches of all rows, one row after the other.
  private(set) var touches: [Int32] = []
  /// Where each row ends in ``touches``.
  private(set) var ends: [Int] = []
  private(set) var totals: [PathTotals] = []
  /// The hash of each row's path; filled by ``seal()``.
  private(set) var hashes: [UInt64] = []
  /// Row numbers sorted by part, and in each part ascending; filled by ``seal()``.
  private(set) var rowsByPart: [Int32] = []
  private(set) var partStarts: [Int] = []

  /// A batch without rows.
  public init() {}

  /// The number of rows.
  public var count: Int { ends.count }

  /// Forgets all rows and keeps the memory.
  public mutating func removeAll() {
    touches.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    totals.removeAll(keepingCapacity: true)
  }

  /// Adds a touch to the row that ``endRow(_:)`` will end.
  @inline(__always)
  public mutating func appendTouch(_ touchpoint: Int32) { touches.append(touchpoint) }

  /// The number of touches of the row under way.
  public var openTouchCount: Int { touches.count - (ends.last ?? 0) }

  /// Ends a row. A row without touches is a journey that no touchpoint took part in.
  @inline(__always)
  public mutating func endRow(_ rowTotals: PathTotals) {
    ends.append(touches.count)
    totals.append(rowTotals)
  }

  /// Replaces the ids from `first` upward, which a reader gave out provisionally.
  ///
  /// - Parameters:
  ///   - first: The lowest provisional id.
  ///   - ids: The final id of provisional id `first + i`.
  public mutating func replaceProvisional(from first: Int32, with ids: [Int32]) {
    for position in touches.indices where touches[position] >= first {
      touches[position] = ids[Int(touches[position] - first)]
    }
  }

  /// Hashes the rows and sorts them by the part of the table that they belong to.
  mutating func seal() {
    let rows = ends.count
    hashes.removeAll(keepingCapacity: true)
    hashes.reserveCapacity(rows)
    var counts = [Int](repeating: 0, count: PathTable.partCount + 1)
    touches.withUnsafeBufferPointer { touches in
      var start = 0
      for end in ends {
        let hash = PathHash.of(UnsafeBufferPointer(rebasing: touches[start..<end]))
        hashes.append(hash)
        counts[PathTable.part(of: hash) + 1] += 1
        start = end
      }
    }
    for part in 0..<PathTable.partCount { counts[part + 1] += counts[part] }
    partStarts = counts
    rowsByPart = [Int32](repeating: 0, count: rows)
    for row in 0..<rows {
      let part = PathTable.part(of: hashes[row])
      rowsByPart[counts[part]] = Int32(truncatingIfNeeded: row)
      counts[part] += 1
    }
  }
}
