import Testing
import TouchstoneLinearAlgebra
import TouchstoneTestSupport

@Suite struct LeastSquaresTests {
  static func matrix(_ rows: [[Double]]) -> Matrix {
    var matrix = Matrix(rows: rows.count, columns: rows[0].count)
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() { matrix[i, j] = value }
    }
    return matrix
  }

  /// Against the normal equations in exact fractions.
  @Test(arguments: [(1, 1), (4, 2), (9, 3), (40, 4)])
  func leastSquaresSolveTheNormalEquations(_ rows: Int, _ columns: Int) {
    var generator = TestGenerator(seed: rows)
    func whole() -> Double { Double(Int.random(in: -9...9, using: &generator)) }
    let a = (0..<rows).map { _ in (0..<columns).map { _ in whole() + 0 } }
    let b = (0..<rows).map { _ in whole() }
    let normal = (0..<columns).map { i in
      (0..<columns).map { j in a.reduce(Rational(0)) { $0 + Rational(whole: $1[i]) * Rational(whole: $1[j]) } }
    }
    let right = (0..<columns).map { i in
      zip(a, b).reduce(Rational(0)) { $0 + Rational(whole: $1.0[i]) * Rational(whole: $1.1) }
    }
    let exact = Rational.solve(normal, right).map(\.double)
    let factors = QRFactorization(Self.matrix(a))
    let solution = factors.leastSquares(b)
    for (found, expected) in zip(solution ?? [], exact) {
      #expect(isClose(found, expected, relative: 1e-11, absolute: 1e-13))
    }
    #expect(solution?.count == columns)
    // Q R is the matrix.
    let product = factors.q.times(factors.r)
    for i in 0..<rows {
      for j in 0..<columns { #expect(isClose(product[i, j], a[i][j], relative: 1e-13, absolute: 1e-13)) }
    }
  }

  @Test func dependentColumnsHaveNoAnswer() {
    #expect(QRFactorization(Self.matrix([[1, 2], [2, 4], [3, 6]])).leastSquares([1, 1, 1]) == nil)
    #expect(QRFactorization(Matrix(rows: 3, columns: 0)).leastSquares([1, 1, 1]) == [])
  }

  @Test func choleskyTimesItsTransposeIsTheMatrix() {
    let a = Self.matrix([[4, 2, -2], [2, 10, 5], [-2, 5, 17]])
    let lower = CholeskyFactorization(a)!
    for i in 0..<3 {
      for j in 0..<3 {
        let sum = (0..<3).reduce(0) { $0 + lower.lower[i, $1] * lower.lower[j, $1] }
        #expect(isClose(sum, a[i, j], relative: 1e-14, absolute: 1e-14))
      }
    }
    #expect(lower.times([1, 0, 0]) == [2, 1, -1] && lower.lower[0, 1] == 0)
    #expect(CholeskyFactorization(Self.matrix([[1, 2], [2, 1]])) == nil)
    #expect(CholeskyFactorization(Matrix(rows: 0, columns: 0)) != nil)
  }
}
