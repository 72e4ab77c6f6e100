/// Finds the positions of things by their hash: open addressing with linear probing.
///
/// A slot is 0 where empty, else a 32-bit tag from the hash and, below it, the position plus one. The upper bits of the
/// tag are the first choice of slot, so that growing needs no hash anew.
struct HashIndex: ~Copyable {
  /// A power of two, at most ¾ full.
  private var slots = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 1 << firstSlotBits)
  private var slotBits = firstSlotBits

  /// Most of the 64 parts of a small table hold few rows or none.
  private static let firstSlotBits = 4

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
  private static func position(_ slot: UInt64) -> Int {
    Int(truncatingIfNeeded: slot & ~tagMask) &- 1
  }

  /// Loads a tag's first slot, so that it is at hand when it is needed. The number means nothing; the caller keeps it
  /// from being optimised away.
  @inline(__always)
  func load(_ tag: UInt64) -> Int { Int(truncatingIfNeeded: slots[firstChoice(tag)]) }

  /// The position in a tag's first slot where the tag is the same: what a look-up will probably want.
  @inline(__always)
  func firstPosition(_ tag: UInt64) -> Int? {
    let slot = slots[firstChoice(tag)]
    return slot != 0 && slot & Self.tagMask == tag ? Self.position(slot) : nil
  }

  /// The position with this tag that satisfies `isEqual`.
  @inline(__always)
  func position(_ tag: UInt64, where isEqual: (Int) -> Bool) -> Int? {
    let mask = slots.count &- 1
    var index = firstChoice(tag)
    while slots[index] != 0 {
      let slot = slots[index]
      if slot & Self.tagMask == tag {
        let position = Self.position(slot)
        if isEqual(position) { return position }
      }
      index = (index &+ 1) & mask
    }
    return nil
  }

  /// Adds a position that is not there yet; room for it must have been reserved.
  @inline(__always)
  mutating func insert(_ tag: UInt64, _ position: Int) {
    let mask = slots.count &- 1
    var index = firstChoice(tag)
    while slots[index] != 0 { index = (index &+ 1) & mask }
    slots[index] = tag | UInt64(position &+ 1)
  }

  /// Makes room for `count` positions at ¾ of the slots.
  mutating func reserve(_ count: Int) {
    guard count * 4 > slots.count * 3 else { return }
    let old = slots
    while count * 4 > 3 << slotBits { slotBits += 1 }
    slots = .allocate(capacity: 1 << slotBits)
    slots.initialize(repeating: 0)
    let mask = slots.count - 1
    for slot in old where slot != 0 {
      var index = firstChoice(slot & Self.tagMask)
      while slots[index] != 0 { index = (index + 1) & mask }
      slots[index] = slot
    }
    old.deallocate()
  }
}

extension HashIndex: InvariantChecking {
  func brokenInvariant() -> String? {
    let used = slots.count { $0 != 0 }
    if slots.count != 1 << slotBits { return "an index has \(slots.count) slots by \(slotBits) bits" }
    if used * 4 > slots.count * 3 { return "an index has \(used) of \(slots.count) slots in use" }
    var positions: Set<Int> = []
    for index in slots.indices where slots[index] != 0 {
      // Probing ends at the first empty slot: none may lie between the first choice and the slot.
      var probe = firstChoice(slots[index] & Self.tagMask)
      while probe != index && slots[probe] != 0 { probe = (probe + 1) & (slots.count - 1) }
      if probe != index { return "slot \(index) of an index is never reached" }
      if !positions.insert(Self.position(slots[index])).inserted { return "an index holds a position twice" }
    }
    return nil
  }

  /// The number of positions.
  ///
  /// - Complexity: O(slots).
  func countPositions() -> Int { slots.count { $0 != 0 } }
}
