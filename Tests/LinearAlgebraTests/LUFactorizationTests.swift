import Testing
import TouchstoneTestSupport

@testable import TouchstoneLinearAlgebra

@Suite struct LUFactorizationTests {
  /// Sizes across LAPACK's block boundaries (32 and 64).
  @Test(arguments: [1, 2, 3, 5, 31, 32, 33, 63, 64, 65, 130])
  func solvesBothWays(order: Int) throws {
    let matrix = Self.dominantMatrix(order: order, seed: order)
    let factors = try LUFactorization(matrix)
    let truth = (0..<order).map { Double($0 % 7) - 3 }
    let solution = factors.solve(matrix.times(truth))
    #expect(zip(solution, truth).allSatisfy { isClose($0, $1, relative: 1e-12, absolute: 1e-12) })
    let transposed = factors.solve(Self.transposedTimes(matrix, truth), transposed: true)
    #expect(zip(transposed, truth).allSatisfy { isClose($0, $1, relative: 1e-12, absolute: 1e-12) })
  }

  @Test(arguments: [1, 2, 33, 64])
  func inverseTimesMatrixIsIdentity(order: Int) throws {
    let matrix = Self.dominantMatrix(order: order, seed: 100 + order)
    let inverse = try LUFactorization(matrix).inverse()
    let product = matrix.times(inverse)
    for j in 0..<order {
      for i in 0..<order { #expect(isClose(product[i, j], i == j ? 1 : 0, relative: 0, absolute: 1e-13)) }
    }
    for j in 0..<order {
      let column = matrix.times((0..<order).map { inverse[$0, j] })
      for i in 0..<order { #expect(isClose(column[i], i == j ? 1 : 0, relative: 0, absolute: 1e-13)) }
    }
  }

  @Test func agreesWithExactArithmetic() throws {
    let order = 6
    let matrix = Self.dominantMatrix(order: order, seed: 9)
    let exact = Rational.solve(
      (0..<order).map { i in (0..<order).map { Rational(whole: matrix[i, $0]) } },
      (0..<order).map { Rational(whole: Double($0 + 1)) })
    let solution = try LUFactorization(matrix).solve((0..<order).map { Double($0 + 1) })
    #expect(zip(solution, exact).allSatisfy { isClose($0, $1.double, relative: 1e-14) })
  }

  @Test func singularMatrixIsRefusedWithItsPivot() {
    var matrix = Matrix(rows: 3, columns: 3)
    matrix[0, 0] = 1
    matrix[2, 2] = 1
    #expect(throws: SingularMatrix(order: 3, pivot: 1)) { try LUFactorization(matrix) }
  }

  @Test func emptyMatrixHasAnEmptySolution() throws {
    #expect(try LUFactorization(Matrix(rows: 0, columns: 0)).solve([]) == [])
  }

  /// Whole numbers, the diagonal larger than the rest of its row and column.
  static func dominantMatrix(order: Int, seed: Int) -> Matrix {
    var generator = TestGenerator(seed: seed)
    var matrix = Matrix(rows: order, columns: order)
    for i in 0..<order {
      for j in 0..<order { matrix[i, j] = Double(Int.random(in: -5...5, using: &generator)) }
      matrix[i, i] = Double(11 * order)
    }
    return matrix
  }

  private static func transposedTimes(_ matrix: Matrix, _ vector: [Double]) -> [Double] {
    (0..<matrix.columns).map { j in
      (0..<matrix.rows).reduce(0) { $0 + matrix[$1, j] * vector[$1] }
    }
  }
}
