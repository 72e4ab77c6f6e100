/// Lists the distinct touchpoints of a path in the order of their first touch.
///
/// Keeps a stamp for each touchpoint, so that a path costs its length and nothing is cleared between
/// paths.
public struct DistinctTouchpoints: Sendable {
  @usableFromInline var stamps: [UInt32]
  @usableFromInline var stamp: UInt32 = 0
  @usableFromInline var found: [Int32] = []

  /// A lister for the ids below `touchpointCount`.
  public init(touchpointCount: Int) {
    stamps = [UInt32](repeating: 0, count: touchpointCount)
  }

  /// The distinct ids of a path, first touch first.
  ///
  /// - Complexity: O(length).
  public mutating func list(_ path: UnsafeBufferPointer<Int32>) -> [Int32] {
    find(path)
    return found
  }

  /// Calls `body` with the distinct ids of a path, first touch first.
  ///
  /// - Complexity: O(length).
  @inlinable @inline(__always)
  public mutating func withList(
    _ path: UnsafeBufferPointer<Int32>, _ body: (UnsafeBufferPointer<Int32>) -> Void
  ) {
    find(path)
    found.withUnsafeBufferPointer(body)
  }

  @inlinable
  mutating func find(_ path: UnsafeBufferPointer<Int32>) {
    if stamp == .max {
      stamp = 0
      for id in stamps.indices { stamps[id] = 0 }
    }
    stamp += 1
    found.removeAll(keepingCapacity: true)
    for touch in path where stamps[Int(touch)] != stamp {
      stamps[Int(touch)] = stamp
      found.append(touch)
    }
  }
}
