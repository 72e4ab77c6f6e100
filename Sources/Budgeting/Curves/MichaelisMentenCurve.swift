import RealModule

/// β x / (x + γ): each unit brings less, by the square of what is left to gain.
///
/// ```swift
/// let curve = MichaelisMentenCurve(beta: 60, gamma: 150)
/// curve.response(150)  // 30
/// curve.marginal(150)  // 0.1: what the next unit of money brings
/// curve.spend(atMarginal: 0.1)  // 150
/// ```
public struct MichaelisMentenCurve: ScaledCurve {
  // MARK: The family

  public static let name = "michaelis-menten"

  // MARK: Parameters

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

  // MARK: The curve

  public func response(_ spend: Double) -> Double { beta * spend / (spend + gamma) }
  public func marginal(_ spend: Double) -> Double { beta / (spend + gamma) * (gamma / (spend + gamma)) }

  /// x = √(βγ/λ) − γ.
  public func spend(atMarginal price: Double) -> Double {
    guard price > 0 else { return .infinity }
    return max(0, beta.squareRoot() * (gamma / price).squareRoot() - gamma)
  }

  // MARK: Fitting

  public static func starts(scale: Double) -> [Self] { [0.1, 0.5, 2, 10].map { Self(beta: 1, gamma: $0 * scale) } }
}
