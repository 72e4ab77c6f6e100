import CTouchstoneOpenBLAS

/// The factors Q·R of a matrix with at least as many rows as columns: what least squares stand on.
///
/// Source: LAPACK `dgeqrf`, `dorgqr` through LAPACKE, column-major, one thread.
public struct QRFactorization: Sendable {
  /// The orthonormal columns, as many as the matrix has.
  public let q: Matrix
  /// The upper triangle, square.
  public let r: Matrix

  /// Factors a matrix of finite numbers. Traps otherwise.
  ///
  /// - Complexity: O(rows × columns²).
  public init(_ matrix: Matrix) {
    precondition(matrix.rows >= matrix.columns, "at least as many rows as columns")
    BLASThreads.useOne
    let (rows, columns) = (Int32(matrix.rows), Int32(matrix.columns))
    var q = matrix
    var r = Matrix(rows: matrix.columns, columns: matrix.columns)
    if matrix.columns > 0 {
      var scales = [Double](repeating: 0, count: matrix.columns)
      var status = LAPACKE_dgeqrf(LAPACK_COL_MAJOR, rows, columns, &q.elements, rows, &scales)
      precondition(status == 0, "dgeqrf: argument \(-status) is illegal")
      for j in 0..<matrix.columns {
        for i in 0...j { r[i, j] = q[i, j] }
      }
      status = LAPACKE_dorgqr(LAPACK_COL_MAJOR, rows, columns, columns, &q.elements, rows, scales)
      precondition(status == 0, "dorgqr: argument \(-status) is illegal")
    }
    self.q = q
    self.r = r
  }

  /// The x with the least |A x − b|; `nil` where the columns of A are dependent to working precision.
  ///
  /// Edge cases: a matrix without columns has the empty x; a right side that is not finite gives numbers that are not.
  /// - Complexity: O(rows × columns).
  public func leastSquares(_ rightSide: [Double]) -> [Double]? {
    precondition(rightSide.count == q.rows, "the right side has one entry a row")
    let projected = (0..<q.columns).map { column in
      (0..<q.rows).reduce(0) { $0 + q[$1, column] * rightSide[$1] }
    }
    return solveTriangle(projected)
  }

  /// A diagonal entry of R below this share of the largest one is rounding: columns that depend on each other exactly
  /// leave a few hundred units in the last place, 2.2e-16, behind.
  private static let smallestPivot = 1e-13

  /// R⁻¹ b; `nil` where R is singular to working precision.
  ///
  /// Postcondition: R x = b, with a relative residual of a few units in the last place a column.
  /// - Complexity: O(columns²).
  public func solveTriangle(_ rightSide: [Double]) -> [Double]? {
    let largest = (0..<r.columns).reduce(0) { max($0, abs(r[$1, $1])) }
    var solution = rightSide
    for row in (0..<r.columns).reversed() {
      guard abs(r[row, row]) > Self.smallestPivot * largest else { return nil }
      for column in row + 1..<max(r.columns, row + 1) { solution[row] -= r[row, column] * solution[column] }
      solution[row] /= r[row, row]
    }
    return solution
  }
}
