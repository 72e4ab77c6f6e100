import Algorithms
import TouchstoneJourneys
import TouchstoneLinearAlgebra
import TouchstoneParallel

/// Counts paths into a chain.
///
/// A window of k + 1 symbols, packed into one integer, names a transition: its upper k symbols are the
/// state it leaves, its lower k the state it enters. Windows are counted in hash tables and then sorted:
/// the sorted windows are the chain's matrix, row after row.
extension MarkovChain {
  /// The chain of order `order` of a table's paths.
  ///
  /// - Parameters:
  ///   - paths: Journeys without a touch are left out.
  ///   - order: At least 1.
  ///   - memoryLimit: The most bytes that counting and solving may take.
  /// - Throws: ``AttributionError/orderTooLarge(order:touchpoints:largest:)`` where a window does not fit into
  ///   128 bits, ``AttributionError/tooManyStates(order:states:bytes:limit:)`` where the chain does not
  ///   fit into the memory allowed.
  /// - Complexity: O(touches) on average, in parallel, and a sort of the distinct transitions.
  public init(
    _ paths: PathTable, order: Int, memoryLimit: Int = Markov.defaultMemoryLimit
  ) throws(AttributionError) {
    precondition(order >= 1, "a chain remembers at least one touch")
    // Symbols: start 0, touchpoints from 1, then conversion and null.
    let bits = Int.bitWidth - (paths.touchpoints.count + 2).leadingZeroBitCount
    let largest = UInt128.bitWidth / bits - 1
    guard order <= largest else {
      throw .orderTooLarge(order: order, touchpoints: paths.touchpoints.count, largest: largest)
    }
    if (order + 1) * bits <= UInt64.bitWidth {
      let counter = WindowCounter<UInt64>(order: order, bits: bits, paths: paths)
      try counter.checkMemory(limit: memoryLimit)
      self.init(counter.count(), counter)
    } else {
      let counter = WindowCounter<UInt128>(order: order, bits: bits, paths: paths)
      try counter.checkMemory(limit: memoryLimit)
      self.init(counter.count(), counter)
    }
  }

  /// The chain of counted windows, which are sorted.
  fileprivate init<Key>(_ windows: [WindowCount<Key>], _ counter: WindowCounter<Key>) {
    let conversionSymbol = Key(counter.paths.touchpoints.count + 1)
    // The states are the windows' upper parts; every state that is entered is left again.
    var states: [Key] = []
    for window in windows where states.last != window.key >> counter.shift {
      states.append(window.key >> counter.shift)
    }
    var conversions = [Double](repeating: 0, count: states.count)
    var value = conversions
    var nulls = conversions
    var rowStarts = [0]
    var columns: [Int32] = []
    var counts: [Double] = []
    columns.reserveCapacity(windows.count)
    counts.reserveCapacity(windows.count)
    rowStarts.reserveCapacity(states.count + 1)
    var next = 0
    for (state, key) in states.enumerated() {
      // Where the states lie that this one can enter: they share its symbols but the oldest.
      let suffix = key << counter.shift & counter.stateMask
      var column = next < windows.count ? states.partitioningIndex { $0 >= suffix } : 0
      while next < windows.count, windows[next].key >> counter.shift == key {
        let window = windows[next]
        next += 1
        let symbol = window.key & counter.symbolMask
        if symbol < conversionSymbol {
          while states[column] != suffix | symbol { column += 1 }
          columns.append(Int32(column))
          counts.append(window.count)
        } else if symbol == conversionSymbol {
          conversions[state] = window.count
          value[state] = window.value
        } else {
          nulls[state] = window.count
        }
      }
      rowStarts.append(columns.count)
    }
    let order = counter.order
    var symbols: [Int32] = []
    symbols.reserveCapacity(states.count * order)
    for key in states {
      for position in (0..<order).reversed() {
        symbols.append(Int32(key >> (Key(position) * Key(counter.shift)) & counter.symbolMask))
      }
    }
    self.init(
      order: order, touchpoints: counter.paths.touchpoints, symbols: symbols,
      transitions: SparseMatrix(
        rows: states.count, columns: states.count, rowStarts: rowStarts, columnIndices: columns,
        values: counts),
      conversions: conversions, value: value, nulls: nulls)
  }
}
