/// Draws from a discrete distribution in constant time: one word, one look-up.
///
/// The outcomes' weights are cut into as many columns of equal height as there are outcomes, so that each column holds
/// at most two outcomes. The upper half of a word chooses the column, the lower half one of its two: probabilities are
/// kept to 2⁻³².
///
/// Edge cases: an outcome of weight 0 is never drawn but for rounding, 2⁻³² of a column at most; a single outcome is
/// drawn always. Postcondition: outcome i of n is drawn with its weight's share of the total, to n 2⁻³².
///
/// Source: A. Walker, "An efficient method for generating discrete random variables with general distributions", ACM
/// TOMS 3 (1977); made in O(n) after M. Vose, "A linear algorithm for generating random numbers with a given
/// distribution", IEEE TSE 17 (1991).
public struct AliasTable: Sendable {
  @usableFromInline
  struct Column: Sendable, BitwiseCopyable {
    /// The column's own outcome is drawn below this, the other one from it on.
    @usableFromInline var threshold: UInt32
    @usableFromInline var other: UInt32
  }

  @usableFromInline let columns: [Column]

  /// A table for weights. Traps unless they are finite, not negative, and not all 0.
  ///
  /// - Complexity: O(n).
  public init(_ weights: [Double]) { columns = Self.columns(weights) }

  /// The number of outcomes.
  public var count: Int { columns.count }

  static func columns(_ weights: [Double]) -> [Column] {
    let total = weights.reduce(0, +)
    precondition(
      total > 0 && total.isFinite && weights.allSatisfy { $0 >= 0 } && weights.count < 1 << 31,
      "weights of a distribution")
    let count = Double(weights.count)
    // Heights against the mean.
    var heights = weights.map { $0 / total * count }
    var columns = weights.indices.map { Column(threshold: .max, other: UInt32($0)) }
    var low = weights.indices.filter { heights[$0] < 1 }
    var high = weights.indices.filter { heights[$0] >= 1 }
    while let short = low.popLast(), let tall = high.last {
      columns[short] = Column(threshold: UInt32(heights[short] * 0x1p32), other: UInt32(tall))
      heights[tall] -= 1 - heights[short]
      if heights[tall] < 1 {
        high.removeLast()
        low.append(tall)
      }
    }
    // What is left is full but for rounding.
    return columns
  }

  /// By column, its two outcomes: the first where the lower half of a word is below the threshold, else the other one.
  /// For those who keep the outcomes themselves in the table.
  public var pairs: [(threshold: UInt32, own: Int, other: Int)] {
    columns.enumerated().map { (threshold: $1.threshold, own: $0, other: Int($1.other)) }
  }

  /// The outcome that a uniform word chooses.
  @inlinable @inline(__always)
  public func draw(_ word: UInt64) -> Int {
    columns.withUnsafeBufferPointer { Self.draw(word, $0) }
  }

  @inlinable @inline(__always)
  static func draw(_ word: UInt64, _ columns: UnsafeBufferPointer<Column>) -> Int {
    let index = Int(truncatingIfNeeded: ((word &>> 32) &* UInt64(truncatingIfNeeded: columns.count)) &>> 32)
    let column = columns[index]
    return UInt32(truncatingIfNeeded: word) < column.threshold ? index : Int(column.other)
  }
}
