/// A running sum that carries its own rounding error (Neumaier's variant of Kahan's summation).
///
/// The result is as if computed in twice the working precision and rounded once, as long as the
/// terms do not overflow: for n terms the error is at most `ulp(sum)/2 + n² ε² Σ|x|`, where a plain
/// loop has `n ε Σ|x|`.
///
/// Edge cases: 0 without terms; a sum that overflows on the way stays infinite, also where the terms would cancel
/// later; infinities of both signs, or a NaN, give NaN. The result does depend on the order of the terms, by less than
/// that bound.
///
/// Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen",
/// ZAMM 54 (1974).
public struct CompensatedSum: Sendable {
  @usableFromInline var sum: Double
  @usableFromInline var correction: Double

  /// An empty sum, 0.
  public init() { self.init(0) }

  /// A sum that starts at `value`.
  public init(_ value: Double) {
    sum = value
    correction = 0
  }

  /// Adds one term.
  @inlinable public mutating func add(_ term: Double) {
    let total = sum + term
    if abs(sum) >= abs(term) {
      correction += (sum - total) + term
    } else {
      correction += (term - total) + sum
    }
    sum = total
  }

  /// The sum so far, rounded to one `Double`.
  public var value: Double {
    // An infinite sum has a NaN correction; the sum itself is then the answer.
    sum.isFinite ? sum + correction : sum
  }
}

extension Sequence where Element == Double {
  /// The compensated sum of all elements; 0 for an empty sequence.
  ///
  /// - Complexity: O(n).
  public func compensatedSum() -> Double {
    var sum = CompensatedSum()
    for term in self { sum.add(term) }
    return sum.value
  }
}
