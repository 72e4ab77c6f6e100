/// Finds the places of things by their hash: open addressing with linear probing.
///
/// A slot is 0 where empty, else a 32-bit tag from the hash and, below it, the place plus one. The upper bits of the tag
/// are the first choice of slot, so that growing needs no hash anew.
struct HashIndex: ~Copyable {
  /// A power of two, at most ¾ full.
  private var slots = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 16)
  private var slotBits = 4

  init() { slots.initialize(repeating: 0) }
  deinit { slots.deallocate() }

  private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000

  /// The upper six bits of a hash chose the part or shard; the next 32 are the tag.
  @inline(__always)
  static func tag(_ hash: UInt64) -> UInt64 { hash << 6 & tagMask }

  @inline(__always)
  private func firstChoice(_ tag: UInt64) -> Int {
    Int(truncatingIfNeeded: tag &>> UInt64(64 &- slotBits))
  }

  @inline(__always)
  private static func place(_ slot: UInt64) -> Int {
    Int(truncatingIfNeeded: slot & ~tagMask) &- 1
  }

  /// Loads a tag's first slot, so that it is at hand when it is needed. The number means nothing; the caller keeps it from
  /// being optimised away.
  @inline(__always)
  func load(_ tag: UInt64) -> Int { Int(truncatingIfNeeded: slots[firstChoice(tag)]) }

  /// The place in a tag's first slot where the tag is the same: what a look-up will probably want.
  @inline(__always)
  func firstPlace(_ tag: UInt64) -> Int? {
    let slot = slots[firstChoice(tag)]
    return slot != 0 && slot & Self.tagMask == tag ? Self.place(slot) : nil
  }

  /// The place with this tag that satisfies `isEqual`.
  @inline(__always)
  func place(_ tag: UInt64, where isEqual: (Int) -> Bool) -> Int? {
    let mask = slots.count &- 1
    var position = firstChoice(tag)
    while slots[position] != 0 {
      let slot = slots[position]
      if slot & Self.tagMask == tag {
        let place = Self.place(slot)
        if isEqual(place) { return place }
      }
      position = (position &+ 1) & mask
    }
    return nil
  }

  /// Adds a place that is not there yet; room for it must have been reserved.
  @inline(__always)
  mutating func insert(_ tag: UInt64, _ place: Int) {
    let mask = slots.count &- 1
    var position = firstChoice(tag)
    while slots[position] != 0 { position = (position &+ 1) & mask }
    slots[position] = tag | UInt64(place &+ 1)
  }

  /// Makes room for `count` places at ¾ of the slots.
  mutating func reserve(_ count: Int) {
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
