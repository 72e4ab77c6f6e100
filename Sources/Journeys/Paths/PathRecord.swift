/// One row of a path table in memory: its totals, its number of touches and of half-lives, its touches, zeros up to
/// a multiple of eight bytes, and for each half-life the time-decay credit of each touch.
///
/// A row lies in one place because merging is bound by memory: finding a row's equal and adding to it then
/// waits for one or two cache lines, where parallel arrays would wait for one each. The zeros behind an odd
/// number of touches let paths be hashed and compared two touches at a time.
@usableFromInline
struct PathRecord {
  /// Aligned to eight bytes.
  @usableFromInline let base: UnsafeMutableRawPointer

  @inlinable
  init(base: UnsafeMutableRawPointer) { self.base = base }

  @inlinable @inline(__always)
  static var headerSize: Int { MemoryLayout<PathTotals>.size &+ MemoryLayout<Int>.size }

  /// The bytes of a record with so many touches and half-lives.
  @inlinable @inline(__always)
  static func size(touches: Int, halfLives: Int) -> Int {
    headerSize &+ (touches &+ 1) / 2 &* 8 &+ touches &* halfLives &* MemoryLayout<DecayCredit>.size
  }

  @inlinable @inline(__always)
  var totals: PathTotals {
    get { base.assumingMemoryBound(to: PathTotals.self).pointee }
    nonmutating set { base.assumingMemoryBound(to: PathTotals.self).pointee = newValue }
  }

  /// The number of touches in the lower half, that of half-lives in the upper one.
  @inlinable @inline(__always)
  var counts: UnsafeMutablePointer<UInt64> {
    (base + MemoryLayout<PathTotals>.size).assumingMemoryBound(to: UInt64.self)
  }

  @inlinable @inline(__always)
  var touchCount: Int { Int(truncatingIfNeeded: counts.pointee & 0xFFFF_FFFF) }

  @inlinable @inline(__always)
  var halfLifeCount: Int { Int(truncatingIfNeeded: counts.pointee &>> 32) }

  @inlinable @inline(__always)
  var size: Int { Self.size(touches: touchCount, halfLives: halfLifeCount) }

  /// The time-decay credits: those of the first half-life touch by touch, then those of the second, and so on.
  @inlinable @inline(__always)
  var decayCredits: UnsafeMutableBufferPointer<DecayCredit> {
    UnsafeMutableBufferPointer(
      start: (base + (Self.headerSize &+ (touchCount &+ 1) / 2 &* 8))
        .assumingMemoryBound(to: DecayCredit.self),
      count: touchCount &* halfLifeCount)
  }

  @inlinable @inline(__always)
  var touches: UnsafeMutablePointer<Int32> {
    (base + Self.headerSize).assumingMemoryBound(to: Int32.self)
  }

  @inlinable @inline(__always)
  var path: UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: touches, count: touchCount)
  }

  /// Two touches, or one and zeros.
  @inline(__always)
  private func pair(_ index: Int) -> UInt64 {
    (base + Self.headerSize + index &* 8).loadUnaligned(as: UInt64.self)
  }

  /// Sets the number of touches, which are in place already, clears what follows an odd one, and sets all
  /// time-decay credits to 0.
  @inline(__always)
  func close(touches count: Int, _ totals: PathTotals, halfLives: Int) {
    self.totals = totals
    counts.pointee = UInt64(truncatingIfNeeded: count) | UInt64(truncatingIfNeeded: halfLives) &<< 32
    if count & 1 == 1 { touches[count] = 0 }
    if halfLives > 0 { decayCredits.initialize(repeating: DecayCredit()) }
  }

  /// Adds what another row of the same path says.
  @inline(__always)
  func add(_ other: PathRecord) {
    totals += other.totals
    if halfLifeCount > 0 {
      let (credits, others) = (decayCredits, other.decayCredits)
      for index in 0..<credits.count { credits[index] += others[index] }
    }
  }

  /// The fixed hash of the path.
  ///
  /// Not the standard library's `Hasher`: that one is seeded anew in every process, and the order of a
  /// ``PathTable``, and with it the last bits of every sum, must be the same in every run.
  @inline(__always)
  var hash: UInt64 {
    var hash = UInt64(truncatingIfNeeded: touchCount)
    for index in 0..<(touchCount &+ 1) / 2 { hash = Mixing.mix(hash, pair(index)) }
    return Mixing.mix(hash, 0)
  }

  @inline(__always)
  func hasSamePath(as other: PathRecord) -> Bool {
    guard touchCount == other.touchCount else { return false }
    for index in 0..<(touchCount &+ 1) / 2 where pair(index) != other.pair(index) { return false }
    return true
  }
}

/// Records in segments: what was stored is never moved, so that growing copies nothing and touches no page twice.
///
/// `@unchecked Sendable`: one thread at a time fills an arena, and it is only read once its table is made.
@usableFromInline
final class RecordArena: @unchecked Sendable {
  // Unchecked, for the same reason as in PathBatch.
  @exclusivity(unchecked) @usableFromInline private(set) var segments: [(base: UnsafeMutableRawPointer, used: Int)] = []

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
    (segments[segment].base + offset).copyMemory(from: record.base, byteCount: size)
    segments[segment].used = offset &+ size
    return segment << (Self.segmentBits - 3) | offset >> 3
  }

  /// The record at a place that ``append(_:)`` returned.
  @inline(__always)
  func record(at place: Int) -> PathRecord {
    let segment = segments[place >> (Self.segmentBits - 3)]
    return PathRecord(base: segment.base + (place & (1 << (Self.segmentBits - 3) - 1)) << 3)
  }

  /// Calls `body` with every record and its place.
  func forEachPlace(_ body: (Int, PathRecord) -> Void) {
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
