/// The time-decay credit of one position of a path, summed over the journeys along it.
///
/// Touch i of a journey that converted at T gets the share wᵢ = 2^(−(T−tᵢ)/h) / Σⱼ 2^(−(T−tⱼ)/h) for a half-life h.
/// Shares times conversions, and times value, add up over the journeys of a path: no more is needed for an exact
/// answer.
public struct DecayCredit: Sendable, Equatable, BitwiseCopyable {
  /// The sum of share × conversions.
  public var conversions: Double
  /// The sum of share × value.
  public var value: Double

  public init(conversions: Double = 0, value: Double = 0) {
    self.conversions = conversions
    self.value = value
  }

  @inline(__always)
  static func += (left: inout Self, right: Self) {
    left.conversions += right.conversions
    left.value += right.value
  }
}
