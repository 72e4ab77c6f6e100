import TouchstoneParallel

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
  /// The totals of the journeys with at least one touch: what models share out.
  public let touched: PathTotals
  /// The totals over all rows, ``untouched`` included.
  public let totals: PathTotals

  /// The sum of the rows' values regardless of their sign. Where refunds cancel sales the total is small and its
  /// rounding error is not: it goes with this.
  package let valueMagnitude: Double

  /// The half-lives in days whose time-decay credit by position the rows carry; empty where the times of touches
  /// were not known.
  public let halfLives: [Double]

  /// The number of parts of every table: a power of two, since the upper bits of a hash choose one, and many more than
  /// cores, so that the work is shared out evenly.
  package static let partCount = 64

  @inline(__always)
  static func part(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 58) }

  /// The part that the hash of a path without touches falls into.
  static let partOfEmptyPath = part(of: Mixing.mix(0, 0))

  init(touchpoints: TouchpointTable, parts: [Part], untouched: PathTotals, halfLives: [Double]) {
    self.touchpoints = touchpoints
    self.halfLives = halfLives
    self.parts = parts
    self.untouched = untouched
    valueMagnitude =
      parts.lazy.map(\.valueMagnitude).compensatedSum() + abs(untouched.value)
    touched = Self.sum(parts.map(\.totals))
    totals = Self.sum(parts.map(\.totals) + [untouched])
  }

  /// A table from rows of names, merged where their paths are equal.
  ///
  /// - Parameter rows: Paths by touchpoint name, with what happened along them. Traps unless counts are
  ///   finite and not negative, and where there is value without conversions.
  public init(_ rows: some Sequence<(path: [String], totals: PathTotals)>) {
    var touchpoints = TouchpointTable()
    let batch = PathBatch()
    for row in rows {
      precondition(
        row.totals.conversions >= 0 && row.totals.nonConverting >= 0 && row.totals.journeys.isFinite
          && row.totals.value.isFinite, "counts are finite and not negative")
      precondition(
        row.totals.conversions > 0 || row.totals.value == 0, "value comes from conversions")
      batch.append(row.path.map { touchpoints.intern($0) }, row.totals)
    }
    var builder = PathTableBuilder()
    builder.add([batch])
    self = builder.finish(touchpoints: touchpoints)
  }

  /// The number of distinct paths with at least one touch.
  public var pathCount: Int { parts.reduce(0) { $0 + $1.count } }

  private static func sum(_ totals: [PathTotals]) -> PathTotals {
    PathTotals(
      conversions: totals.lazy.map(\.conversions).compensatedSum(),
      value: totals.lazy.map(\.value).compensatedSum(),
      nonConverting: totals.lazy.map(\.nonConverting).compensatedSum())
  }

  /// Some of a table's rows.
  public struct Part: Sendable {
    @usableFromInline let arena: RecordArena
    /// The number of rows.
    public let count: Int
    /// The number of touches of all rows.
    public let touchCount: Int

    /// What all rows add up to.
    public let totals: PathTotals
    let valueMagnitude: Double

    init(_ arena: RecordArena) {
      self.arena = arena
      var (count, touchCount) = (0, 0)
      var conversions = CompensatedSum()
      var value = CompensatedSum()
      var nonConverting = CompensatedSum()
      var magnitude = 0.0
      arena.forEachRecord { record in
        count &+= 1
        touchCount &+= record.touchCount
        conversions.add(record.totals.conversions)
        value.add(record.totals.value)
        nonConverting.add(record.totals.nonConverting)
        magnitude += abs(record.totals.value)
        // A path's journeys may cancel where their shares by position do not.
        for credit in record.decayCredits { magnitude += abs(credit.value) }
      }
      self.count = count
      self.touchCount = touchCount
      valueMagnitude = magnitude
      totals = PathTotals(
        conversions: conversions.value, value: value.value, nonConverting: nonConverting.value)
    }

    /// Calls `body` with the touches, as touchpoint ids, and totals of every row, in order.
    ///
    /// The touches are lent for the call alone.
    @inlinable @inline(__always)
    public func forEachRow(_ body: (UnsafeBufferPointer<Int32>, PathTotals) -> Void) {
      arena.forEachRecord { body($0.path, $0.totals) }
    }

    /// Calls `body` with the touches, totals and time-decay credits of every row, in order: the credits of the first
    /// half-life touch by touch, then those of the second, and so on.
    ///
    /// What is passed is lent for the call alone.
    @inlinable @inline(__always)
    public func forEachTimedRow(
      _ body: (UnsafeBufferPointer<Int32>, PathTotals, UnsafeBufferPointer<DecayCredit>) -> Void
    ) {
      arena.forEachRecord { body($0.path, $0.totals, UnsafeBufferPointer($0.decayCredits)) }
    }
  }
}
