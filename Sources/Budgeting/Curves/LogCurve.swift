import RealModule

/// β ln(1 + x/γ): each doubling of a large spend adds the same.
///
/// ```swift
/// let curve = LogCurve(beta: 30, gamma: 80)
/// curve.response(80)  // 20.79
/// curve.marginal(80)  // 0.1875: what the next unit of money brings
/// curve.spend(atMarginal: 0.1875)  // 80
/// ```
public struct LogCurve: ScaledCurve {
  // MARK: The family

  public static let name = "log"

  // MARK: Parameters

  /// What multiplying a large spend by e adds.
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

  // MARK: The curve

  public func response(_ spend: Double) -> Double { beta * .log(onePlus: spend / gamma) }
  public func marginal(_ spend: Double) -> Double { beta / (gamma + spend) }

  /// x = β/λ − γ.
  public func spend(atMarginal price: Double) -> Double {
    guard price > 0 else { return .infinity }
    return max(0, beta / price - gamma)
  }

  // MARK: Fitting

  public static func starts(scale: Double) -> [Self] { [0.1, 0.5, 2, 10].map { Self(beta: 1, gamma: $0 * scale) } }
}
