/// What the journeys along one path add up to.
public struct PathTotals: Sendable, Equatable, BitwiseCopyable {
  /// Conversions: journeys along the path that ended in one. Weights may be fractional.
  public var conversions: Double
  /// The value of those conversions, in the currency of the input.
  public var value: Double
  /// Journeys along the path that did not convert.
  public var nonConverting: Double

  public init(conversions: Double, value: Double = 0, nonConverting: Double = 0) {
    self.conversions = conversions
    self.value = value
    self.nonConverting = nonConverting
  }

  /// All journeys along the path, converting or not.
  public var journeys: Double { conversions + nonConverting }

  static func += (left: inout Self, right: Self) {
    left.conversions += right.conversions
    left.value += right.value
    left.nonConverting += right.nonConverting
  }
}
