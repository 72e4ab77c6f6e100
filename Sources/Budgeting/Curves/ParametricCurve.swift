import RealModule

/// A response curve with parameters, which can be fitted to a history.
///
/// A family of curves is one type and one file, whose sections have one order: the family, its parameters, response,
/// marginal response, inverse marginal response, inflection, stretching, fitting. Fits and choices ask the type for all
/// that they need, so that a family of one's own is fitted, chosen and allocated like those of ``CurveCatalogue``.
public protocol ParametricCurve: ResponseCurve {
  // MARK: The family

  /// What outputs call the family, as in `michaelis-menten`.
  static var name: String { get }

  /// How many parameters a curve has, from 1 to 4: the entries of ``gradient(_:)`` that count.
  static var parameterCount: Int { get }

  /// Whether all curves of the family are concave throughout, as they must be to be laid out in time.
  static var isConcave: Bool { get }

  // MARK: A curve

  /// The parameters by their usual names, the height first.
  var parameters: [(name: String, value: Double)] { get }

  /// The curve r · f(x / k).
  ///
  /// - Parameters:
  ///   - spend: k, above 0: a curve by day becomes one by month with k = r = 30.
  ///   - response: r, 0 or more.
  func stretched(spend: Double, response: Double) -> Self

  // MARK: Fitting

  /// The parameters as any real numbers, without bounds: logarithms of positive ones, logits of shares. Fits and their
  /// errors are about these.
  var free: [Double] { get }

  /// The curve of free parameters.
  ///
  /// - Parameter free: As many as ``parameterCount``, each from -60 to 60.
  init(free: [Double])

  /// ∂f/∂free at a spend: an entry for each free parameter, and 0 behind them.
  func gradient(_ spend: Double) -> SIMD4<Double>

  /// Curves to begin a fit from, of any height: the fit finds the best one.
  ///
  /// - Parameter scale: A typical spend.
  static func starts(scale: Double) -> [Self]
}

/// A concave curve β g(x/γ) with a shape g of its own: its height and its scale are all that is fitted.
public protocol ScaledCurve: ParametricCurve {
  /// Not negative.
  var beta: Double { get }
  /// Above 0.
  var gamma: Double { get }
  init(beta: Double, gamma: Double)
}

extension ScaledCurve {
  public static var parameterCount: Int { 2 }
  public static var isConcave: Bool { true }
  public var parameters: [(name: String, value: Double)] { [("beta", beta), ("gamma", gamma)] }
  public var inflection: Double { 0 }
  public func stretched(spend: Double, response: Double) -> Self { Self(beta: beta * response, gamma: gamma * spend) }
  public var free: [Double] { [.log(beta), .log(gamma)] }
  public init(free: [Double]) { self.init(beta: .exp(free[0]), gamma: .exp(free[1])) }
  public func gradient(_ spend: Double) -> SIMD4<Double> { [response(spend), -spend * marginal(spend), 0, 0] }
}

/// Numbers that stand for shares between 0 and 1 without bounds of their own.
enum Logit {
  static func of(_ share: Double) -> Double { .log(share) - .log(onePlus: -share) }
  static func share(_ logit: Double) -> Double {
    logit >= 0 ? 1 / (1 + .exp(-logit)) : .exp(logit) / (1 + .exp(logit))
  }
}
