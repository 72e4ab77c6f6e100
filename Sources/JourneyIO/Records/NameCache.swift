/// Remembers the ids of names of at most eight bytes that were looked up lately: one slot a name, and a newer
/// name takes the slot of an older one.
///
/// Nearly every touch is one of few names, and a hit costs one comparison where the table of names, which lives
/// in another module and must handle names of any length, costs a call and a search.
struct NameCache: ~Copyable {
  private struct Slot {
    var word: UInt64 = 0
    /// Never that of a name, so that an empty slot matches none.
    var length = -1
    var id: Int32 = 0
  }

  /// A thousand slots of 24 bytes lie in a first-level cache; logs have tens of touchpoints, not thousands.
  private static let bits: UInt64 = 10
  private let slots: UnsafeMutablePointer<Slot>

  init() {
    slots = .allocate(capacity: 1 << Self.bits)
    slots.initialize(repeating: Slot(), count: 1 << Self.bits)
  }

  deinit { slots.deallocate() }

  @inline(__always)
  private func slot(_ word: UInt64) -> UnsafeMutablePointer<Slot> {
    // Fibonacci hashing: the upper bits of the product depend on all bits of the word.
    slots + Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) &>> (64 &- Self.bits))
  }

  @inline(__always)
  func id(of word: UInt64, length: Int) -> Int32? {
    let slot = slot(word)
    return slot.pointee.word == word && slot.pointee.length == length ? slot.pointee.id : nil
  }

  @inline(__always)
  mutating func keep(_ id: Int32, of word: UInt64, length: Int) {
    slot(word).pointee = Slot(word: word, length: length, id: id)
  }
}
