import TouchstoneJourneys
import TouchstoneParallel

/// Gives credit path by path.
protocol PathCrediting: Sendable {
  /// Notes what the table says about all paths, before the first one.
  func prepare(_ scratch: inout PathScratch, for paths: PathTable)
  /// Gives the credit of one path that converted at least once.
  func credit(_ path: CreditedPath, _ scratch: inout PathScratch, to sums: inout CreditSums)
}

/// A model whose credit for a path depends on that path alone, and grows in proportion to its conversions and value.
protocol PathwiseModel: AttributionModel, PathCrediting {}

/// A path that converted, lent for one call.
struct CreditedPath {
  /// At least one touch.
  let touches: UnsafeBufferPointer<Int32>
  let totals: PathTotals
  let decay: UnsafeBufferPointer<DecayCredit>
}

/// Memory that paths share.
struct PathScratch {
  var weights: [Double] = []
  var distinct: DistinctTouchpoints
  /// By touchpoint.
  var flags: [Bool] = []
  var halfLife = 0

  init(touchpointCount: Int) { distinct = DistinctTouchpoints(touchpointCount: touchpointCount) }
}

extension PathCrediting {
  func prepare(_ scratch: inout PathScratch, for paths: PathTable) {}
}

extension PathwiseModel {
  /// The model with each path's credit worked out already.
  public func resampled(_ journeys: ResampledJourneys) throws(AttributionError) -> ResampledModel {
    ResampledModel(SharedRows(self, journeys.rows))
  }

  /// Adds the paths' credits up.
  ///
  /// - Complexity: O(touches), in parallel.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    Attribution(
      credits: evidence.paths.credits(by: self), paths: evidence.paths,
      sumsToTotal: traits.contains(.sumsToTotal))
  }
}

extension PathTable {
  /// The credits that a model gives, path after path.
  ///
  /// Each part of the table is summed on its own, and the parts' sums are added in order with
  /// compensation: the result does not depend on the number of threads.
  ///
  /// - Complexity: O(touches), in parallel.
  func credits<Model: PathCrediting>(by model: Model) -> [Credit] {
    let occupied = parts.filter { $0.count > 0 }
    let sums = Parallel.map(occupied.count) { index in
      var sums = CreditSums(touchpointCount: touchpoints.count)
      var scratch = PathScratch(touchpointCount: touchpoints.count)
      model.prepare(&scratch, for: self)
      occupied[index].forEachTimedRow { touches, totals, decay in
        guard totals.conversions > 0 else { return }
        let path = CreditedPath(touches: touches, totals: totals, decay: decay)
        model.credit(path, &scratch, to: &sums)
      }
      return sums.credits
    }
    return (0..<touchpoints.count).map { id in
      Credit(
        conversions: sums.lazy.map { $0[id].conversions }.compensatedSum(),
        value: sums.lazy.map { $0[id].value }.compensatedSum())
    }
  }
}
