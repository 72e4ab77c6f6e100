import Journeys
import MonteCarlo

/// What a model's figures came to on each replicate: any interval, error or rank can be taken from it without running the model
/// again.
public struct BootstrapDistribution: Sendable {
  /// The number of replicates.
  public let replicates: Int
  /// The number of touchpoints; ids are those of the path table.
  public let touchpointCount: Int
  /// By quantity, and then by touchpoint.
  private let samples: [Quantity: [Sample]]

  /// What is distributed.
  public enum Quantity: Sendable, CaseIterable {
    /// Credit in conversions.
    case conversions
    /// Credit in value.
    case value
    /// The removal effect, of models that have one.
    case removalEffect
  }

  /// How an interval is taken from the replicates.
  public enum Method: String, Sendable, CaseIterable {
    /// Between two percentiles of the replicates.
    case percentile
    /// Bias-corrected and accelerated, with the acceleration from a jackknife over two hundred groups of journeys.
    ///
    /// Source: B. Efron, "Better bootstrap confidence intervals", JASA 82 (1987).
    case bca
  }

  /// One touchpoint's figures.
  private struct Sample: Sendable {
    /// On the data as they are.
    let estimate: Double
    /// In the order of the replicates, and ascending.
    let replicates: [Double]
    let sorted: [Double]
    let acceleration: Double

    init(estimate: Double, replicates: [Double], leftOut: [Double]) {
      self.estimate = estimate
      self.replicates = replicates
      sorted = replicates.sorted()
      // Against the estimate and not the mean of those left out: the number of journeys is random as well.
      var (squares, cubes) = (0.0, 0.0)
      for value in leftOut {
        let difference = estimate - value
        squares += difference * difference
        cubes += difference * difference * difference
      }
      acceleration = squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
    }

    /// The value below which a share of the replicates lies, by linear interpolation between order statistics.
    func percentile(_ share: Double) -> Double {
      let position = share * Double(sorted.count - 1)
      let below = Int(position.rounded(.down))
      guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
      return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
    }
  }

  /// - Parameters:
  ///   - credits: By run: the replicates, the groups of the jackknife, and the data as they are.
  init(_ credits: [[ResampledCredit]], replicates: Int, rows: CanonicalRows) {
    self.replicates = replicates
    touchpointCount = rows.touchpoints.count
    var samples: [Quantity: [Sample]] = [:]
    let fields: [(Quantity, (ResampledCredit) -> Double)] = [
      (.conversions, { $0.conversions }), (.value, { $0.value }), (.removalEffect, { $0.removalEffect }),
    ]
    for (quantity, field) in fields {
      guard let first = credits.last?.first, !field(first).isNaN else { continue }
      var canonical: [Sample?] = [Sample?](repeating: nil, count: touchpointCount)
      for id in 0..<touchpointCount {
        let figures = credits.map { field($0[id]) }
        canonical[Int(rows.tableIDs[id])] = Sample(
          estimate: figures[figures.count - 1], replicates: Array(figures[..<replicates]),
          leftOut: Array(figures[replicates..<figures.count - 1]))
      }
      samples[quantity] = canonical.map { $0! }
    }
    self.samples = samples
  }

  /// Whether the model has such a figure.
  public func has(_ quantity: Quantity) -> Bool { samples[quantity] != nil }

  private func sample(_ touchpoint: Int, _ quantity: Quantity) -> Sample {
    guard let samples = samples[quantity] else { preconditionFailure("the model has no such figure") }
    return samples[touchpoint]
  }

  /// A touchpoint's figure on each replicate.
  public func values(_ touchpoint: Int, _ quantity: Quantity = .conversions) -> [Double] {
    sample(touchpoint, quantity).replicates
  }

  /// The standard deviation of a touchpoint's figure over the replicates.
  public func standardError(_ touchpoint: Int, _ quantity: Quantity = .conversions) -> Double {
    let values = sample(touchpoint, quantity).replicates
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// An interval that covers the true figure with a probability of about `level`.
  ///
  /// It fails for figures that rest on few conversions: a touchpoint that no replicate can lose or gain has an interval of no
  /// width.
  /// - Parameters:
  ///   - level: Between 0 and 1.
  ///   - method: How it is taken from the replicates.
  public func interval(
    _ touchpoint: Int, _ quantity: Quantity = .conversions, level: Double = 0.95, method: Method = .bca
  ) -> ClosedRange<Double> {
    precondition(level > 0 && level < 1, "a level is between 0 and 1")
    let sample = sample(touchpoint, quantity)
    let tail = (1 - level) / 2
    var shares = (tail, 1 - tail)
    if method == .bca {
      // Replicates equal to the estimate count half on either side.
      let below = sample.replicates.reduce(0.0) {
        $0 + ($1 < sample.estimate ? 1 : $1 == sample.estimate ? 0.5 : 0)
      }
      let bias = Normal.quantile(
        min(max(below / Double(replicates), 0.5 / Double(replicates)), 1 - 0.5 / Double(replicates)))
      func corrected(_ share: Double) -> Double {
        let z = bias + Normal.quantile(share)
        let scale = 1 - sample.acceleration * z
        // Beyond the pole the correction means nothing.
        return scale > 0 ? Normal.cumulative(bias + z / scale) : share < 0.5 ? 0 : 1
      }
      shares = (corrected(tail), corrected(1 - tail))
    }
    let (low, high) = (sample.percentile(shares.0), sample.percentile(shares.1))
    return min(low, high)...max(low, high)
  }

  // MARK: Ranks

  /// The probability, over the replicates, that each touchpoint's credit is among the `count` largest. Equal credits share a place.
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
