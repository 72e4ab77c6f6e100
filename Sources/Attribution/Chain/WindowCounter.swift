import RealModule
import TouchstoneJourneys
import TouchstoneParallel

/// A window of touches with the journeys that passed through it.
struct WindowCount<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  var key: Key = 0
  var count = 0.0
  /// What the journeys were worth that converted right behind the window.
  var value = 0.0
}

/// Counts the windows of `order + 1` symbols of all paths.
struct WindowCounter<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  let order: Int
  /// The bits of one symbol.
  let shift: Int
  let paths: PathTable

  init(order: Int, bits: Int, paths: PathTable) {
    self.order = order
    shift = bits
    self.paths = paths
  }

  var symbolMask: Key { 1 << Key(shift) - 1 }
  var stateMask: Key { mask(symbols: order) }

  private func mask(symbols: Int) -> Key {
    symbols * shift >= Key.bitWidth ? .max : (1 << Key(symbols * shift)) - 1
  }

  /// The windows that journeys passed through, ascending.
  ///
  /// - Complexity: O(touches) where windows are few enough to be numbered; else O(touches × lanes) on
  ///   average, and O(w log w) for w distinct windows. In parallel.
  func count() -> [WindowCount<Key>] {
    (order + 1) * shift <= Self.largestNumbering ? countByNumber() : countByHash()
  }

  /// The bits of windows that are counted in a plain array: 2¹⁴ windows take 256 kB a part.
  private static var largestNumbering: Int { 14 }

  private func countByNumber() -> [WindowCount<Key>] {
    let occupied = paths.parts.filter { $0.count > 0 }
    let tables = Parallel.map(occupied.count) { index in
      var table = [WindowCount<Key>](
        repeating: WindowCount(), count: 1 << ((order + 1) * shift))
      table.withUnsafeMutableBufferPointer { table in
        forEachWindow(of: occupied[index]) { key, count, value in
          table[Int(key)].count += count
          table[Int(key)].value += value
        }
      }
      return table
    }
    return (0..<1 << ((order + 1) * shift)).compactMap { key in
      var window = WindowCount(key: Key(key))
      for table in tables {
        window.count += table[key].count
        window.value += table[key].value
      }
      return window.count > 0 ? window : nil
    }
  }

  /// Deals the windows out by their hash to as many lanes as there are threads. Every lane walks all
  /// paths in order and counts its own windows: each count has one order of addition, whatever the number of
  /// lanes.
  private func countByHash() -> [WindowCount<Key>] {
    let lanes = Parallel.threads
    let tables = Parallel.map(lanes) { lane in
      var table = WindowTable<Key>()
      for part in paths.parts {
        forEachWindow(of: part) { key, count, value in
          let hash = WindowHash.of(key)
          // The upper half of the hash as a fraction of the lanes: a division would cost more than the counting.
          if Int(truncatingIfNeeded: (hash >> 32 &* UInt64(lanes)) >> 32) == lane {
            table.add(key, hash: hash, count: count, value: value)
          }
        }
      }
      return table.sorted()
    }
    return Self.merge(tables)
  }

  /// One ascending list of several, which have no key in common.
  private static func merge(_ lists: [[WindowCount<Key>]]) -> [WindowCount<Key>] {
    guard lists.count > 1 else { return lists.first ?? [] }
    var lists = lists
    while lists.count > 1 {
      let (left, right) = (lists.removeFirst(), lists.removeFirst())
      var merged: [WindowCount<Key>] = []
      merged.reserveCapacity(left.count + right.count)
      var (i, j) = (0, 0)
      while i < left.count && j < right.count {
        if left[i].key < right[j].key {
          merged.append(left[i])
          i += 1
        } else {
          merged.append(right[j])
          j += 1
        }
      }
      merged.append(contentsOf: left[i...])
      merged.append(contentsOf: right[j...])
      lists.append(merged)
    }
    return lists[0]
  }

  /// Calls `body` with the key, journeys and value of every window of a part's paths.
  @inline(__always)
  private func forEachWindow(of part: PathTable.Part, _ body: (Key, Double, Double) -> Void) {
    let conversion = Key(paths.touchpoints.count + 1)
    let null = conversion + 1
    let mask = mask(symbols: order + 1)
    let shift = Key(self.shift)
    part.forEachRow { path, totals in
      let journeys = totals.journeys
      guard journeys > 0 else { return }
      var key: Key = 0
      for touch in path {
        key = (key &<< shift | Key(truncatingIfNeeded: touch &+ 1)) & mask
        body(key, journeys, 0)
      }
      if totals.conversions > 0 {
        body((key &<< shift | conversion) & mask, totals.conversions, totals.value)
      }
      if totals.nonConverting > 0 {
        body((key &<< shift | null) & mask, totals.nonConverting, 0)
      }
    }
  }

  // MARK: Memory

  /// Refuses a chain that would not fit, before it is built.
  ///
  /// Where even one state a touch would fit, nothing is counted. Else the distinct states and
  /// transitions are estimated in fixed memory by linear counting, to about one per cent (K. Whang, B.
  /// Vander-Zanden, H. Taylor, "A linear-time probabilistic counting algorithm", 1990).
  func checkMemory(limit: Int) throws(AttributionError) {
    let touches = paths.parts.reduce(0) { $0 + $1.touchCount + 2 * $1.count }
    let mostStates = min(touches, possibleStates)
    let mostTransitions = min(touches, mostStates * (paths.touchpoints.count + 2))
    if bytes(states: mostStates, transitions: mostTransitions) <= limit { return }
    // 2²⁶ bits, 8 MB: windows by the tens of millions are counted to about one per cent.
    let bitmapBits = 26
    let wordBits = UInt64(bitmapBits - 6)
    var states = [UInt64](repeating: 0, count: 1 << wordBits)
    var transitions = states
    for part in paths.parts {
      forEachWindow(of: part) { key, _, _ in
        let hash = WindowHash.of(key)
        let stateHash = WindowHash.of(key >> Key(shift))
        states[Int(stateHash >> (64 - wordBits))] |= 1 << (stateHash >> 32 & 63)
        transitions[Int(hash >> (64 - wordBits))] |= 1 << (hash >> 32 & 63)
      }
    }
    func estimate(_ bitmap: [UInt64]) -> Int {
      let size = Double(1 << bitmapBits)
      let empty = size - Double(bitmap.reduce(0) { $0 + $1.nonzeroBitCount })
      return Int(-size * Double.log(max(empty, 1) / size))
    }
    let (stateCount, transitionCount) = (estimate(states), estimate(transitions))
    let bytes = bytes(states: stateCount, transitions: transitionCount)
    if bytes > limit {
      throw .tooManyStates(order: order, states: stateCount, bytes: bytes, limit: limit)
    }
  }

  /// The number of different states that there could be, `Int.max >> 32` at the most.
  private var possibleStates: Int {
    var contexts = 1
    var states = 1
    for _ in 0..<order {
      contexts *= max(paths.touchpoints.count, 1)
      states += contexts
      if states > Int.max >> 32 { return Int.max >> 32 }
    }
    return states
  }

  /// What a chain takes while it is counted and solved.
  private func bytes(states: Int, transitions: Int) -> Int {
    // A window in its table (at most ¾ full, on average half), sorted, merged, and in two matrices.
    let perTransition = 4 * (Key.bitWidth / 8 + 16) + 2 * 12
    // Four blocks of eight numbers for each of four threads (the answer must not depend on how many there
    // are), the outcomes, the state's own numbers and its symbols.
    let perState = 4 * 64 * 4 + 2 * 64 + 64 + 4 * order
    return states * perState + transitions * perTransition
  }
}

