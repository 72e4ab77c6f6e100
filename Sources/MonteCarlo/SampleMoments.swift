/// The mean of a sample and how far it scatters.
///
/// The sum of squares is taken about the mean in a second pass: no digits cancel.
public struct SampleMoments: Sendable, Equatable {
  public let count: Int
  /// NaN for an empty sample.
  public let mean: Double
  /// Σ (x − mean)².
  public let squares: Double

  /// - Complexity: O(n), two passes.
  public init(_ sample: [Double]) {
    count = sample.count
    let mean = sample.reduce(0, +) / Double(count)
    self.mean = mean
    squares = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }

  /// The unbiased variance, Σ (x − mean)² / (n − 1); NaN below two.
  public var variance: Double { count > 1 ? squares / Double(count - 1) : .nan }

  /// The standard deviation of the sample; NaN below two.
  public var standardDeviation: Double { variance.squareRoot() }

  /// The standard error of the mean, √(variance / n); NaN below two.
  public var standardError: Double { (variance / Double(count)).squareRoot() }
}
