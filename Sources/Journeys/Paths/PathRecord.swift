/// One row of a path table in memory: its totals, its number of touches and of half-lives, its touches, zeros up to
/// a multiple of eight bytes, and for each half-life the time-decay credit of each touch.
///
/// A row lies in one piece because merging is bound by memory: finding a row's equal and adding to it then
/// waits for one or two cache lines, where parallel arrays would wait for one each. The zeros behind an odd
/// number of touches let paths be hashed and compared two touches at a time.
///
/// Touches and credits are lent as typed memory, so whoever puts a record somewhere binds it: ``openTouches(_:)`` and
/// ``close(touches:_:halfLives:)`` do where it is made, ``bind()`` where its bytes were copied to. All else goes
/// through raw loads and stores.
@usableFromInline
struct PathRecord {
  /// Aligned to eight bytes.
  @usableFromInline let base: UnsafeMutableRawPointer

  @inlinable
  init(base: UnsafeMutableRawPointer) { self.base = base }

  @inlinable @inline(__always)
  static var headerSize: Int { MemoryLayout<PathTotals>.size &+ MemoryLayout<UInt64>.size }

  /// The bytes of a record with so many touches and half-lives.
  @inlinable @inline(__always)
  static func size(touches: Int, halfLives: Int) -> Int {
    headerSize &+ (touches &+ 1) / 2 &* 8 &+ touches &* halfLives &* MemoryLayout<DecayCredit>.size
  }

  @inlinable @inline(__always)
  var totals: PathTotals {
    get { base.load(as: PathTotals.self) }
    nonmutating set { base.storeBytes(of: newValue, as: PathTotals.self) }
  }

  /// The number of touches in the lower half, that of half-lives in the upper one.
  @inlinable @inline(__always)
  var counts: UInt64 {
    get { base.load(fromByteOffset: MemoryLayout<PathTotals>.size, as: UInt64.self) }
    nonmutating set { base.storeBytes(of: newValue, toByteOffset: MemoryLayout<PathTotals>.size, as: UInt64.self) }
  }

  @inlinable @inline(__always)
  var touchCount: Int { Int(truncatingIfNeeded: counts & 0xFFFF_FFFF) }

  @inlinable @inline(__always)
  var halfLifeCount: Int { Int(truncatingIfNeeded: counts &>> 32) }

  @inlinable @inline(__always)
  var size: Int { Self.size(touches: touchCount, halfLives: halfLifeCount) }

  @inlinable @inline(__always)
  var touchesStart: UnsafeMutableRawPointer { base + Self.headerSize }

  @inlinable @inline(__always)
  var creditsStart: UnsafeMutableRawPointer { base + (Self.headerSize &+ (touchCount &+ 1) / 2 &* 8) }

  /// The time-decay credits: those of the first half-life touch by touch, then those of the second, and so on.
  @inlinable @inline(__always)
  var decayCredits: UnsafeMutableBufferPointer<DecayCredit> {
    UnsafeMutableBufferPointer(
      start: creditsStart.assumingMemoryBound(to: DecayCredit.self), count: touchCount &* halfLifeCount)
  }

  @inlinable @inline(__always)
  var touches: UnsafeMutablePointer<Int32> { touchesStart.assumingMemoryBound(to: Int32.self) }

  @inlinable @inline(__always)
  var path: UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: touches, count: touchCount)
  }

  // MARK: Making records

  /// Room for the touches of a record that is to be closed, and for the zeros behind an odd one.
  @inline(__always)
  func openTouches(_ capacity: Int) -> UnsafeMutablePointer<Int32> {
    touchesStart.bindMemory(to: Int32.self, capacity: (capacity &+ 1) / 2 &* 2)
  }

  /// Sets the number of touches, which are in place already, clears what follows an odd one, and sets all
  /// time-decay credits to 0.
  @inline(__always)
  func close(touches count: Int, _ totals: PathTotals, halfLives: Int) {
    self.totals = totals
    counts = UInt64(truncatingIfNeeded: count) | UInt64(truncatingIfNeeded: halfLives) &<< 32
    if count & 1 == 1 { touches[count] = 0 }
    if halfLives > 0 {
      creditsStart.bindMemory(to: DecayCredit.self, capacity: count &* halfLives)
        .initialize(repeating: DecayCredit(), count: count &* halfLives)
    }
  }

  /// Binds the memory of a closed record whose bytes were copied here.
  @inline(__always)
  func bind() {
    touchesStart.bindMemory(to: Int32.self, capacity: (touchCount &+ 1) / 2 &* 2)
    creditsStart.bindMemory(to: DecayCredit.self, capacity: touchCount &* halfLifeCount)
  }

  // MARK: Merging

  /// Two touches, or one and zeros.
  @inline(__always)
  private func pair(_ index: Int) -> UInt64 {
    (base + Self.headerSize + index &* 8).loadUnaligned(as: UInt64.self)
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
