/// Credit that halves with every `halfLife` days back from the conversion: a touch at time tᵢ weighs
/// 2^(−(T−tᵢ)/halfLife), normalised over the path.
///
/// It needs the times of the touches. A path table has none, and the model says so.
public struct TimeDecay: AttributionModel {
  public let name = "time-decay"
  /// The number of days over which the weight halves.
  public let halfLife: Double

  /// - Parameter halfLife: The number of days over which the weight halves. Traps unless above 0.
  public init(halfLife: Double = 7) {
    precondition(halfLife > 0, "a half-life is above 0")
    self.halfLife = halfLife
  }

  public var parameters: [ModelParameter] { [ModelParameter("half-life", .number(halfLife))] }
  public var traits: ModelTraits { [.orderSensitive, .needsTimes, .sumsToTotal] }

  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    throw .timesMissing(model: name)
  }
}
