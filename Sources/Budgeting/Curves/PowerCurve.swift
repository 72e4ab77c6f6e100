import RealModule

/// β x^a with 0 < a < 1: each percent of spend adds a percent of response times a, the elasticity.
///
/// ```swift
/// let curve = PowerCurve(beta: 4, exponent: 0.5)
/// curve.response(100)  // 40
/// curve.marginal(100)  // 0.2: what the next unit of money brings
/// curve.spend(atMarginal: 0.2)  // 100
/// ```
public struct PowerCurve: ParametricCurve {
  // MARK: The family

  public static let name = "power"
  public static let parameterCount = 2
  public static let isConcave = true

  // MARK: Parameters

  /// The response to one unit of money.
  public let beta: Double
  /// a.
  public let exponent: Double

  /// - Parameters:
  ///   - beta: Not negative.
  ///   - exponent: Above 0 and below 1.
  public init(beta: Double, exponent: Double) {
    precondition(beta >= 0 && exponent > 0 && exponent < 1, "parameters of a curve")
    self.beta = beta
    self.exponent = exponent
  }

  /// The curve through one known point with a given elasticity.
  ///
  /// - Parameter spend: Above 0.
  public init(elasticity: Double, spend: Double, response: Double) {
    self.init(beta: response * .pow(spend, -elasticity), exponent: elasticity)
  }

  public var parameters: [(name: String, value: Double)] { [("beta", beta), ("a", exponent)] }

  // MARK: The curve

  public func response(_ spend: Double) -> Double { beta * .pow(spend, exponent) }
  public func marginal(_ spend: Double) -> Double {
    beta == 0 ? 0 : spend == 0 ? .infinity : beta * exponent * .pow(spend, exponent - 1)
  }

  /// x = (βa/λ)^(1/(1−a)).
  public func spend(atMarginal price: Double) -> Double {
    guard price > 0 else { return .infinity }
    return beta == 0 ? 0 : .exp((.log(beta * exponent) - .log(price)) / (1 - exponent))
  }

  public var inflection: Double { 0 }

  public func stretched(spend: Double, response: Double) -> Self {
    Self(beta: beta * response * .pow(spend, -exponent), exponent: exponent)
  }

  // MARK: Fitting

  public var free: [Double] { [.log(beta), Logit.of(exponent)] }

  public init(free: [Double]) { self.init(beta: .exp(free[0]), exponent: Self.inside(Logit.share(free[1]))) }

  public func gradient(_ spend: Double) -> SIMD4<Double> {
    let response = response(spend)
    return [response, spend > 0 ? response * .log(spend) * exponent * (1 - exponent) : 0, 0, 0]
  }

  public static func starts(scale: Double) -> [Self] {
    [0.2, 0.4, 0.6, 0.85].map { Self(beta: .pow(scale, -$0), exponent: $0) }
  }

  /// Rounding may take a logit to 0 or 1.
  private static func inside(_ share: Double) -> Double { min(max(share, 1e-12), 1 - 1e-12) }
}
