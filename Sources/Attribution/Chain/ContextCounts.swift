import RealModule
import TouchstoneJourneys
import TouchstoneParallel

/// Counts of what follows each context, for all orders up to a largest one.
///
/// Every position of a row, its end included, has for each order one context and what followed it. Both are numbered
/// once; counting for a fold is then adding to arrays.
struct ContextCounts: Sendable {
  let largest: Int
  /// The number of touchpoints.
  let touchpoints: Int
  /// By order, from 0 on.
  let levels: [Level]
  /// Where the positions of each row begin; one more for the end. A row of n touches has n positions for its touches
  /// and two for its end: conversion and null.
  let starts: [Int]

  /// The contexts of one order.
  struct Level: Sendable {
    /// By position, the id of its context.
    let contexts: [Int32]
    /// By position, the id of its context with what followed.
    let windows: [Int32]
    /// The journeys that were in each context.
    let contextTotals: [Double]
    /// The journeys that went on in each way.
    let windowTotals: [Double]
    /// By window, the id of its context.
    let contextOfWindow: [Int32]
  }

  init(_ rows: CanonicalRows, largest: Int, memoryLimit: Int) throws(AttributionError) {
    touchpoints = rows.touchpoints.count
    self.largest = largest
    // Symbols: start 0, touchpoints from 1, then conversion and null.
    let bits = Int.bitWidth - (touchpoints + 2).leadingZeroBitCount
    guard (largest + 1) * bits <= UInt128.bitWidth else {
      throw .orderTooLarge(order: largest, touchpoints: touchpoints, largest: UInt128.bitWidth / bits - 1)
    }
    let positions = rows.touches.count + 2 * rows.count
    // Two numbers a position and order, and at most as many contexts and windows, kept while they are numbered.
    let bytes = (largest + 1) * positions * (8 + 2 * 48)
    guard bytes <= memoryLimit else {
      throw .tooManyStates(order: largest, states: positions, bytes: bytes, limit: memoryLimit)
    }
    starts = (0...rows.count).map { rows.starts[$0] + 2 * $0 }
    levels = Parallel.map(largest + 1) { Self.level($0, rows, positions: positions, bits: bits) }
  }

  private static func level(_ order: Int, _ rows: CanonicalRows, positions: Int, bits: Int) -> Level {
    let conversion = UInt128(rows.touchpoints.count + 1)
    let mask: UInt128 = order == 0 ? 0 : (1 << UInt128(order * bits)) - 1
    var (contextIDs, windowIDs): ([UInt128: Int32], [UInt128: Int32]) = ([:], [:])
    var (contexts, windows): ([Int32], [Int32]) = ([], [])
    contexts.reserveCapacity(positions)
    windows.reserveCapacity(positions)
    var (contextTotals, windowTotals): ([Double], [Double]) = ([], [])
    var contextOfWindow: [Int32] = []
    func add(_ context: UInt128, _ symbol: UInt128, _ journeys: Double) {
      let contextID = id(context, &contextIDs, &contextTotals)
      contextTotals[Int(contextID)] += journeys
      let window = id(context << UInt128(bits) | symbol, &windowIDs, &windowTotals)
      windowTotals[Int(window)] += journeys
      if Int(window) == contextOfWindow.count { contextOfWindow.append(contextID) }
      contexts.append(contextID)
      windows.append(window)
    }
    for row in 0..<rows.count {
      let totals = rows.totals[row]
      var context: UInt128 = 0
      for touch in rows.touches[rows.starts[row]..<rows.starts[row + 1]] {
        add(context, UInt128(touch + 1), totals.journeys)
        context = (context << UInt128(bits) | UInt128(touch + 1)) & mask
      }
      add(context, conversion, totals.conversions)
      add(context, conversion + 1, totals.nonConverting)
    }
    return Level(
      contexts: contexts, windows: windows, contextTotals: contextTotals, windowTotals: windowTotals,
      contextOfWindow: contextOfWindow)
  }

  private static func id(
    _ key: UInt128, _ ids: inout [UInt128: Int32], _ totals: inout [Double]
  ) -> Int32 {
    if let id = ids[key] { return id }
    let id = Int32(totals.count)
    ids[key] = id
    totals.append(0)
    return id
  }

  /// How the chain of an order fits the journeys that it was counted from.
  func fit(_ order: Int) -> (logLikelihood: Double, states: Int, parameters: Int) {
    let level = levels[order]
    var sum = CompensatedSum()
    var transitions = 0
    for (window, count) in level.windowTotals.enumerated() where count > 0 {
      transitions += 1
      sum.add(count * .log(count / level.contextTotals[Int(level.contextOfWindow[window])]))
    }
    let states = level.contextTotals.count { $0 > 0 }
    return (sum.value, states, transitions - states)
  }
}
