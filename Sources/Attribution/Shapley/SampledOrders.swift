import TouchstoneMonteCarlo
import TouchstoneParallel

/// Shapley values from random orders in antithetic pairs: an order and its reverse.
///
/// Each order's contributions sum to the total, so their means do. The standard error is that of the pairs' means.
///
/// Source: J. Castro, D. Gómez, J. Tejada, "Polynomial calculation of the Shapley value based on sampling", 2009.
struct SampledOrders: Sendable {
  let credits: [Credit]
  /// In conversions, by touchpoint; NaN for a single pair.
  let standardErrors: [Double]
  /// The number of orders sampled.
  let orders: Int

  /// When to stop sampling.
  struct Effort: Sendable {
    /// The most orders.
    var orders: Int
    /// The relative standard error that is enough for touchpoints with at least the mean credit; 0 to sample all
    /// orders.
    var precision = 0.0
    var seed: UInt64
  }

  /// The fewest pairs in a chunk of parallel work: starting one must not cost more than its orders.
  private static let pairsPerChunk = 16
  /// The chunks after which the precision reached is looked at: enough for any number of cores, and 512 orders.
  private static let chunksPerRound = 16
  /// The most chunks where no precision is asked for: each keeps sums of its own.
  private static let mostChunks = 256

  /// Samples.
  ///
  /// - Parameters:
  ///   - count: The number of touchpoints.
  ///   - contributions: What each touchpoint adds when touchpoints join in a given order.
  init(count: Int, effort: Effort, contributions: @Sendable ([Int]) -> [Credit]) {
    let most = (effort.orders + 1) / 2
    // Chunks depend on the request alone, so that sums have one order of addition.
    let length = effort.precision > 0 ? Self.pairsPerChunk : max(Self.pairsPerChunk, most / Self.mostChunks)
    let chunks = Parallel.ranges(count: most, length: length)
    let round = effort.precision > 0 ? Self.chunksPerRound : chunks.count
    var sums: [SampleSums] = []
    var result: SampledOrders?
    for first in stride(from: 0, to: chunks.count, by: round) {
      let now = chunks[first..<min(first + round, chunks.count)]
      sums += Parallel.map(now.count) { index in
        var sums = SampleSums(count: count)
        for pair in now[first + index] {
          var stream = RandomStream(seed: effort.seed, purpose: .permutation, index: UInt64(pair))
          let order = (0..<count).shuffled(using: &stream)
          sums.add(contributions(order), contributions(order.reversed()))
        }
        return sums
      }
      result = SampledOrders(sums, pairs: now.last!.upperBound, count: count)
      if effort.precision > 0 && result!.largestRelativeError <= effort.precision { break }
    }
    self = result!
  }

  private init(_ sums: [SampleSums], pairs: Int, count: Int) {
    let pairCount = Double(pairs)
    var credits = [Credit](repeating: Credit(), count: count)
    var standardErrors = [Double](repeating: .nan, count: count)
    for id in 0..<count {
      credits[id] = Credit(
        conversions: sums.lazy.map { $0.credits[id].conversions }.compensatedSum() / pairCount,
        value: sums.lazy.map { $0.credits[id].value }.compensatedSum() / pairCount)
      if pairs > 1 {
        let squares = sums.lazy.map { $0.squares[id] }.compensatedSum()
        let spread = squares - pairCount * credits[id].conversions * credits[id].conversions
        standardErrors[id] = (max(spread, 0) / (pairCount - 1) / pairCount).squareRoot()
      }
    }
    self.credits = credits
    self.standardErrors = standardErrors
    orders = 2 * pairs
  }

  /// The largest relative standard error of the touchpoints with at least the mean credit.
  var largestRelativeError: Double {
    let mean = credits.lazy.map(\.conversions).compensatedSum() / Double(credits.count)
    return zip(credits, standardErrors).reduce(0) { largest, pair in
      let credit = pair.0.conversions
      return credit > 0 && credit >= mean ? max(largest, pair.1 / credit) : largest
    }
  }

  /// What a chunk of antithetic pairs adds up to.
  private struct SampleSums: Sendable {
    var credits: [Credit]
    /// Of the pairs' means, in conversions.
    var squares: [Double]

    init(count: Int) {
      credits = [Credit](repeating: Credit(), count: count)
      squares = [Double](repeating: 0, count: count)
    }

    mutating func add(_ order: [Credit], _ reversed: [Credit]) {
      for id in credits.indices {
        let mean = (order[id].conversions + reversed[id].conversions) / 2
        credits[id].conversions += mean
        credits[id].value += (order[id].value + reversed[id].value) / 2
        squares[id] += mean * mean
      }
    }
  }
}
