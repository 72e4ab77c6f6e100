import BigInt

/// An exact fraction: the oracle of the matrix core.
public struct Rational: Equatable, Sendable {
  public let numerator: BigInt
  public let denominator: BigInt

  public init(_ numerator: BigInt, _ denominator: BigInt = 1) {
    precondition(denominator != 0, "division by zero")
    let divisor = numerator.greatestCommonDivisor(with: denominator)
    let sign: BigInt = denominator < 0 ? -1 : 1
    self.numerator = numerator == 0 ? 0 : sign * numerator / divisor
    self.denominator = numerator == 0 ? 1 : sign * denominator / divisor
  }

  /// The exact value of a whole number held in a Double.
  public init(whole value: Double) { self.init(BigInt(exactly: value)!) }

  public static func + (left: Self, right: Self) -> Self {
    Rational(
      left.numerator * right.denominator + right.numerator * left.denominator,
      left.denominator * right.denominator)
  }
  public static func - (left: Self, right: Self) -> Self {
    left + Rational(-right.numerator, right.denominator)
  }
  public static func * (left: Self, right: Self) -> Self {
    Rational(left.numerator * right.numerator, left.denominator * right.denominator)
  }
  public static func / (left: Self, right: Self) -> Self {
    Rational(left.numerator * right.denominator, left.denominator * right.numerator)
  }

  /// The nearest Double, to within one unit in the last place.
  public var double: Double {
    if numerator == 0 { return 0 }
    // Scale the quotient to 64 bits, then undo it.
    let shift = 64 - (numerator.magnitude.bitWidth - denominator.magnitude.bitWidth)
    let scaled =
      shift >= 0
      ? (numerator.magnitude << shift) / denominator.magnitude
      : numerator.magnitude / (denominator.magnitude << -shift)
    let magnitude = Double(sign: .plus, exponent: -shift, significand: Double(scaled))
    return numerator < 0 ? -magnitude : magnitude
  }

  /// The solution x of A x = b by Gaussian elimination; rows of `matrix` are equations. Any non-zero pivot will do.
  public static func solve(_ matrix: [[Rational]], _ rightSide: [Rational]) -> [Rational] {
    let order = matrix.count
    var rows = zip(matrix, rightSide).map { $0 + [$1] }
    let zero = Rational(0)
    for column in 0..<order {
      let pivot = (column..<order).first { rows[$0][column] != zero }!
      rows.swapAt(column, pivot)
      for row in 0..<order where row != column && rows[row][column] != zero {
        let factor = rows[row][column] / rows[column][column]
        for k in column...order { rows[row][k] = rows[row][k] - factor * rows[column][k] }
      }
    }
    return (0..<order).map { rows[$0][order] / rows[$0][$0] }
  }
}
