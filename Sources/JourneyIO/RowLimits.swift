/// The numbers that rows may hold without costing others their precision.
enum RowLimits {
  /// The smallest weight but 0: below it, shares of shares would leave the range of Double.
  static let smallestCount = 1e-9
  /// The largest count that Double holds exactly together with every smaller one.
  static let largestCount = 9_007_199_254_740_992.0
  /// The largest value, either way, for the first reason.
  static let largestValue = 1e15

  static func isCount(_ number: Double) -> Bool {
    number == 0 || (number >= smallestCount && number <= largestCount)
  }
}
