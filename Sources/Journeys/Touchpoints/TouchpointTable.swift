import TouchstoneParallel

/// Interns touchpoint names: each distinct name gets the next dense id, 0, 1, 2, …
///
/// A name is any UTF-8 text. Two names are the same when their texts are, however they are encoded: "é" as one
/// scalar or as a letter with an accent behind it is one touchpoint, under the spelling met first.
public struct TouchpointTable: Sendable {
  /// The names, by id.
  public private(set) var names: [String] = []

  /// Every spelling met, one behind the other: its bytes, and whose it is.
  private var spellingBytes: [UInt8] = []
  private var spellingStarts: [Int] = [0]
  private var spellingIDs: [Int32] = []
  private var idsByName: [String: Int32] = [:]
  /// Open addressing with linear probing; a power of two, at most half full.
  private var slots: [Slot] = [Slot](repeating: Slot(), count: 16)

  /// A table without names.
  public init() {}

  /// A table of `names`, in that order; a repeated name keeps its first id.
  public init(_ names: some Sequence<String>) {
    for name in names { intern(name) }
    checkInvariants()
  }

  /// The number of names.
  public var count: Int { names.count }

  /// The id of a name, or `nil` where the table does not hold it.
  ///
  /// - Complexity: O(length) on average.
  public func id(of name: String) -> Int32? {
    var name = name
    return name.withUTF8 { id(ofBytes: UnsafeRawBufferPointer($0)) }
  }

  /// The id of a name given as bytes, or `nil` where the table does not hold it.
  ///
  /// - Complexity: O(length) on average.
  public func id(ofBytes bytes: UnsafeRawBufferPointer) -> Int32? {
    let fingerprint = Fingerprint(bytes)
    return id(of: fingerprint, bytes: bytes)
  }

  /// Adds a name unless it is there, and returns its id.
  ///
  /// - Complexity: O(length), amortised.
  @discardableResult
  public mutating func intern(_ name: String) -> Int32 {
    var name = name
    return name.withUTF8 { internBytes(UnsafeRawBufferPointer($0)) }
  }

  /// Adds a name given as bytes, which must be valid UTF-8, unless it is there, and returns its id.
  ///
  /// - Complexity: O(length), amortised.
  public mutating func internBytes(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    let fingerprint = Fingerprint(bytes)
    if let id = id(of: fingerprint, bytes: bytes) { return id }
    precondition(spellingIDs.count < Int32.max, "more touchpoints than Int32 can number")
    let name = String(decoding: bytes, as: UTF8.self)
    let id = idsByName[name] ?? Int32(names.count)
    if id == names.count {
      names.append(name)
      idsByName[name] = id
    }
    let spelling = Int32(spellingIDs.count)
    spellingIDs.append(id)
    spellingBytes.append(contentsOf: bytes)
    spellingStarts.append(spellingBytes.count)
    if spellingIDs.count * 2 > slots.count {
      let old = slots
      slots = [Slot](repeating: Slot(), count: slots.count * 2)
      for slot in old where slot.spelling >= 0 { insert(slot) }
    }
    insert(Slot(word: fingerprint.word, length: fingerprint.length, spelling: spelling))
    return id
  }

  /// Adds all of another table's spellings, and returns the ids here of its names.
  ///
  /// - Complexity: O(names).
  public mutating func intern(allOf other: TouchpointTable) -> [Int32] {
    let ids = other.names.map { intern($0) }
    if other.spellingIDs.count > other.names.count {
      for spelling in other.spellingIDs.indices {
        intern(
          String(
            decoding: other.spellingBytes[other.spellingStarts[spelling]..<other.spellingStarts[spelling + 1]],
            as: UTF8.self))
      }
    }
    return ids
  }

  /// Names that outputs use for what is not a touchpoint.
  package static let reservedNames = ["(start)", "(conversion)", "(null)", "(baseline)", "(placebo)"]