/// Counts by key. Open addressing with linear probing; a power of two, at most ¾ full; key 0 marks an
/// empty slot, since no window ends in the start.
private struct WindowTable<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  private var slots = [WindowCount<Key>](repeating: WindowCount(), count: 64)
  private var used = 0

  @inline(__always)
  mutating func add(_ key: Key, hash: UInt64, count: Double, value: Double) {
    let mask = slots.count &- 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position].key != key {
      if slots[position].key == 0 {
        insert(WindowCount(key: key, count: count, value: value), at: position)
        return
      }
      position = (position &+ 1) & mask
    }
    slots[position].count += count
    slots[position].value += value
  }

  private mutating func insert(_ window: WindowCount<Key>, at position: Int) {
    slots[position] = window
    used += 1
    guard used * 4 > slots.count * 3 else { return }
    let old = slots
    slots = [WindowCount<Key>](repeating: WindowCount(), count: old.count * 2)
    let mask = slots.count - 1
    for window in old where window.key != 0 {
      var position = Int(truncatingIfNeeded: WindowHash.of(window.key)) & mask
      while slots[position].key != 0 { position = (position + 1) & mask }
      slots[position] = window
    }
  }

  /// All windows, ascending.
  func sorted() -> [WindowCount<Key>] { slots.filter { $0.key != 0 }.sorted { $0.key < $1.key } }
}

/// The fixed hash of a window.
private enum WindowHash {
  @inline(__always)
  static func of<Key: FixedWidthInteger & UnsignedInteger>(_ key: Key) -> UInt64 {
    var folded = UInt64(truncatingIfNeeded: key)
    if Key.bitWidth > 64 {
      folded ^= UInt64(truncatingIfNeeded: key >> 64) &* 0xA076_1D64_78BD_642F
    }
    let product = folded.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}
