import Testing
import TouchstoneLinearAlgebra

/// Mistakes of the caller trap: an index outside a matrix must not reach another column's element.
@Suite struct MatrixTests {
  @Test func elementsLieByColumn() {
    var matrix = Matrix(rows: 2, columns: 3)
    matrix[1, 2] = 7
    #expect(matrix.elements == [0, 0, 0, 0, 0, 7] && matrix[1, 2] == 7)
  }

  @Test func aRowBelow0Traps() async {
    await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 2)[-1, 1] }
    await #expect(processExitsWith: .failure) {
      var matrix = Matrix(rows: 2, columns: 2)
      matrix[-1, 1] = 3
    }
  }

  @Test func aColumnBelow0Traps() async {
    await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 2)[1, -1] }
  }

  @Test func aRowBeyondTheLastTraps() async {
    await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 2)[2, 0] }
  }

  /// Debug builds look at every entry of a sparse matrix.
  @Test func columnsOutOfOrderTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = SparseMatrix(rows: 1, columns: 3, rowStarts: [0, 2], columnIndices: [2, 1], values: [1, 1])
    }
    await #expect(processExitsWith: .failure) {
      _ = SparseMatrix(rows: 1, columns: 2, rowStarts: [0, 1], columnIndices: [2], values: [1])
    }
  }
}
