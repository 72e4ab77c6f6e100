import RealModule
import TouchstoneMonteCarlo

/// Counts drawn by inverting a distribution function at one uniform number: they rise with the mean.
enum Counts {
  /// Means above this are drawn from the normal distribution, rounded.
  private static let largestSummed = 500.0

  /// The number of events of a Poisson distribution, at a uniform number.
  @inline(__always)
  static func poisson(_ uniform: Double, mean: Double) -> Int {
    // e^−λ ≥ 1 − λ: on most days there is nothing, and no exponential is needed to know.
    uniform < 1 - mean ? 0 : poissonBySum(uniform, mean: mean)
  }

  @inline(never)
  private static func poissonBySum(_ uniform: Double, mean: Double) -> Int {
    if mean <= 0 { return 0 }
    if mean > largestSummed {
      let point = mean + mean.squareRoot() * Normal.quantile(uniform + 0x1p-54)
      return Int(min(max(0, point.rounded()), 1e9))
    }
    var term = Double.exp(-mean)
    var sum = term
    var count = 0
    // The sum may end a little below 1: beyond 40 standard deviations nothing is left.
    let most = Int(mean + 40 * mean.squareRoot()) + 40
    while uniform >= sum && count < most {
      count += 1
      term *= mean / Double(count)
      sum += term
    }
    return count
  }
}
