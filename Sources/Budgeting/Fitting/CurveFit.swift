import RealModule
import TouchstoneLinearAlgebra
import TouchstoneMonteCarlo

/// A response curve fitted to a history by nonlinear least squares.
///
/// y_t = f(a_t) + noise, with a_t the spend and what is carried over of it (``SpendHistory/carried(_:)``). There is no intercept: the outcome is
/// credit of the touchpoint, and no spend earns none.
public struct CurveFit: Sendable {
  /// Of adstocked spend in a period.
  public let curve: any ParametricCurve
  /// θ, the share of a period's effect that is left in the next; 0 where it was not fitted.
  public let carryOver: Double
  /// Whether θ was fitted.
  public let fitsCarryOver: Bool
  /// Σ (y − f)².
  public let residualSquares: Double
  /// The periods that the fit rests on.
  public let periods: Int
  /// Of the free parameters (``ParametricCurve/free``), and of the logit of θ where it was fitted; robust against noise that differs from period
  /// to period. `nil` where the history leaves a direction open.
  ///
  /// Source: HC3, J. MacKinnon, H. White, "Some heteroskedasticity-consistent covariance matrix estimators", J.
  /// Econometrics 29 (1985).
  package let covariance: Matrix?

  /// The free parameters, the logit of θ last.
  public var free: [Double] { curve.free + (fitsCarryOver ? [Logit.of(carryOver)] : []) }

  /// The response to the same spend in every period: f(x / (1 − θ)).
  public var steadyState: any ParametricCurve { Self.steadyState(curve, carryOver) }

  /// The interval of a free parameter.
  public func interval(_ parameter: Int, level: Double) -> ClosedRange<Double>? {
    guard let covariance, periods > covariance.rows else { return nil }
    let reach =
      StudentT.quantile(0.5 + level / 2, degrees: Double(periods - covariance.rows))
      * covariance[parameter, parameter].squareRoot()
    return free[parameter] - reach...free[parameter] + reach
  }

  /// Steady-state curves whose parameters are drawn from what the fit leaves open.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - stream: Chooses them.
  public func draws(_ count: Int, _ stream: inout RandomStream) -> [any ParametricCurve] {
    guard let covariance, let factor = CholeskyFactorization(covariance) else { return [] }
    let center = free
    return (0..<count).map { _ in
      let normal = center.indices.map { _ in Normal.quantile((Double(stream.next() >> 11) + 0.5) * 0x1p-53) }
      let drawn = zip(center, factor.times(normal)).map { max(-Self.farthest, min(Self.farthest, $0 + $1)) }
      let parameters = CurveParameters(Self.family(of: curve), drawn, fitsCarryOver: fitsCarryOver)
      return Self.steadyState(parameters.curve, parameters.carryOver)
    }
  }

  private static func steadyState(_ curve: any ParametricCurve, _ carryOver: Double) -> any ParametricCurve {
    curve.stretched(spend: 1 - carryOver, response: 1)
  }

  private static func family(of curve: any ParametricCurve) -> CurveFamily { type(of: curve).family }

  // MARK: Fitting

  /// Free parameters beyond this mean that the fit runs away.
  static let farthest = 60.0
  private static let carryOverStarts = [0.15, 0.5, 0.8]
  private static let mostDescents = 3

  /// The best fit of a family; `nil` where no curve that rises fits.
  ///
  /// From a grid of starts, whose heights are found by projection, the best few are followed down by Levenberg and Marquardt's method.
  /// - Parameters:
  ///   - family: The family.
  ///   - history: What happened.
  ///   - carryOver: Whether to fit θ; else it is 0.
  ///   - leavingOut: Periods whose outcome does not count.
  /// - Complexity: O(periods × parameters²) a step, some hundred steps.
  public init?(_ family: CurveFamily, _ history: SpendHistory, carryOver: Bool, leavingOut: Range<Int> = 0..<0) {
    let problem = FitProblem(family: family, history: history, fitsCarryOver: carryOver, leftOut: leavingOut)
    guard problem.periods > problem.parameterCount else { return nil }
    let starts = problem.starts(Self.carryOverStarts).sorted { $0.squares < $1.squares }
    var best: (free: [Double], squares: Double)?
    for start in starts.prefix(Self.mostDescents) {
      let end = problem.descend(from: start.free)
      if end.squares < best?.squares ?? .infinity { best = end }
    }
    guard let best else { return nil }
    let parameters = CurveParameters(family, best.free, fitsCarryOver: carryOver)
    self.init(
      curve: parameters.curve, carryOver: parameters.carryOver, fitsCarryOver: carryOver, residualSquares: best.squares,
      periods: problem.periods, covariance: problem.covariance(at: best.free))
  }

  private init(
    curve: any ParametricCurve, carryOver: Double, fitsCarryOver: Bool, residualSquares: Double, periods: Int,
    covariance: Matrix?
  ) {
    self.curve = curve
    self.carryOver = carryOver
    self.fitsCarryOver = fitsCarryOver
    self.residualSquares = residualSquares
    self.periods = periods
    self.covariance = covariance
  }
}

/// Free parameters as a curve and a carry-over.
struct CurveParameters {
  let curve: any ParametricCurve
  let carryOver: Double

  init(_ family: CurveFamily, _ free: [Double], fitsCarryOver: Bool) {
    curve = family.curve.init(free: fitsCarryOver ? Array(free.dropLast()) : free)
    carryOver = fitsCarryOver ? min(Logit.share(free[free.count - 1]), 0.999) : 0
  }
}
