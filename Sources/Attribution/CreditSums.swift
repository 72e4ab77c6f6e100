import Journeys
import Parallel

/// Credit by touchpoint while it is added up, conversions and value side by side.
///
/// It owns plain memory: an array would be asked whether it is shared at every touch.
struct CreditSums: ~Copyable {
  private let sums: UnsafeMutableBufferPointer<Credit>

  init(touchpointCount: Int) {
    sums = .allocate(capacity: touchpointCount)
    sums.initialize(repeating: Credit())
  }

  deinit { sums.deallocate() }

  /// The sums, by touchpoint.
  var credits: [Credit] { Array(sums) }

  /// Gives a touchpoint a share of a path's conversions and value.
  @inline(__always)
  mutating func add(_ touchpoint: Int32, share: Double, of totals: PathTotals) {
    add(touchpoint, conversions: share * totals.conversions, value: share * totals.value)
  }

  /// Gives a touchpoint credit.
  @inline(__always)
  mutating func add(_ touchpoint: Int32, conversions: Double, value: Double) {
    let position = Int(touchpoint)
    precondition(position < sums.count, "a touchpoint of the table")
    sums[position].conversions += conversions
    sums[position].value += value
  }
}

extension PathTable {
  /// The credits that `give` gives, path after path.
  ///
  /// Each part of the table is summed on its own, and the parts' sums are added in order with
  /// compensation: the result does not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - scratch: Makes the memory that one part's paths share.
  ///   - give: Gives the credit of one path that converted at least once.
  /// - Complexity: O(paths) calls, in parallel.
  @inline(__always)
  func credits<Scratch>(
    scratch: @Sendable () -> Scratch,
    give body:
      @Sendable (inout Scratch, UnsafeBufferPointer<Int32>, PathTotals, inout CreditSums) -> Void
  ) -> [Credit] {
    credits(
      scratch: scratch,
      give: { memory, path, totals, _, sums in body(&memory, path, totals, &sums) })
  }

  /// The same for a model that looks at the time-decay credits of a path's rows.
  @inline(__always)
  func credits<Scratch>(
    scratch: @Sendable () -> Scratch,
    give body:
      @Sendable (
        inout Scratch, UnsafeBufferPointer<Int32>, PathTotals, UnsafeBufferPointer<DecayCredit>, inout CreditSums
      ) -> Void
  ) -> [Credit] {
    let occupied = parts.filter { $0.count > 0 }
    let sums = Parallel.map(occupied.count) { index in
      var sums = CreditSums(touchpointCount: touchpoints.count)
      var memory = scratch()
      occupied[index].forEachTimedRow { path, totals, decay in
        if totals.conversions > 0 { body(&memory, path, totals, decay, &sums) }
      }
      return sums.credits
    }
    return (0..<touchpoints.count).map { id in
      Credit(
        conversions: sums.lazy.map { $0[id].conversions }.compensatedSum(),
        value: sums.lazy.map { $0[id].value }.compensatedSum())
    }
  }

  /// The credits of a model that looks at a path's distinct touchpoints only.
  ///
  /// - Parameter share: The share of each touchpoint in a path of that many distinct ones.
  func creditsOfDistinct(share: @Sendable (Int) -> Double) -> [Credit] {
    credits(
      scratch: { DistinctTouchpoints(touchpointCount: touchpoints.count) },
      give: { distinct, path, totals, sums in
        distinct.withList(path) { found in
          let share = share(found.count)
          for touchpoint in found { sums.add(touchpoint, share: share, of: totals) }
        }
      })
  }
}
