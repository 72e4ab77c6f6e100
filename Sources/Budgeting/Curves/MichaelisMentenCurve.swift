import RealModule

/// β x / (x + γ).
public struct MichaelisMentenCurve: ScaledCurve {
  public static let family = CurveFamily.michaelisMenten
  /// The most that spend can bring.
  public let beta: Double
  /// The spend that brings half of it.
  public let gamma: Double

  /// - Parameters:
  ///   - beta: Not negative.
  ///   - gamma: Above 0.
  public init(beta: Double, gamma: Double) {
    precondition(beta >= 0 && gamma > 0, "parameters of a curve")
    self.beta = beta
    self.gamma = gamma
  }

  public func response(_ spend: Double) -> Double { beta * spend / (spend + gamma) }
  public func marginal(_ spend: Double) -> Double { beta / (spend + gamma) * (gamma / (spend + gamma)) }

  /// x = √(βγ/λ) − γ.
  public func spend(atMarginal price: Double) -> Double {
    guard price > 0 else { return .infinity }
    return max(0, beta.squareRoot() * (gamma / price).squareRoot() - gamma)
  }

  public static func starts(scale: Double) -> [Self] { [0.1, 0.5, 2, 10].map { Self(beta: 1, gamma: $0 * scale) } }
}
