import Parallel

/// The sufficient statistic of every path-based model: each distinct sequence of touchpoints once,
/// with the summed conversions, value and non-converting journeys.
///
/// A million identical journeys cost one row. Rows lie in ``parts``, cut by a hash of the path: the
/// parts can be filled and read in parallel, and since the hash is fixed, the order of the rows
/// depends on the input alone.
public struct PathTable: Sendable {
  /// The touchpoints that paths refer to by id.
  public let touchpoints: TouchpointTable
  /// The rows. ``partCount`` parts, some of them perhaps empty.
  public let parts: [Part]
  /// Journeys without any touch: their conversions belong to the baseline.
  public let untouched: PathTotals
  /// The totals over all rows, ``untouched`` included.
  public let totals: PathTotals

  /// The number of parts of every table.
  public static let partCount = 64

  static func part(of hash: UInt64) -> Int { Int(hash >> 58) }

  init(touchpoints: TouchpointTable, parts: [Part], untouched: PathTotals) {
    self.touchpoints = touchpoints
    self.parts = parts
    self.untouched = untouched
    let partTotals = Parallel.map(parts.count) { parts[$0].summedTotals() } + [untouched]
    totals = PathTotals(
      conversions: partTotals.lazy.map(\.conversions).compensatedSum(),
      value: partTotals.lazy.map(\.value).compensatedSum(),
      nonConverting: partTotals.lazy.map(\.nonConverting).compensatedSum())
  }

  /// A table from rows of names, merged where their paths are equal.
  ///
  /// - Parameter rows: Paths by touchpoint name, with what happened along them. Counts must be
  ///   finite and not negative.
  public init(_ rows: some Sequence<(path: [String], totals: PathTotals)>) {
    var touchpoints = TouchpointTable()
    var batch = PathBatch()
    for row in rows {
      precondition(
        row.totals.conversions >= 0 && row.totals.nonConverting >= 0 && row.totals.journeys.isFinite
          && row.totals.value.isFinite, "counts are finite and not negative")
      for name in row.path { batch.appendTouch(touchpoints.intern(name)) }
      batch.endRow(row.totals)
    }
    var builder = PathTableBuilder()
    var batches = [batch]
    builder.add(&batches)
    self = builder.finish(touchpoints: touchpoints)
  }

  /// The number of distinct paths with at least one touch.
  public var pathCount: Int { parts.reduce(0) { $0 + $1.count } }

  /// The totals of the journeys with at least one touch: what models share out.
  public var touched: PathTotals {
    PathTotals(
      conversions: totals.conversions - untouched.conversions,
      value: totals.value - untouched.value,
      nonConverting: totals.nonConverting - untouched.nonConverting)
  }

  /// The longest path's number of touches; 0 for a table without paths.
  public var longestPath: Int {
    parts.lazy.map { part in
      (0..<part.count).lazy.map { part.range(ofRow: $0).count }.max() ?? 0
    }.max() ?? 0
  }

  /// Some of a table's rows, by column.
  public struct Part: Sendable {
    /// The touches of all rows, one row after the other, as touchpoint ids.
    public internal(set) var touches: [Int32] = []
    /// Where each row ends in ``touches``; it starts where the row before ends.
    public internal(set) var ends: [Int] = []
    /// What happened along each row's path.
    public internal(set) var totals: [PathTotals] = []

    /// The number of rows.
    public var count: Int { ends.count }

    /// Where row `row` lies in ``touches``.
    @inline(__always)
    public func range(ofRow row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }

    /// Calls `body` with the touches and totals of every row, in order.
    ///
    /// The touches are lent for the call alone.
    @inline(__always)
    public func forEachRow(_ body: (UnsafeBufferPointer<Int32>, PathTotals) -> Void) {
      touches.withUnsafeBufferPointer { touches in
        totals.withUnsafeBufferPointer { totals in
          ends.withUnsafeBufferPointer { ends in
            var start = 0
            for row in 0..<ends.count {
              let end = ends[row]
              body(UnsafeBufferPointer(rebasing: touches[start..<end]), totals[row])
              start = end
            }
          }
        }
      }
    }

    func summedTotals() -> PathTotals {
      var conversions = CompensatedSum()
      var value = CompensatedSum()
      var nonConverting = CompensatedSum()
      for row in totals {
        conversions.add(row.conversions)
        value.add(row.value)
        nonConverting.add(row.nonConverting)
      }
      return PathTotals(
        conversions: conversions.value, value: value.value, nonConverting: nonConverting.value)
    }
  }
}
