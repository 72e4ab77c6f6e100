/// A fixed share to the first and to the last touch, the rest equally to those between.
///
/// One touch takes all; of two, each takes its share of `first + last`, or half where both are 0.
///
/// Example: of one conversion along a > b > c > d, by default a and d get 0.4 each, b and c 0.1.
public struct PositionBased: PathRule {
  public let name = "position-based"
  /// The share of the first touch, 0…1.
  public let first: Double
  /// The share of the last touch, 0…1.
  public let last: Double

  /// - Parameters:
  ///   - first: The share of the first touch.
  ///   - last: The share of the last touch. Traps unless both are at least 0 and sum to at most 1.
  public init(first: Double = 0.4, last: Double = 0.4) {
    precondition(Self.areShares(first, last), "shares of one path sum to at most 1")
    self.first = first
    self.last = last
  }

  /// Whether two numbers are shares of one path; 1e-12 more than 1 is rounding, as in 0.7 + 0.2 + 0.1.
  static func areShares(_ first: Double, _ last: Double) -> Bool {
    first >= 0 && last >= 0 && first + last <= 1 + 1e-12
  }

  /// Named pairs of shares.
  public enum Shape: String, Sendable, CaseIterable {
    /// 40 % to the first and to the last touch.
    case u = "u"
    /// 20 % to the first touch, 60 % to the last.
    case j = "j"
    /// 60 % to the first touch, 20 % to the last.
    case inverseJ = "inverse-j"
  }

  /// The model of a named pair of shares.
  public init(_ shape: Shape) {
    switch shape {
    case .u: self.init(first: 0.4, last: 0.4)
    case .j: self.init(first: 0.2, last: 0.6)
    case .inverseJ: self.init(first: 0.6, last: 0.2)
    }
  }

  public var parameters: [ModelParameter] {
    [ModelParameter("first", .number(first)), ModelParameter("last", .number(last))]
  }

  func weigh(_ path: UnsafeBufferPointer<Int32>, _ weights: UnsafeMutableBufferPointer<Double>) {
    let end = path.count - 1
    switch path.count {
    case 1: weights[0] = 1
    case 2:
      weights[0] = first + last > 0 ? first / (first + last) : 0.5
      weights[1] = first + last > 0 ? last / (first + last) : 0.5
    default:
      weights[0] = first
      let share = (1 - first - last) / Double(path.count - 2)
      for position in 1..<end { weights[position] = share }
      weights[end] = last
    }
  }
}
