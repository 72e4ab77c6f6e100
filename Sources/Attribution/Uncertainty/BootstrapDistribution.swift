import TouchstoneJourneys

/// What a model's figures came to on each replicate: any interval, error or rank can be taken from it without running
/// the model again.
public struct BootstrapDistribution: Sendable {
  /// The number of replicates; 0 where there are no touchpoints.
  public let replicates: Int
  /// The number of touchpoints; ids are those of the path table.
  public let touchpointCount: Int
  /// By quantity, and then by touchpoint.
  private let samples: [Quantity: [BootstrapSample]]

  /// How an interval is taken from the replicates.
  public typealias Method = BootstrapSample.Method

  /// What is distributed.
  public enum Quantity: Sendable, CaseIterable {
    /// Credit in conversions.
    case conversions
    /// Credit in value.
    case value
    /// The removal effect, of models that have one.
    case removalEffect
  }

  /// - Parameter figures: By touchpoint of the canonical rows, the samples of ``ResampledCredit/figures``.
  init(_ figures: [BootstrapSample], rows: CanonicalRows) {
    let quantities = Quantity.allCases
    touchpointCount = rows.touchpoints.count
    replicates = figures.first?.replicates.count ?? 0
    var samples: [Quantity: [BootstrapSample]] = [:]
    for (index, quantity) in quantities.enumerated() {
      guard touchpointCount > 0, !figures[index].estimate.isNaN else { continue }
      var ordered = [BootstrapSample](repeating: figures[index], count: touchpointCount)
      for id in 0..<touchpointCount { ordered[Int(rows.tableIDs[id])] = figures[id * quantities.count + index] }
      samples[quantity] = ordered
    }
    self.samples = samples
  }

  /// Whether the model has such a figure.
  public func has(_ quantity: Quantity) -> Bool { samples[quantity] != nil }

  private func sample(_ touchpoint: Int, _ quantity: Quantity) -> BootstrapSample {
    guard let samples = samples[quantity] else { preconditionFailure("the model has no such figure") }
    return samples[touchpoint]
  }

  /// A touchpoint's figure on each replicate.
  public func values(_ touchpoint: Int, _ quantity: Quantity = .conversions) -> [Double] {
    sample(touchpoint, quantity).replicates
  }

  /// The standard deviation of a touchpoint's figure over the replicates.
  public func standardError(_ touchpoint: Int, _ quantity: Quantity = .conversions) -> Double {
    sample(touchpoint, quantity).standardError
  }

  /// An interval that covers the true figure with a probability of about `level`.
  ///
  /// It fails for figures that rest on few conversions: a touchpoint that no replicate can lose or gain has an interval
  /// of no width.
  /// - Parameters:
  ///   - level: Between 0 and 1.
  ///   - method: How it is taken from the replicates.
  public func interval(
    _ touchpoint: Int, _ quantity: Quantity = .conversions, level: Double = 0.95, method: Method = .bca
  ) -> ClosedRange<Double> {
    sample(touchpoint, quantity).interval(level: level, method: method)
  }

  /// By touchpoint, percentile intervals of the share of all conversions, each replicate's own; for models whose
  /// credits share them out.
  ///
  /// - Parameter baseline: Conversions that no touchpoint earned, which are taken to be as many in every replicate.
  public func shareIntervals(level: Double, baseline: Double = 0) -> [ClosedRange<Double>] {
    guard touchpointCount > 0 else { return [] }
    let columns = (0..<touchpointCount).map { values($0) }
    let totals = (0..<replicates).map { replicate in columns.reduce(baseline) { $0 + $1[replicate] } }
    return columns.map { column in
      let shares = zip(column, totals).map { $1 > 0 ? $0 / $1 : 0 }
      return BootstrapSample(estimate: .nan, replicates: shares, leftOut: []).interval(
        level: level, method: .percentile)
    }
  }

  // MARK: Ranks

  /// The probability, over the replicates, that each touchpoint's credit is among the `count` largest. Equal credits
  /// share a place.
  public func probabilitiesOfTop(_ count: Int) -> [Double] {
    var probabilities = [Double](repeating: 0, count: touchpointCount)
    let columns = (0..<touchpointCount).map { sample($0, .conversions).replicates }
    for replicate in 0..<replicates {
      let credits = columns.map { $0[replicate] }
      for touchpoint in 0..<touchpointCount {
        let above = credits.count { $0 > credits[touchpoint] }
        let equal = credits.count { $0 == credits[touchpoint] }
        probabilities[touchpoint] += min(1, max(0, Double(count - above) / Double(equal)))
      }
    }
    return probabilities.map { $0 / Double(replicates) }
  }

  /// The probability, over the replicates, that one touchpoint's credit is above another's. Equal credits count half.
  public func probability(of touchpoint: Int, above other: Int) -> Double {
    let (left, right) = (sample(touchpoint, .conversions).replicates, sample(other, .conversions).replicates)
    let sum = zip(left, right).reduce(0.0) { $0 + ($1.0 > $1.1 ? 1 : $1.0 == $1.1 ? 0.5 : 0) }
    return sum / Double(replicates)
  }
}
