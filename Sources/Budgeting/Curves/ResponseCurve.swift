import RealModule

/// What spend brings: a response that rises from 0 at no spend, in conversions or in whatever outcome it is about; spend is in units of money.
public protocol ResponseCurve: Sendable {
  /// f(x) for a spend x of 0 or more.
  func response(_ spend: Double) -> Double

  /// f′(x); infinite at 0 for curves that begin vertically.
  func marginal(_ spend: Double) -> Double

  /// The largest spend whose marginal response is at least `price`, where the curve is concave: 0 where there is none, infinite at a price of 0.
  ///
  /// - Parameter price: Not negative.
  func spend(atMarginal price: Double) -> Double

  /// Up to this spend the curve is convex, from it on concave; 0 for curves that are concave throughout.
  var inflection: Double { get }
}

/// A response curve with parameters, which can be fitted to a history.
///
/// Each family is one file, in one order: response, marginal response, inverse marginal, stretching, and what fitting needs.
public protocol ParametricCurve: ResponseCurve {
  static var family: CurveFamily { get }

  /// The parameters by their usual names.
  var parameters: [(name: String, value: Double)] { get }

  /// The curve r · f(x / k).
  ///
  /// - Parameters:
  ///   - spend: k, above 0: a curve by day becomes one by month with k = r = 30.
  ///   - response: r, 0 or more.
  func stretched(spend: Double, response: Double) -> Self

  // MARK: Fitting

  /// The parameters as any real numbers: logarithms of positive ones, logits of shares. Fits and their errors live here.
  var free: [Double] { get }

  /// The curve of free parameters.
  init(free: [Double])

  /// ∂f/∂free at a spend, one entry a free parameter.
  func slopes(_ spend: Double) -> SIMD4<Double>

  /// Curves to begin a fit from, of a height that does not matter.
  ///
  /// - Parameter scale: A typical spend.
  static func starts(scale: Double) -> [Self]
}

/// A curve β g(x/γ) with a shape g of its own: its height and its scale are all that is fitted.
public protocol ScaledCurve: ParametricCurve {
  /// Not negative.
  var beta: Double { get }
  /// Above 0.
  var gamma: Double { get }
  init(beta: Double, gamma: Double)
}

extension ScaledCurve {
  public var parameters: [(name: String, value: Double)] { [("beta", beta), ("gamma", gamma)] }
  public var inflection: Double { 0 }
  public func stretched(spend: Double, response: Double) -> Self { Self(beta: beta * response, gamma: gamma * spend) }
  public var free: [Double] { [.log(beta), .log(gamma)] }
  public init(free: [Double]) { self.init(beta: .exp(free[0]), gamma: .exp(free[1])) }
  public func slopes(_ spend: Double) -> SIMD4<Double> { [response(spend), -spend * marginal(spend), 0, 0] }
}

extension ResponseCurve {
  /// The relative change of the response for a relative change of spend: x f′(x) / f(x).
  public func elasticity(_ spend: Double) -> Double {
    let response = response(spend)
    return response > 0 && spend > 0 ? spend * marginal(spend) / response : 0
  }
}

/// The families of response curves.
public enum CurveFamily: String, Sendable, CaseIterable {
  case log
  case exponential
  case michaelisMenten = "michaelis-menten"
  case power
  case hill

  /// The type of its curves.
  public var curve: any ParametricCurve.Type {
    switch self {
    case .log: LogCurve.self
    case .exponential: ExponentialCurve.self
    case .michaelisMenten: MichaelisMentenCurve.self
    case .power: PowerCurve.self
    case .hill: HillCurve.self
    }
  }
}

/// Numbers that stand for shares between 0 and 1 without bounds of their own.
enum Logit {
  static func of(_ share: Double) -> Double { .log(share) - .log(onePlus: -share) }
  static func share(_ logit: Double) -> Double {
    logit >= 0 ? 1 / (1 + .exp(-logit)) : .exp(logit) / (1 + .exp(logit))
  }
}
