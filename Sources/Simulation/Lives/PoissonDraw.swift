import RealModule
import TouchstoneMonteCarlo

/// A draw from a Poisson distribution by inverting its distribution function at one uniform number: it rises with the
/// mean.
enum PoissonDraw {
  /// Means above this are drawn from the normal distribution, rounded: e^−λ is a number up to 700 alone, and the sum
  /// takes λ steps.
  private static let largestSummed = 500.0
  /// So far above the mean, in standard deviations and counts, nothing is left to be drawn.
  private static let reach = (deviations: 40.0, counts: 40)
  /// No draw is larger, so that it fits in 32 bits.
  private static let largest = 1e9

  /// The number of events at a uniform number from [0, 1).
  @inline(__always)
  static func count(at uniform: Double, mean: Double) -> Int {
    // e^−λ ≥ 1 − λ: on most days there is nothing, and no exponential is needed to know.
    uniform < 1 - mean ? 0 : countBySum(uniform, mean: mean)
  }

  @inline(never)
  private static func countBySum(_ uniform: Double, mean: Double) -> Int {
    if mean <= 0 { return 0 }
    if mean > largestSummed {
      let point = mean + mean.squareRoot() * Normal.quantile(Uniform.open(halfOpen: uniform))
      return Int(min(max(0, point.rounded()), largest))
    }
    var term = Double.exp(-mean)
    var sum = term
    var count = 0
    // The sum may end a little below 1.
    let most = Int(mean + reach.deviations * mean.squareRoot()) + reach.counts
    while uniform >= sum && count < most {
      count += 1
      term *= mean / Double(count)
      sum += term
    }
    return count
  }
}
