import TouchstoneLinearAlgebra

/// One least-squares problem: residuals, slopes, and the way down.
///
/// Source: D. Marquardt, "An algorithm for least-squares estimation of nonlinear parameters", SIAM J. 11 (1963); each step is a linear
/// least-squares problem, solved by QR.
struct FitProblem {
  let family: CurveFamily
  let history: SpendHistory
  let fitsCarryOver: Bool
  /// The periods whose outcome counts.
  private let counted: [Int]

  init(family: CurveFamily, history: SpendHistory, fitsCarryOver: Bool, leftOut: Range<Int>) {
    self.family = family
    self.history = history
    self.fitsCarryOver = fitsCarryOver
    counted = (0..<history.periods).filter { !leftOut.contains($0) }
  }

  var periods: Int { counted.count }
  var parameterCount: Int { family.curve.starts(scale: 1)[0].free.count + (fitsCarryOver ? 1 : 0) }

  // MARK: Starts

  func starts(_ carryOvers: [Double]) -> [(free: [Double], squares: Double)] {
    (fitsCarryOver ? carryOvers : [0]).flatMap { carryOver -> [(free: [Double], squares: Double)] in
      let stocks = history.carried(carryOver)
      let scale = stocks.reduce(0, +) / Double(max(stocks.count, 1))
      guard scale > 0 else { return [] }
      return family.curve.starts(scale: scale).compactMap { start in
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

  func squares(_ free: [Double]) -> Double {
    guard free.allSatisfy({ abs($0) <= CurveFit.farthest }) else { return .infinity }
    return residuals(free).reduce(0) { $0 + $1 * $1 }
  }

  private func residuals(_ free: [Double]) -> [Double] {
    let parameters = CurveParameters(family, free, fitsCarryOver: fitsCarryOver)
    let stocks = history.carried(parameters.carryOver)
    return counted.map { history.outcome[$0] - parameters.curve.response(stocks[$0]) }
  }

  /// ∂f/∂free, one row a period, with room for further rows.
  private func slopes(_ free: [Double], furtherRows: Int = 0) -> Matrix {
    let parameters = CurveParameters(family, free, fitsCarryOver: fitsCarryOver)
    let carryOver = parameters.carryOver
    let stocks = history.carried(carryOver)
    let stockSlopes = fitsCarryOver ? history.carriedSlope(carryOver) : []
    var slopes = Matrix(rows: periods + furtherRows, columns: free.count)
    for (row, period) in counted.enumerated() {
      let own = parameters.curve.slopes(stocks[period])
      for column in 0..<free.count - (fitsCarryOver ? 1 : 0) { slopes[row, column] = own[column] }
      if fitsCarryOver {
        // Without any stock there is no slope, vertical as the curve may begin.
        let along = stocks[period] > 0 ? parameters.curve.marginal(stocks[period]) : 0
        slopes[row, free.count - 1] = along * stockSlopes[period] * carryOver * (1 - carryOver)
      }
    }
    return slopes
  }

  // MARK: The way down

  private static let mostSteps = 200

  func descend(from start: [Double]) -> (free: [Double], squares: Double) {
    var free = start
    var current = squares(free)
    var damping = 1e-3
    for _ in 0..<Self.mostSteps where damping < 1e12 {
      var system = slopes(free, furtherRows: free.count)
      for column in free.indices {
        let square = (0..<periods).reduce(0) { $0 + system[$1, column] * system[$1, column] }
        system[periods + column, column] = (damping * max(square, 1e-300)).squareRoot()
      }
      let target = residuals(free) + free.map { _ in 0 }
      // A curve that runs away overflows.
      guard system.elements.allSatisfy({ $0.isFinite }) else { break }
      guard let step = QRFactorization(system).leastSquares(target) else { break }
      let trial = zip(free, step).map { $0 + max(-2, min(2, $1)) }
      let found = squares(trial)
      guard found < current else {
        damping *= 5
        if zip(step, free).allSatisfy({ abs($0) <= 1e-12 * max(1, abs($1)) }) { break }
        continue
      }
      let isSettled = current - found <= 1e-15 * current && step.allSatisfy { abs($0) < 1e-7 }
      (free, current) = (trial, found)
      damping = max(damping / 5, 1e-12)
      if isSettled { break }
    }
    return (free, current)
  }

  /// (JᵀJ)⁻¹ (Σ J_t J_tᵀ e_t² / (1 − h_t)²) (JᵀJ)⁻¹ with the leverages h_t, from the QR factors of J.
  func covariance(at free: [Double]) -> Matrix? {
    guard periods > free.count else { return nil }
    let slopes = slopes(free)
    guard slopes.elements.allSatisfy({ $0.isFinite }) else { return nil }
    let factors = QRFactorization(slopes)
    let residuals = residuals(free)
    let count = free.count
    var middle = Matrix(rows: count, columns: count)
    for row in 0..<periods {
      let leverage = (0..<count).reduce(0) { $0 + factors.q[row, $1] * factors.q[row, $1] }
      let weight = residuals[row] / max(1 - leverage, 1e-6)
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
