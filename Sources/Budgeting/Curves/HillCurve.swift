import RealModule

/// β x^s / (γ^s + x^s): concave for s ≤ 1, S-shaped above, with a first stretch in which more spend pays more.
///
/// ```swift
/// let curve = HillCurve(beta: 40, gamma: 110, shape: 2)
/// curve.response(110)  // 20
/// curve.marginal(110)  // 0.1818: what the next unit of money brings
/// curve.inflection  // 63.51: up to there the next unit brings more than the one before
/// ```
public struct HillCurve: ParametricCurve {
  // MARK: The family

  public static let name = "hill"
  public static let parameterCount = 3
  public static let isConcave = false

  // MARK: Parameters

  /// The most that spend can bring.
  public let beta: Double
  /// The spend that brings half of it.
  public let gamma: Double
  /// s.
  public let shape: Double

  /// - Parameters:
  ///   - beta: Not negative.
  ///   - gamma: Above 0.
  ///   - shape: Above 0.
  public init(beta: Double, gamma: Double, shape: Double) {
    precondition(beta >= 0 && gamma > 0 && shape > 0, "parameters of a curve")
    self.beta = beta
    self.gamma = gamma
    self.shape = shape
  }

  public var parameters: [(name: String, value: Double)] { [("beta", beta), ("gamma", gamma), ("s", shape)] }

  // MARK: The curve

  public func response(_ spend: Double) -> Double {
    spend == 0 ? 0 : beta / (1 + .pow(gamma / spend, shape))
  }

  public func marginal(_ spend: Double) -> Double {
    if spend == 0 { return beta == 0 || shape > 1 ? 0 : shape == 1 ? beta / gamma : .infinity }
    // With the share q of the most that is reached: β s q (1 − q) / x.
    let ratio = Double.pow(gamma / spend, shape)
    let share = 1 / (1 + ratio)
    // A ratio may be infinite: 1 − q is then 1.
    let rest = 1 / (1 + 1 / ratio)
    return beta * shape * share * rest / spend
  }

  /// Newton's method on v = ln(x/γ): ln f′ is concave in v, so from the right of the solution it comes down on it
  /// without passing it.
  public func spend(atMarginal price: Double) -> Double {
    guard price > 0 else { return .infinity }
    guard beta > 0 else { return 0 }
    if price >= marginal(inflection) { return shape > 1 && price == marginal(inflection) ? inflection : 0 }
    let target = Double.log(price) + .log(gamma) - .log(beta) - .log(shape)
    // Both asymptotes lie above ln f′: where the lower one meets the target lies right of the solution.
    var v = -target / (shape + 1)
    if shape < 1 { v = min(v, target / (shape - 1)) }
    for _ in 0..<Self.mostIterations {
      let grown = Double.exp(shape * v)
      // ln(1 + e^(sv)); beyond 30 it is sv to rounding, and e^(sv) would soon overflow.
      let logOfSum = shape * v > 30 ? shape * v + .log(onePlus: 1 / grown) : .log(onePlus: grown)
      let height = (shape - 1) * v - 2 * logOfSum
      let slope = (shape - 1) - 2 * shape * Logit.share(shape * v)
      let step = (height - target) / slope
      v -= step
      if abs(step) <= 1e-15 * max(1, abs(v)) { break }
    }
    return max(gamma * .exp(v), inflection)
  }

  /// Newton's method doubles its digits with each step; this ends it where rounding keeps the last one from being
  /// small.
  private static let mostIterations = 100

  /// γ ((s−1)/(s+1))^(1/s).
  public var inflection: Double { shape <= 1 ? 0 : gamma * .pow((shape - 1) / (shape + 1), 1 / shape) }

  public func stretched(spend: Double, response: Double) -> Self {
    Self(beta: beta * response, gamma: gamma * spend, shape: shape)
  }

  // MARK: Fitting

  public var free: [Double] { [.log(beta), .log(gamma), .log(shape)] }

  public init(free: [Double]) { self.init(beta: .exp(free[0]), gamma: .exp(free[1]), shape: .exp(free[2])) }

  public func gradient(_ spend: Double) -> SIMD4<Double> {
    guard spend > 0 else { return .zero }
    let along = spend * marginal(spend)
    return [response(spend), -along, along * .log(spend / gamma), 0]
  }

  public static func starts(scale: Double) -> [Self] {
    [0.3, 1, 3].flatMap { gamma in [0.7, 1.5, 3].map { Self(beta: 1, gamma: gamma * scale, shape: $0) } }
  }
}
