import TouchstoneLinearAlgebra

/// One least-squares problem: residuals, their derivatives, and the way down.
///
/// Source: D. Marquardt, "An algorithm for least-squares estimation of nonlinear parameters", SIAM J. 11 (1963); each
/// step is a linear least-squares problem, solved by QR.
struct FitProblem {
  private let family: any ParametricCurve.Type
  private let history: SpendHistory
  private let fitsCarryOver: Bool
  /// The periods whose outcome counts.
  private let counted: [Int]

  init(
    _ family: any ParametricCurve.Type, _ history: SpendHistory, fitsCarryOver: Bool, leavingOut leftOut: Range<Int>
  ) {
    precondition(
      (1...SIMD4<Double>.scalarCount).contains(family.parameterCount), "a curve has from one to four parameters")
    self.family = family
    self.history = history
    self.fitsCarryOver = fitsCarryOver
    counted = (0..<history.periods).filter { !leftOut.contains($0) }
  }

  /// The periods whose outcome counts.
  var periods: Int { counted.count }
  /// Of the curve, and of θ where it is fitted.
  var parameterCount: Int { family.parameterCount + (fitsCarryOver ? 1 : 0) }

  // MARK: Starts

  /// Where to begin, each with its sum of squares.
  func starts(_ carryOvers: [Double]) -> [(free: [Double], squares: Double)] {
    (fitsCarryOver ? carryOvers : [0]).flatMap { carryOver -> [(free: [Double], squares: Double)] in
      let stocks = history.carried(carryOver)
      let scale = stocks.reduce(0, +) / Double(max(stocks.count, 1))
      guard scale > 0 else { return [] }
      return family.starts(scale: scale).compactMap { start in
        // The height that fits best, since it enters as a factor.
        var (product, square) = (0.0, 0.0)
        for period in counted {
          let height = start.response(stocks[period])
          product += height * history.outcome[period]
          square += height * height
        }
        guard product > 0 && square > 0 else { return nil }
        let curve = start.stretched(spend: 1, response: product / square)
        let free = curve.free + (fitsCarryOver ? [Logit.of(carryOver)] : [])
        return (free, squares(free))
      }
    }
  }

  // MARK: Residuals

  /// The sum of squares; infinite where a parameter has run away.
  private func squares(_ free: [Double]) -> Double {
    guard free.allSatisfy({ abs($0) <= CurveFit.farthest }) else { return .infinity }
    return residuals(free).reduce(0) { $0 + $1 * $1 }
  }

  private func residuals(_ free: [Double]) -> [Double] {
    let parameters = CurveParameters(family, free, fitsCarryOver: fitsCarryOver)
    let stocks = history.carried(parameters.carryOver)
    return counted.map { history.outcome[$0] - parameters.curve.response(stocks[$0]) }
  }

  /// ∂f/∂free, one row a period, with room for further rows.
  private func jacobian(_ free: [Double], furtherRows: Int = 0) -> Matrix {
    let parameters = CurveParameters(family, free, fitsCarryOver: fitsCarryOver)
    let carryOver = parameters.carryOver
    let stocks = history.carried(carryOver)
    let stockSlopes = fitsCarryOver ? history.carriedSlope(carryOver) : []
    var jacobian = Matrix(rows: periods + furtherRows, columns: free.count)
    for (row, period) in counted.enumerated() {
      let gradient = parameters.curve.gradient(stocks[period])
      for column in 0..<free.count - (fitsCarryOver ? 1 : 0) { jacobian[row, column] = gradient[column] }
      if fitsCarryOver {
        // Without any stock there is no slope, vertical as the curve may begin.
        let along = stocks[period] > 0 ? parameters.curve.marginal(stocks[period]) : 0
        jacobian[row, free.count - 1] = along * stockSlopes[period] * carryOver * (1 - carryOver)
      }
    }
    return jacobian
  }

  // MARK: The way down

