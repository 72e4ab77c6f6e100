import RealModule

/// β (1 − e^(−x/γ)): what is left to gain shrinks by the same share with every unit.
///
/// ```swift
/// let curve = ExponentialCurve(beta: 50, gamma: 120)
/// curve.response(120)  // 31.61, 63 % of 50
/// curve.marginal(120)  // 0.1533: what the next unit of money brings
/// curve.spend(atMarginal: 0.1533)  // 120
/// ```
public struct ExponentialCurve: ScaledCurve {
  // MARK: The family

  public static let name = "exponential"

  // MARK: Parameters

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

  // MARK: The curve

  public func response(_ spend: Double) -> Double { -beta * .expMinusOne(-spend / gamma) }
  public func marginal(_ spend: Double) -> Double { beta / gamma * .exp(-spend / gamma) }

  /// x = γ ln(β / (γλ)).
  public func spend(atMarginal price: Double) -> Double {
    guard price > 0 else { return .infinity }
    return beta == 0 ? 0 : max(0, gamma * (.log(beta / gamma) - .log(price)))
  }

  // MARK: Fitting

  public static func starts(scale: Double) -> [Self] { [0.2, 0.7, 2, 8].map { Self(beta: 1, gamma: $0 * scale) } }
}
