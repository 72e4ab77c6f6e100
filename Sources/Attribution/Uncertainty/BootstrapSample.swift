import TouchstoneMonteCarlo

/// One figure on the data as they are and on each replicate: any interval or error can be taken from it.
public struct BootstrapSample: Sendable {
  /// On the data as they are.
  public let estimate: Double
  /// In the order of the replicates.
  public let replicates: [Double]
  private let sorted: [Double]
  /// NaN without a jackknife.
  private let acceleration: Double

  /// How an interval is taken from the replicates.
  public enum Method: String, Sendable, CaseIterable {
    /// Between two percentiles of the replicates.
    case percentile
    /// Bias-corrected and accelerated, with the acceleration from a jackknife over two hundred groups of journeys.
    ///
    /// Source: B. Efron, "Better bootstrap confidence intervals", JASA 82 (1987).
    case bca
  }

  /// - Parameter leftOut: The figure with each group of the jackknife left out.
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
    acceleration = leftOut.isEmpty ? .nan : squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
  }

  /// The value below which a share of the replicates lies, by linear interpolation between order statistics.
  private func percentile(_ share: Double) -> Double {
    let position = share * Double(sorted.count - 1)
    let below = Int(position.rounded(.down))
    guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
    return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
  }

  /// Whether the figure is defined on the data and on all replicates.
  public var isComplete: Bool { !estimate.isNaN && !replicates.contains { $0.isNaN } }

  /// The standard deviation over the replicates.
  public var standardError: Double { SampleMoments(replicates).standardDeviation }

  /// An interval that covers the true figure with a probability of about `level`.
  ///
  /// - Parameters:
  ///   - level: Between 0 and 1.
  ///   - method: How it is taken from the replicates.
  public func interval(level: Double = 0.95, method: Method = .bca) -> ClosedRange<Double> {
    precondition(level > 0 && level < 1, "a level is between 0 and 1")
    let tail = (1 - level) / 2
    var shares = (tail, 1 - tail)
    if method == .bca {
      precondition(!acceleration.isNaN, "BCa intervals need a bootstrap made for them")
      // Replicates equal to the estimate count half on either side.
      let below = replicates.reduce(0.0) { $0 + ($1 < estimate ? 1 : $1 == estimate ? 0.5 : 0) }
      let count = Double(replicates.count)
      let bias = Normal.quantile(min(max(below / count, 0.5 / count), 1 - 0.5 / count))
      func corrected(_ share: Double) -> Double {
        let z = bias + Normal.quantile(share)
        let scale = 1 - acceleration * z
        // Beyond the pole the correction means nothing.
        return scale > 0 ? Normal.cumulative(bias + z / scale) : share < 0.5 ? 0 : 1
      }
      shares = (corrected(tail), corrected(1 - tail))
    }
    let (low, high) = (percentile(shares.0), percentile(shares.1))
    return min(low, high)...max(low, high)
  }
}
