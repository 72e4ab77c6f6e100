import CTouchstoneOpenBLAS

/// A dense matrix of `Double`, stored by column, as LAPACK wants it.
///
/// Element (i, j) lies at `elements[i + j * rows]`.
public struct Matrix: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  /// All elements, column after column; `rows * columns` of them.
  public internal(set) var elements: [Double]

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix has no negative side")
    self.rows = rows
    self.columns = columns
    elements = [Double](repeating: 0, count: rows * columns)
  }

  /// Element in row `i` and column `j`, counted from 0. Traps outside the matrix.
  public subscript(i: Int, j: Int) -> Double {
    get { elements[offset(i, j)] }
    set { elements[offset(i, j)] = newValue }
  }

  /// Where element (i, j) lies.
  @inline(__always)
  private func offset(_ i: Int, _ j: Int) -> Int {
    // The array's own check would let a row below 0 or beyond the last pass for another column's.
    precondition(i >= 0 && i < rows && j >= 0 && j < columns, "outside the matrix")
    return i + j * rows
  }

  /// The matrix of the rows and columns at `indices`, in that order.
  ///
  /// - Complexity: O(k²) for k indices.
  public func submatrix(_ indices: [Int]) -> Matrix {
    var result = Matrix(rows: indices.count, columns: indices.count)
    for (j, column) in indices.enumerated() {
      for (i, row) in indices.enumerated() { result[i, j] = self[row, column] }
    }
    return result
  }

  /// The product of this matrix and another of ``columns`` rows.
  ///
  /// - Complexity: 2 × rows × columns × columns of the other, by BLAS `dgemm` on one thread.
  public func times(_ other: Matrix) -> Matrix {
    precondition(other.rows == columns, "the other matrix has one row a column")
    BLASThreads.useOne
    var product = Matrix(rows: rows, columns: other.columns)
    guard rows > 0 && columns > 0 && other.columns > 0 else { return product }
    cblas_dgemm(
      CblasColMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(other.columns), Int32(columns), 1,
      elements, Int32(rows), other.elements, Int32(columns), 0, &product.elements, Int32(rows))
    return product
  }

  /// The product of this matrix and a vector of length ``columns``.
  ///
  /// - Complexity: O(rows × columns).
  public func times(_ vector: [Double]) -> [Double] {
    precondition(vector.count == columns, "the vector has one entry a column")
    var result = [Double](repeating: 0, count: rows)
    for j in 0..<columns where vector[j] != 0 {
      for i in 0..<rows { result[i] += elements[i + j * rows] * vector[j] }
    }
    return result
  }
}
