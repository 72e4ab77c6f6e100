/// Records in segments: what was stored is never moved, so that growing copies nothing and touches no page twice.
///
/// `@unchecked Sendable`: one thread at a time fills an arena, and it is only read once its table is made.
@usableFromInline
final class RecordArena: @unchecked Sendable {
  // Unchecked, for the same reason as in PathBatch.
  @exclusivity(unchecked) @usableFromInline private(set) var segments: [(base: UnsafeMutableRawPointer, used: Int)] = []

  /// Segments of 64 KiB: few enough for their list to stay at hand, and small beside the 64 parts of a large table.
  private static let segmentBits = 16

  deinit { for segment in segments { segment.base.deallocate() } }

  /// Copies a record into the arena.
  ///
  /// - Returns: Where it lies: its segment, and its offset there in units of eight bytes.
  @inline(__always)
  func append(_ record: PathRecord) -> Int {
    let size = record.size
    if segments.isEmpty || segments[segments.count &- 1].used &+ size > 1 << Self.segmentBits {
      // A path that is longer than a segment gets one to itself.
      let capacity = max(size, 1 << Self.segmentBits)
      segments.append((.allocate(byteCount: capacity, alignment: 8), 0))
    }
    let segment = segments.count &- 1
    let offset = segments[segment].used
    let copy = PathRecord(base: segments[segment].base + offset)
    copy.base.copyMemory(from: record.base, byteCount: size)
    copy.bind()
    segments[segment].used = offset &+ size
    return segment << (Self.segmentBits - 3) | offset >> 3
  }

  /// The record at a position that ``append(_:)`` returned.
  @inline(__always)
  func record(at position: Int) -> PathRecord {
    let segment = segments[position >> (Self.segmentBits - 3)]
    return PathRecord(base: segment.base + (position & (1 << (Self.segmentBits - 3) - 1)) << 3)
  }

  /// Calls `body` with every record and its position.
  func forEachPosition(_ body: (Int, PathRecord) -> Void) {
    for (segment, memory) in segments.enumerated() {
      var offset = 0
      while offset < memory.used {
        let record = PathRecord(base: memory.base + offset)
        body(segment << (Self.segmentBits - 3) | offset >> 3, record)
        offset += record.size
      }
    }
  }

  @inlinable @inline(__always)
  func forEachRecord(_ body: (PathRecord) -> Void) {
    for segment in segments {
      var offset = 0
      while offset < segment.used {
        let record = PathRecord(base: segment.base + offset)
        body(record)
        offset &+= record.size
      }
    }
  }
}
