import CTouchstoneOpenBLAS

/// The factors P·L·U of a square matrix: factor once, then solve as often as needed.
///
/// Source: LAPACK `dgetrf`, `dgetrs`, `dgetri` through LAPACKE, column-major, one thread: a threaded
/// BLAS would make the last bits depend on the machine's cores.
public struct LUFactorization: Sendable {
  /// The order of the matrix.
  public let order: Int
  private var factors: [Double]
  private var pivots: [Int32]

  /// Factors a matrix.
  ///
  /// Edge cases: a matrix of order 0 has factors; entries that are not finite are not refused, and give solutions that
  /// are not finite.
  /// - Throws: ``SingularMatrix`` where a pivot is exactly zero.
  /// - Complexity: ⅔ n³ operations.
  public init(_ matrix: Matrix) throws(SingularMatrix) {
    precondition(matrix.rows == matrix.columns, "only a square matrix has LU factors")
    BLASThreads.useOne
    order = matrix.rows
    factors = matrix.elements
    pivots = [Int32](repeating: 0, count: order)
    guard order > 0 else { return }
    let n = Int32(order)
    let status = LAPACKE_dgetrf(LAPACK_COL_MAJOR, n, n, &factors, n, &pivots)
    precondition(status >= 0, "dgetrf: argument \(-status) is illegal")
    if status > 0 { throw SingularMatrix(order: order, pivot: Int(status) - 1) }
  }

  /// The solution x of A x = b, or of Aᵀ x = b.
  ///
  /// - Parameters:
  ///   - rightSide: b, of length ``order``.
  ///   - transposed: Whether to solve with Aᵀ.
  /// - Returns: x, with a residual of a few units in the last place times |A| |x|; how far x itself is off grows with
  ///   the condition number. Empty for order 0.
  /// - Complexity: 2 n² operations.
  public func solve(_ rightSide: [Double], transposed: Bool = false) -> [Double] {
    precondition(rightSide.count == order, "the right side has one entry a row")
    guard order > 0 else { return [] }
    var solution = rightSide
    let n = Int32(order)
    let status = LAPACKE_dgetrs(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: transposed ? "T" : "N")), n, 1, factors, n, pivots,
      &solution, n)
    precondition(status == 0, "dgetrs: argument \(-status) is illegal")
    return solution
  }

  /// A⁻¹.
  ///
  /// Postcondition: the largest entry of A A⁻¹ − I is about the unit in the last place times A's condition number. A
  /// matrix of order 0 is its own inverse.
  /// - Complexity: 4⁄3 n³ operations.
  public func inverse() -> Matrix {
    var result = Matrix(rows: order, columns: order)
    guard order > 0 else { return result }
    result.elements = factors
    let n = Int32(order)
    let status = LAPACKE_dgetri(LAPACK_COL_MAJOR, n, &result.elements, n, pivots)
    // A zero on U's diagonal was already refused by the initialiser.
    precondition(status == 0, "dgetri: status \(status)")
    return result
  }
}

/// A matrix without an inverse, met while factoring.
public struct SingularMatrix: Error, Equatable, CustomStringConvertible {
  /// The order of the matrix.
  public let order: Int
  /// The first column, counted from 0, whose pivot is zero.
  public let pivot: Int

  public var description: String {
    "the \(order)×\(order) matrix is singular: its pivot in column \(pivot + 1) is zero"
  }
}

/// Tells OpenBLAS, once in a process, to stay on the caller's thread.
enum BLASThreads {
  static let useOne: Void = openblas_set_num_threads(1)
}
