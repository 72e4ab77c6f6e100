import RealModule

/// β ln(1 + x/γ): each doubling of a large spend adds the same.
public struct LogCurve: ScaledCurve {
  public static let family = CurveFamily.log
  public let beta: Double
  /// The spend at which marginal response has halved.
  public let gamma: Double

  /// - Parameters:
  ///   - beta: Not negative.
  ///   - gamma: Above 0.
  public init(beta: Double, gamma: Double) {
    precondition(beta >= 0 && gamma > 0, "parameters of a curve")
    self.beta = beta
    self.gamma = gamma
  }

  public func response(_ spend: Double) -> Double { beta * .log(onePlus: spend / gamma) }
  public func marginal(_ spend: Double) -> Double { beta / (gamma + spend) }

  /// x = β/λ − γ.
  public func spend(atMarginal price: Double) -> Double {
    max(0, beta == 0 && price > 0 ? 0 : beta == 0 ? .infinity : beta / price - gamma)
  }

  public static func starts(scale: Double) -> [Self] { [0.1, 0.5, 2, 10].map { Self(beta: 1, gamma: $0 * scale) } }
}
