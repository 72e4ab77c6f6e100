import Algorithms
import RealModule

/// Poisson distributions of many means, drawn from by inversion: one uniform word gives one draw.
///
/// Source: inversion by sequential search, L. Devroye, "Non-Uniform Random Variate Generation", 1986, X.3; here the
/// search is binary, over a table that leaves out less than 1e-16 at either end. Means above ``largestTabulated`` are
/// drawn from the normal distribution of the same mean and variance, rounded; its distribution function is then nowhere
/// off by more than 1e-4.
public struct PoissonTables: Sendable {
  /// The largest mean that gets a table.
  public static let largestTabulated = 1e7

  /// Tables of fewer counts than this, those of means below 13, are searched from the front, where the answer lies.
  private static let mostScanned = 64

  private struct Table: Sendable {
    let mean: Double
    /// The first count in the table.
    let first: Int
    let range: Range<Int>
  }

  private var tables: [Table] = []
  private var cumulative: [Double] = []
  private var ids: [Double: Int32] = [:]

  public init() {}

  /// The id under which a mean's table is kept; -1 for a mean of 0.
  ///
  /// - Parameter mean: Finite and not negative.
  public mutating func id(ofMean mean: Double) -> Int32 {
    precondition(mean >= 0 && mean.isFinite, "a mean is finite and not negative")
    if mean == 0 { return -1 }
    if let id = ids[mean] { return id }
    let id = Int32(tables.count)
    ids[mean] = id
    tables.append(mean > Self.largestTabulated ? Table(mean: mean, first: 0, range: 0..<0) : makeTable(mean))
    return id
  }

  private mutating func makeTable(_ mean: Double) -> Table {
    // Ten standard deviations, and twenty counts more for small means, leave out less than 1e-16.
    let spread = 10 * mean.squareRoot() + 20
    let first = max(0, Int(mean - spread))
    let last = Int(mean + spread)
    let start = cumulative.count
    // From the logarithm of the first term, since e^-mean may be 0.
    var term = Double.exp(Double(first) * Double.log(mean) - mean - Double.logGamma(Double(first) + 1))
    var sum = 0.0
    for count in first...last {
      sum += term
      cumulative.append(sum)
      term *= mean / Double(count + 1)
    }
    for index in start..<cumulative.count { cumulative[index] /= sum }
    return Table(mean: mean, first: first, range: start..<cumulative.count)
  }

  /// A draw.
  ///
  /// - Parameters:
  ///   - id: What ``id(ofMean:)`` returned.
  ///   - word: A uniform word; its upper 53 bits are used.
  @inline(__always)
  public func draw(_ id: Int32, _ word: UInt64) -> Double {
    if id < 0 { return 0 }
    let table = tables[Int(id)]
    let uniform = Uniform.halfOpen(word)
    if table.range.isEmpty {
      return max(0, (table.mean + table.mean.squareRoot() * Normal.quantile(Uniform.open(word))).rounded())
    }
    return cumulative.withUnsafeBufferPointer { cumulative in
      // The last count takes all that is left.
      let last = table.range.upperBound - 1
      var found = table.range.lowerBound
      if last - found < Self.mostScanned && table.first == 0 {
        // Small means: the answer is near the front.
        while found < last && cumulative[found] <= uniform { found += 1 }
      } else {
        found = (found..<last).partitioningIndex { cumulative[$0] > uniform }
      }
      return Double(found - table.range.lowerBound + table.first)
    }
  }
}
