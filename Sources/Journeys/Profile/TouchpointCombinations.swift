/// Sets of two or three touchpoints that stand on a path together, with what happened along such paths.
public struct TouchpointCombination: Sendable, Equatable {
  /// The touchpoints, by rising id.
  public let touchpoints: [Int32]
  /// The journeys that hold all of them, whatever else they hold; their conversions and value.
  public let totals: PathTotals

  /// So many touchpoints take part where nothing else is said.
  public static let usualLimit = 20

  /// The combinations in a table, those with the most conversions first, then those with the most journeys.
  ///
  /// - Parameters:
  ///   - paths: The journeys.
  ///   - size: 2 or 3.
  ///   - mostTouchpoints: Only so many touchpoints take part, those on the most journeys; at most 64.
  /// - Complexity: O(touches), and O(k³) for each distinct set of k touchpoints, with k ≤ `mostTouchpoints`.
  public static func all(
    in paths: PathTable, size: Int, mostTouchpoints: Int = usualLimit
  ) -> [TouchpointCombination] {
    precondition((2...3).contains(size), "pairs or triples")
    precondition((1...64).contains(mostTouchpoints), "a set is one word")
    let chosen = mostCovering(paths, mostTouchpoints)
    var bits = [Int](repeating: -1, count: paths.touchpoints.count)
    for (bit, touchpoint) in chosen.enumerated() { bits[Int(touchpoint)] = bit }
    var sets: [UInt64: PathTotals] = [:]
    for part in paths.parts {
      part.forEachRow { path, totals in
        var set: UInt64 = 0
        for touch in path where bits[Int(touch)] >= 0 { set |= 1 << UInt64(bits[Int(touch)]) }
        if set.nonzeroBitCount >= size { sets[set, default: PathTotals(conversions: 0)] += totals }
      }
    }
    var found: [UInt64: PathTotals] = [:]
    // In a fixed order, so that sums have one order of addition.
    for set in sets.keys.sorted() {
      forEachSubset(of: set, size: size) { found[$0, default: PathTotals(conversions: 0)] += sets[set]! }
    }
    return found.map { set, totals in
      TouchpointCombination(
        touchpoints: chosen.indices.filter { set >> UInt64($0) & 1 == 1 }.map { chosen[$0] }, totals: totals)
    }.sorted { left, right in
      if left.totals.conversions != right.totals.conversions {
        return left.totals.conversions > right.totals.conversions
      }
      if left.totals.journeys != right.totals.journeys { return left.totals.journeys > right.totals.journeys }
      return left.touchpoints.lexicographicallyPrecedes(right.touchpoints)
    }
  }

  /// The touchpoints on the most journeys, by id.
  private static func mostCovering(_ paths: PathTable, _ most: Int) -> [Int32] {
    var journeys = [Double](repeating: 0, count: paths.touchpoints.count)
    var distinct = DistinctTouchpoints(touchpointCount: journeys.count)
    for part in paths.parts {
      part.forEachRow { path, totals in
        for touch in distinct.list(path) { journeys[Int(touch)] += totals.journeys }
      }
    }
    let ranked = journeys.indices.sorted { (journeys[$1], $0) < (journeys[$0], $1) }
    return ranked.prefix(most).sorted().map(Int32.init)
  }

  private static func forEachSubset(of set: UInt64, size: Int, _ body: (UInt64) -> Void) {
    var rest = set
    while rest != 0 {
      let first = rest & (~rest &+ 1)
      rest ^= first
      if size == 1 {
        body(first)
      } else {
        forEachSubset(of: rest, size: size - 1) { body(first | $0) }
      }
    }
  }
}
