/// Lists the distinct touchpoints of a path in the order of their first touch.
///
/// Keeps a stamp for each touchpoint, so that a path costs its length and nothing is cleared between
/// paths.
public struct DistinctTouchpoints: Sendable {
  @usableFromInline var stamps: [UInt32]
  @usableFromInline var stamp: UInt32 = 0
  /// Room for all touchpoints; the first ones are those found.
  @usableFromInline var found: [Int32]

  /// A lister for the ids below `touchpointCount`.
  public init(touchpointCount: Int) {
    stamps = [UInt32](repeating: 0, count: touchpointCount)
    found = [Int32](repeating: 0, count: touchpointCount)
  }

  /// The distinct ids of a path, first touch first.
  ///
  /// - Complexity: O(length).
  public mutating func list(_ path: UnsafeBufferPointer<Int32>) -> [Int32] {
    Array(found[..<find(path)])
  }

  /// Calls `body` with the distinct ids of a path, first touch first.
  ///
  /// - Complexity: O(length).
  @inlinable @inline(__always)
  public mutating func withList(
    _ path: UnsafeBufferPointer<Int32>, _ body: (UnsafeBufferPointer<Int32>) -> Void
  ) {
    let count = find(path)
    found.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<count])) }
  }

  /// Writes the distinct ids to the front of ``found`` and returns their number.
  @inlinable
  mutating func find(_ path: UnsafeBufferPointer<Int32>) -> Int {
    if stamp == .max {
      stamp = 0
      for id in stamps.indices { stamps[id] = 0 }
    }
    stamp += 1
    let stamp = stamp
    return stamps.withUnsafeMutableBufferPointer { stamps in
      found.withUnsafeMutableBufferPointer { found in
        var count = 0
        for touch in path {
          let id = Int(touch)
          precondition(id < stamps.count, "a touchpoint of the table")
          if stamps[id] != stamp {
            stamps[id] = stamp
            found[count] = touch
            count &+= 1
          }
        }
        return count
      }
    }
  }
}