  /// A table of the names that these names stand for, in the order of their UTF-8 bytes, and for each old id the new
  /// one.
  ///
  /// Of several spellings of a name the first in that order is used, so that the result does not depend on the order
  /// in which names were met.
  public func renamed(_ rename: @Sendable (String) -> String) -> (table: TouchpointTable, ids: [Int32]) {
    var spellings = names
    for (spelling, id) in spellingIDs.enumerated() {
      let bytes = spellingBytes[spellingStarts[spelling]..<spellingStarts[spelling + 1]]
      if bytes.lexicographicallyPrecedes(spellings[Int(id)].utf8) {
        spellings[Int(id)] = String(decoding: bytes, as: UTF8.self)
      }
    }
    let (old, count) = (spellings, spellings.count)
    let renamed = Parallel.map(count) { rename(old[$0]) }
    let sorted = renamed.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let table = TouchpointTable(sorted)
    return (table, renamed.map { table.id(of: $0)! })
  }

  private mutating func insert(_ slot: Slot) {
    let mask = slots.count - 1
    var position = Fingerprint.spread(slot.word, slot.length) & mask
    while slots[position].spelling >= 0 { position = (position + 1) & mask }
    slots[position] = slot
  }

  private func id(of fingerprint: Fingerprint, bytes: UnsafeRawBufferPointer) -> Int32? {
    let mask = slots.count - 1
    var position = Fingerprint.spread(fingerprint.word, fingerprint.length) & mask
    while slots[position].spelling >= 0 {
      let slot = slots[position]
      if slot.word == fingerprint.word && slot.length == fingerprint.length
        && (bytes.count <= 8 || isSpelling(bytes, Int(slot.spelling)))
      {
        return spellingIDs[Int(slot.spelling)]
      }
      position = (position + 1) & mask
    }
    return nil
  }

  private func isSpelling(_ bytes: UnsafeRawBufferPointer, _ spelling: Int) -> Bool {
    spellingBytes[spellingStarts[spelling]..<spellingStarts[spelling + 1]].elementsEqual(bytes)
  }

  /// One spelling: what it is looked up by, and its number among the spellings.
  private struct Slot {
    var word: UInt64 = 0
    var length: UInt32 = .max
    var spelling: Int32 = -1
  }
}

extension TouchpointTable: InvariantChecking {
  func brokenInvariant() -> String? {
    if spellingStarts.count != spellingIDs.count + 1 || spellingStarts.last != spellingBytes.count {
      return "\(spellingIDs.count) spellings in \(spellingStarts.count) pieces of \(spellingBytes.count) bytes"
    }
    if idsByName.count != names.count { return "\(names.count) names, of which \(idsByName.count) differ" }
    if spellingIDs.count * 2 > slots.count { return "\(spellingIDs.count) spellings in \(slots.count) slots" }
    for (id, name) in names.enumerated() where self.id(of: name) != Int32(id) {
      return "\(name) is found as \(self.id(of: name).map { "\($0)" } ?? "nothing") instead of \(id)"
    }
    return nil
  }
}

extension TouchpointTable: Equatable {
  public static func == (left: Self, right: Self) -> Bool { left.names == right.names }
}

/// What a name is looked up by: the name itself where it fits into one word, else a hash of it.
private struct Fingerprint {
  let word: UInt64
  let length: UInt32

  init(_ bytes: UnsafeRawBufferPointer) {
    var words: UInt64 = 0
    var position = 0
    while position < bytes.count {
      var word: UInt64 = 0
      for (shift, byte) in bytes[position..<min(position + 8, bytes.count)].enumerated() {
        word |= UInt64(byte) << (UInt64(shift) * 8)
      }
      words = position == 0 ? word : Mixing.mix(words, word)
      position += 8
    }
    word = words
    length = UInt32(truncatingIfNeeded: bytes.count)
  }

  /// Where to start probing.
  @inline(__always)
  static func spread(_ word: UInt64, _ length: UInt32) -> Int {
    Int(truncatingIfNeeded: Mixing.mix(word, UInt64(length)) >> 20)
  }
}