  private static let mostSteps = 200
  /// How much of each column's sum of squares is added at first; from 1e12 on a step is too small to change anything.
  private static let firstDamping = 1e-3
  private static let dampingRange = 1e-12...1e12
  /// By which damping grows after a step that goes up, and shrinks after one that goes down.
  private static let dampingFactor = 5.0
  /// A parameter moves no further in one step: far from the start the problem is not linear.
  private static let longestStep = 2.0
  /// A fit has settled when its sum of squares falls by no more than rounding, and no parameter moves by more than
  /// this.
  private static let settledStep = 1e-7
  private static let settledFall = 1e-15
  /// A step that goes up although it is as small as this is one of rounding: the way down has ended.
  private static let smallestStep = 1e-12
  /// Keeps a column of zeros from making the system singular.
  private static let leastSquare = 1e-300

  /// The lowest point that steps lead to.
  func descend(from start: [Double]) -> (free: [Double], squares: Double) {
    var free = start
    var current = squares(free)
    var damping = Self.firstDamping
    for _ in 0..<Self.mostSteps where damping < Self.dampingRange.upperBound {
      var system = jacobian(free, furtherRows: free.count)
      for column in free.indices {
        let square = (0..<periods).reduce(0) { $0 + system[$1, column] * system[$1, column] }
        system[periods + column, column] = (damping * max(square, Self.leastSquare)).squareRoot()
      }
      let target = residuals(free) + free.map { _ in 0 }
      // A curve that runs away overflows.
      guard system.elements.allSatisfy({ $0.isFinite }) else { break }
      guard let step = QRFactorization(system).leastSquares(target) else { break }
      let trial = zip(free, step).map { $0 + max(-Self.longestStep, min(Self.longestStep, $1)) }
      let found = squares(trial)
      guard found < current else {
        damping *= Self.dampingFactor
        if zip(step, free).allSatisfy({ abs($0) <= Self.smallestStep * max(1, abs($1)) }) { break }
        continue
      }
      let isSettled =
        current - found <= Self.settledFall * current && step.allSatisfy { abs($0) < Self.settledStep }
      (free, current) = (trial, found)
      damping = max(damping / Self.dampingFactor, Self.dampingRange.lowerBound)
      if isSettled { break }
    }
    return (free, current)
  }

  // MARK: Errors

  /// A period that alone decides a parameter has a leverage of 1, and its residual tells nothing about its noise.
  private static let leastFreedom = 1e-6

  /// (JᵀJ)⁻¹ (Σ J_t J_tᵀ e_t² / (1 − h_t)²) (JᵀJ)⁻¹ with the leverages h_t, from the QR factors of J.
  func covariance(at free: [Double]) -> Matrix? {
    guard periods > free.count else { return nil }
    let jacobian = jacobian(free)
    guard jacobian.elements.allSatisfy({ $0.isFinite }) else { return nil }
    let factors = QRFactorization(jacobian)
    let residuals = residuals(free)
    let count = free.count
    var middle = Matrix(rows: count, columns: count)
    for row in 0..<periods {
      let leverage = (0..<count).reduce(0) { $0 + factors.q[row, $1] * factors.q[row, $1] }
      let weight = residuals[row] / max(1 - leverage, Self.leastFreedom)
      for i in 0..<count {
        for j in 0..<count { middle[i, j] += factors.q[row, i] * factors.q[row, j] * weight * weight }
      }
    }
    // R⁻¹ M R⁻ᵀ: first each column of M, then each row of the result.
    var half = Matrix(rows: count, columns: count)
    for j in 0..<count {
      guard let column = factors.solveTriangle((0..<count).map { middle[$0, j] }) else { return nil }
      for i in 0..<count { half[i, j] = column[i] }
    }
    var covariance = Matrix(rows: count, columns: count)
    for i in 0..<count {
      guard let row = factors.solveTriangle((0..<count).map { half[i, $0] }) else { return nil }
      for j in 0..<count { covariance[i, j] = row[j] }
    }
    return covariance.elements.allSatisfy(\.isFinite) ? covariance : nil
  }
}
