import CTouchstoneOpenBLAS

/// The lower triangle L with L·Lᵀ = A, of a symmetric positive definite matrix: what correlated normal draws are made
/// with.
///
/// Source: LAPACK `dpotrf` through LAPACKE, column-major, one thread.
public struct CholeskyFactorization: Sendable {
  /// L; above the diagonal it is 0.
  public let lower: Matrix

  /// Factors a matrix; `nil` where it is not positive definite. Only its lower triangle is read.
  ///
  /// Edge cases: a matrix of order 0 has factors; one that is singular, or that is indefinite only by rounding, has
  /// none.
  /// - Complexity: n³/3 operations.
  public init?(_ matrix: Matrix) {
    precondition(matrix.rows == matrix.columns, "only a square matrix is symmetric")
    BLASThreads.useOne
    var lower = matrix
    let n = Int32(matrix.rows)
    if n > 0 {
      let status = LAPACKE_dpotrf(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), n, &lower.elements, n)
      precondition(status >= 0, "dpotrf: argument \(-status) is illegal")
      guard status == 0 else { return nil }
      for j in 0..<matrix.rows {
        for i in 0..<j { lower[i, j] = 0 }
      }
    }
    self.lower = lower
  }

  /// L z, which for independent standard normal z has the covariance A.
  ///
  /// - Complexity: O(n²).
  public func times(_ vector: [Double]) -> [Double] { lower.times(vector) }
}
