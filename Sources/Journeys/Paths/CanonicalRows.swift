/// A path table's rows in an order that depends on their contents alone, by column: what random weights are keyed by,
/// and added up in, so that neither the order of the input nor the order in which touchpoints were met leaves a trace.
public struct CanonicalRows: Sendable {
  /// The touchpoints in the order of their names.
  public let touchpoints: TouchpointTable
  /// For each touchpoint in the order of their names, its id in the table.
  public let tableIDs: [Int32]
  /// The table whose rows these are.
  public let table: PathTable
  /// Where each row's touches begin in ``touches``; one more for the end.
  public private(set) var starts: [Int] = [0]
  /// Touchpoints in the order of their names.
  public private(set) var touches: [Int32] = []
  public private(set) var totals: [PathTotals] = []
  /// For each half-life of the table and each touch of a row, as in the table.
  public private(set) var decay: [DecayCredit] = []
  /// A hash of each row's path, by names.
  public private(set) var keys: [UInt64] = []

  /// - Complexity: O(touches) and a sort of the rows.
  public init(_ table: PathTable) {
    self.table = table
    let (touchpoints, ids) = table.touchpoints.renamed { $0 }
    self.touchpoints = touchpoints
    var tableIDs = [Int32](repeating: 0, count: ids.count)
    for (old, new) in ids.enumerated() { tableIDs[Int(new)] = Int32(old) }
    self.tableIDs = tableIDs
    let names = Self.nameHashes(table.touchpoints)
    var rows: [(key: UInt64, row: PathTable.Row)] = []
    rows.reserveCapacity(table.pathCount)
    for row in table.rows() {
      let key = table.withRow(row) { path, _, _ in Self.key(path, names) }
      rows.append((key, row))
    }
    rows.sort { left, right in
      if left.key != right.key { return left.key < right.key }
      // Two paths with one hash: by their touchpoints.
      return table.withRow(left.row) { path, _, _ in
        table.withRow(right.row) { other, _, _ in
          path.lazy.map { ids[Int($0)] }.lexicographicallyPrecedes(other.lazy.map { ids[Int($0)] })
        }
      }
    }
    keys = rows.map(\.key)
    for (_, row) in rows {
      table.withRow(row) { path, totals, credits in
        for touch in path { touches.append(ids[Int(touch)]) }
        self.totals.append(totals)
        decay.append(contentsOf: credits)
      }
      starts.append(touches.count)
    }
  }

  /// The number of rows.
  public var count: Int { keys.count }

  /// A hash of each touchpoint's name, by id.
  static func nameHashes(_ touchpoints: TouchpointTable) -> [UInt64] { touchpoints.names.map(hash) }

  /// A hash of a path by its touchpoints' names.
  static func key(_ path: some Collection<Int32>, _ nameHashes: [UInt64]) -> UInt64 {
    path.reduce(UInt64(path.count)) { Mixing.mix($0, nameHashes[Int($1)]) }
  }

  /// A hash of a name's UTF-8 bytes.
  private static func hash(_ name: String) -> UInt64 {
    var hash = UInt64(name.utf8.count)
    var word: UInt64 = 0
    for (position, byte) in name.utf8.enumerated() {
      word = word << 8 | UInt64(byte)
      if position % 8 == 7 {
        hash = Mixing.mix(hash, word)
        word = 0
      }
    }
    return Mixing.mix(hash, word)
  }

  /// The table of the rows with other weights; rows without any weight are left out.
  ///
  /// - Parameter weights: The conversions, value and non-converting journeys of each row. Time-decay credit goes with
  ///   the conversions and the value.
  /// - Complexity: O(touches).
  public func table(weights: (Int) -> PathTotals) -> PathTable {
    let halfLives = table.halfLives
    let batch = PathBatch(halfLifeCount: halfLives.count)
    for row in 0..<count {
      let new = weights(row)
      guard new.journeys > 0 else { continue }
      let length = starts[row + 1] - starts[row]
      let path = batch.openRow(capacity: length)
      for position in 0..<length { path[position] = touches[starts[row] + position] }
      let credits = batch.closeRow(touches: length, new)
      guard !credits.isEmpty, totals[row].conversions > 0 else { continue }
      let conversionScale = new.conversions / totals[row].conversions
      let valueScale = totals[row].value == 0 ? 0 : new.value / totals[row].value
      let first = starts[row] * halfLives.count
      for index in 0..<credits.count {
        credits[index] = DecayCredit(
          conversions: decay[first + index].conversions * conversionScale,
          value: decay[first + index].value * valueScale)
      }
    }
    var builder = PathTableBuilder(halfLives: halfLives)
    builder.add([batch])
    return builder.finish(touchpoints: touchpoints)
  }
}
