import RealModule

/// β (1 − e^(−x/γ)): what is left to gain shrinks by the same share with every unit.
public struct ExponentialCurve: ScaledCurve {
  public static let family = CurveFamily.exponential
  /// The most that spend can bring.
  public let beta: Double
  /// The spend that brings 63 % of it.
  public let gamma: Double

  /// - Parameters:
  ///   - beta: Not negative.
  ///   - gamma: Above 0.
  public init(beta: Double, gamma: Double) {
    precondition(beta >= 0 && gamma > 0, "parameters of a curve")
    self.beta = beta
    self.gamma = gamma
  }

  public func response(_ spend: Double) -> Double { -beta * .expMinusOne(-spend / gamma) }
  public func marginal(_ spend: Double) -> Double { beta / gamma * .exp(-spend / gamma) }

  /// x = γ ln(β / (γλ)).
  public func spend(atMarginal price: Double) -> Double {
    guard price > 0 else { return .infinity }
    return beta == 0 ? 0 : max(0, gamma * (.log(beta / gamma) - .log(price)))
  }

  public static func starts(scale: Double) -> [Self] { [0.2, 0.7, 2, 8].map { Self(beta: 1, gamma: $0 * scale) } }
}
