/// How an identifier is compared and found.
enum Identifier {
  /// The hash of an identifier of some column. For one of at most eight bytes nothing is lost: two of them with the
  /// same hash, length and column are the same. Eight bytes behind the identifier must be readable.
  @inline(__always)
  static func hash(_ bytes: UnsafeRawBufferPointer, column: Int) -> UInt64 {
    let length = bytes.count
    var hash = UInt64(truncatingIfNeeded: length &+ column &* 0x1_0000_0001)
    if length <= 8 {
      let loaded = bytes.baseAddress.unsafelyUnwrapped.loadUnaligned(as: UInt64.self).littleEndian
      let word = loaded & (UInt64.max &>> UInt64(64 &- length &* 8))
      return spread(word ^ spread(hash))
    }
    var position = 0
    while position &+ 8 <= length {
      hash = Mixing.mix(hash, bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian)
      position &+= 8
    }
    // The last eight bytes, some of them perhaps for the second time.
    let last = bytes.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self).littleEndian
    return spread(Mixing.mix(hash, last))
  }

  /// A permutation of all words that spreads every bit: the finaliser of SplitMix64 (G. Steele, D. Lea, C. Flood,
  /// "Fast splittable pseudorandom number generators", OOPSLA 2014).
  @inline(__always)
  private static func spread(_ word: UInt64) -> UInt64 {
    var word = word
    word = (word ^ word &>> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word &>> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word &>> 31
  }

  /// The shard that keeps an identifier.
  @inline(__always)
  static func shard(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 58) }
}

/// An identifier in a batch: its hash, and where its bytes lie. One without bytes is missing.
struct IdentifierReference: BitwiseCopyable {
  var hash: UInt64 = 0
  var start: UInt32 = 0
  var length: UInt32 = 0
}

/// The identifiers of one shard, by index: each once, with its bytes.
struct IdentifierTable: ~Copyable {
  struct Entry: BitwiseCopyable {
    var hash: UInt64
    var start: Int
    var length: UInt32
    var column: UInt32
  }

  private(set) var entries = RawColumn<Entry>()
  private var bytes = RawColumn<UInt8>()
  private var index = HashIndex()

  var count: Int { entries.count }

  mutating func reserve(_ more: Int) { index.reserve(entries.count + more) }

  /// Loads what looking the hash up will need; the number means nothing.
  @inline(__always)
  func load(_ hash: UInt64) -> Int { index.load(HashIndex.tag(hash)) }

  @inline(__always)
  func loadEntry(_ hash: UInt64) -> Int {
    index.firstPosition(HashIndex.tag(hash)).map { Int(entries[$0].length) } ?? 0
  }

  /// The index of an identifier, which is added unless it is there. Room must have been reserved.
  @inline(__always)
  mutating func intern(
    _ reference: IdentifierReference, _ text: UnsafePointer<UInt8>, column: Int
  ) -> Int {
    let tag = HashIndex.tag(reference.hash)
    if let known = index.position(tag, where: { isEqual($0, reference, text, column) }) { return known }
    let new = entries.count
    index.insert(tag, new)
    let start = bytes.count
    bytes.append(uninitialized: Int(reference.length)).update(
      from: text, count: Int(reference.length))
    entries.append(
      Entry(hash: reference.hash, start: start, length: reference.length, column: UInt32(column)))
    return new
  }

  @inline(__always)
  private func isEqual(
    _ index: Int, _ reference: IdentifierReference, _ text: UnsafePointer<UInt8>, _ column: Int
  ) -> Bool {
    let entry = entries[index]
    guard
      entry.hash == reference.hash && entry.length == reference.length
        && Int(entry.column) == column
    else { return false }
    if entry.length <= 8 { return true }
    for position in 0..<Int(entry.length) where bytes[entry.start &+ position] != text[position] {
      return false
    }
    return true
  }

  /// The bytes of an identifier.
  func text(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    let entry = entries[index]
    return UnsafeBufferPointer(rebasing: bytes.buffer[entry.start..<entry.start + Int(entry.length)])
  }

  /// Whether one identifier comes before another: by hash, then column, then bytes. A fixed order, whatever the order
  /// of the input.
  static func precedes(
    _ left: Entry, _ leftText: UnsafeBufferPointer<UInt8>,
    _ right: Entry, _ rightText: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    if left.hash != right.hash { return left.hash < right.hash }
    if left.column != right.column { return left.column < right.column }
    return leftText.lexicographicallyPrecedes(rightText)
  }
}

extension IdentifierTable: InvariantChecking {
  func brokenInvariant() -> String? {
    if let broken = index.brokenInvariant() { return broken }
    if index.countPositions() != count { return "\(count) identifiers, and an index of \(index.countPositions())" }
    var end = 0
    for (id, entry) in entries.buffer.enumerated() {
      if entry.start != end { return "identifier \(id) does not begin where the one before ends" }
      end += Int(entry.length)
      let found = index.position(HashIndex.tag(entry.hash), where: { $0 == id })
      if found == nil { return "identifier \(id) is not found" }
    }
    return end == bytes.count ? nil : "\(bytes.count) bytes, of which identifiers hold \(end)"
  }
}
