import Foundation

/// Bounds for tests of chance, from a stated false-alarm rate: how often the bound fails where the code is right.
///
/// A test with a fixed seed passes always or never; the rate says how likely it was, before it was run for the first
/// time, that right code would fail it. A suite of a thousand such figures at the usual rate fails once in a thousand
/// seeds.
///
/// It shares no code with what it tests: quantiles come from `erfc` by bisection, counts from sums of their
/// probabilities.
public enum Chance {
  /// The rate where a test states none: one in a million, for both sides of an interval together.
  public static let usualFalseAlarm = 1e-6

  /// How many standard deviations a normal figure stays within, on both sides together but for the false-alarm rate:
  /// 4.89 at the usual one.
  public static func deviations(falseAlarm: Double = usualFalseAlarm) -> Double {
    precondition(falseAlarm > 0 && falseAlarm < 1, "a probability")
    // P(|Z| > z) = erfc(z / √2), which falls.
    return bisect(0...40) { erfc($0 / 2.0.squareRoot()) > falseAlarm }
  }

  /// Where a normal figure lies: a sum or a mean of many draws, an estimate with a known standard error.
  ///
  /// - Parameters:
  ///   - mean: What is expected.
  ///   - standardDeviation: Of the figure itself: of a mean of n draws, that of a draw over √n.
  public static func interval(
    mean: Double, standardDeviation: Double, falseAlarm: Double = usualFalseAlarm
  ) -> ClosedRange<Double> {
    let reach = deviations(falseAlarm: falseAlarm) * standardDeviation
    return mean - reach...mean + reach
  }

  /// Where the number of successes lies in independent trials of one probability: exact, also where few are expected.
  ///
  /// - Complexity: O(√count).
  public static func interval(
    count: Int, probability: Double, falseAlarm: Double = usualFalseAlarm
  ) -> ClosedRange<Double> {
    precondition(count >= 0 && (0...1).contains(probability), "trials of one probability")
    if probability == 0 || probability == 1 { return Double(count) * probability...Double(count) * probability }
    let mean = Double(count) * probability
    return discrete(mean, variance: mean * (1 - probability), largest: count, falseAlarm) { successes in
      lgamma(Double(count + 1)) - lgamma(Double(successes + 1)) - lgamma(Double(count - successes + 1))
        + Double(successes) * log(probability) + Double(count - successes) * log1p(-probability)
    }
  }

  /// Where a Poisson count lies: exact, also where few are expected.
  ///
  /// - Complexity: O(√mean).
  public static func interval(
    poissonMean mean: Double, falseAlarm: Double = usualFalseAlarm
  ) -> ClosedRange<Double> {
    precondition(mean >= 0 && mean.isFinite, "a mean")
    if mean == 0 { return 0...0 }
    return discrete(mean, variance: mean, largest: .max, falseAlarm) { count in
      Double(count) * log(mean) - mean - lgamma(Double(count + 1))
    }
  }

  /// The value that a χ² statistic stays below: Σ (observed − expected)² / expected over cells.
  ///
  /// - Parameters:
  ///   - degrees: One less than the cells, where their sum is given.
  public static func largestChiSquare(degrees: Int, falseAlarm: Double = usualFalseAlarm) -> Double {
    bisect(0...Double(1_000 + 10 * degrees)) { chiSquareTail($0, degrees) > falseAlarm }
  }

  /// P(χ² > x): by the recurrence over degrees two apart, Q(k + 2) = Q(k) + (x/2)^(k/2) e^(−x/2) / Γ(k/2 + 1).
  private static func chiSquareTail(_ x: Double, _ degrees: Int) -> Double {
    precondition(degrees >= 1, "degrees of freedom")
    if x == 0 { return 1 }
    let isOdd = !degrees.isMultiple(of: 2)
    var tail = isOdd ? erfc((x / 2).squareRoot()) : exp(-x / 2)
    for lower in stride(from: isOdd ? 1 : 2, to: degrees, by: 2) {
      let half = Double(lower) / 2
      tail += exp(half * log(x / 2) - x / 2 - lgamma(half + 1))
    }
    return tail
  }

  /// Where a falling condition ends: to the last bit.
  private static func bisect(_ range: ClosedRange<Double>, holds: (Double) -> Bool) -> Double {
    var (low, high) = (range.lowerBound, range.upperBound)
    while case let middle = (low + high) / 2, middle > low, middle < high {
      if holds(middle) { low = middle } else { high = middle }
    }
    return high
  }

  /// The counts outside of which either side has at most half of the false-alarm rate.
  private static func discrete(
    _ mean: Double, variance: Double, largest: Int, _ falseAlarm: Double, logProbability: (Int) -> Double
  ) -> ClosedRange<Double> {
    precondition(falseAlarm > 1e-20 && falseAlarm < 1, "a rate that the sums below can tell from 0")
    // What lies beyond has a probability below 1e-30.
    let reach = 12 * variance.squareRoot() + 60
    let (first, last) = (Int(max(0, mean - reach)), Int(min(Double(largest), mean + reach)))
    func end(_ counts: some Sequence<Int>) -> Int {
      var tail = 0.0
      return counts.first {
        tail += exp(logProbability($0))
        return tail > falseAlarm / 2
      }!
    }
    return Double(end(first...last))...Double(end((first...last).reversed()))
  }
}
