import Testing
import TouchstoneLinearAlgebra
import TouchstoneTestSupport

@Suite struct SparseTests {
  @Test func transposeAndDenseAgree() {
    let matrix = Self.randomMatrix(order: 20, seed: 4)
    let transposed = matrix.transposed()
    #expect(transposed.transposed() == matrix)
    for i in 0..<20 {
      for j in 0..<20 { #expect(matrix.dense()[i, j] == transposed.dense()[j, i]) }
    }
  }

  @Test func diagonalIsSplitOff() {
    let matrix = Self.randomMatrix(order: 15, seed: 5)
    let (diagonal, rest) = matrix.splittingDiagonal()
    for i in 0..<15 {
      #expect(diagonal[i] == matrix.dense()[i, i])
      #expect(rest.dense()[i, i] == 0)
      for j in 0..<15 where i != j { #expect(rest.dense()[i, j] == matrix.dense()[i, j]) }
    }
  }

  @Test(arguments: [1, 2, 7, 40, 150])
  func sweepsAgreeWithLU(order: Int) throws {
    let (_, coefficients) = Self.randomMatrix(order: order, seed: order).splittingDiagonal()
    let dense = coefficients.dense()
    let diagonal = (0..<order).map { i in
      (0..<order).reduce(0.5) { $0 + dense[i, $1] }
    }
    var system = Matrix(rows: order, columns: order)
    for i in 0..<order {
      for j in 0..<order { system[i, j] = (i == j ? diagonal[i] : 0) - dense[i, j] }
    }
    let factors = try LUFactorization(system)
    var generator = TestGenerator(seed: 77)
    let rightSide = (0..<order).map { _ in
      SIMD8<Double>((0..<8).map { _ in Double.random(in: 0..<1, using: &generator) })
    }
    var solution = [SIMD8<Double>](repeating: .zero, count: order)
    let outcome = BlockGaussSeidel(coefficients: coefficients, diagonal: diagonal).solve(
      &solution, rightSide: rightSide, tolerance: .init(repeating: 1e-13))
    #expect(outcome.hasConverged)
    #expect(outcome.residual.max() < 1e-11)
    for lane in 0..<8 {
      let expected = factors.solve(rightSide.map { $0[lane] })
      #expect(
        zip(solution, expected).allSatisfy { isClose($0[lane], $1, relative: 1e-11, absolute: 1e-12) })
    }
  }

  @Test func masksHoldUnknownsAtZero() {
    let (_, coefficients) = Self.randomMatrix(order: 10, seed: 6).splittingDiagonal()
    let dense = coefficients.dense()
    let diagonal = (0..<10).map { i in (0..<10).reduce(0.5) { $0 + dense[i, $1] } }
    var masks = [SIMD8<Double>](repeating: .init(repeating: 1), count: 10)
    masks[3][2] = 0
    var solution = [SIMD8<Double>](repeating: .init(repeating: 1), count: 10)
    let outcome = BlockGaussSeidel(coefficients: coefficients, diagonal: diagonal).solve(
      &solution, rightSide: .init(repeating: .init(repeating: 1), count: 10), masks: masks,
      tolerance: .init(repeating: 1e-13))
    #expect(solution[3][2] == 0)
    #expect(solution[3][1] > 0)
    #expect(outcome.residual.max() < 1e-10)
  }

  @Test func givingUpIsReported() {
    let (_, coefficients) = Self.randomMatrix(order: 10, seed: 6).splittingDiagonal()
    let dense = coefficients.dense()
    let diagonal = (0..<10).map { i in (0..<10).reduce(1e-9) { $0 + dense[i, $1] } }
    var solution = [SIMD8<Double>](repeating: .zero, count: 10)
    let outcome = BlockGaussSeidel(coefficients: coefficients, diagonal: diagonal).solve(
      &solution, rightSide: .init(repeating: .init(repeating: 1), count: 10),
      tolerance: .init(repeating: 1e-13), mostSweeps: 3)
    #expect(!outcome.hasConverged)
    #expect(outcome.sweeps == 3)
  }

  /// About a third of the entries, from 1 to 9.
  static func randomMatrix(order: Int, seed: Int) -> SparseMatrix {
    var generator = TestGenerator(seed: seed)
    var starts = [0]
    var columns: [Int32] = []
    var values: [Double] = []
    for _ in 0..<order {
      for j in 0..<order where Int.random(in: 0..<3, using: &generator) == 0 {
        columns.append(Int32(j))
        values.append(Double(Int.random(in: 1...9, using: &generator)))
      }
      starts.append(values.count)
    }
    return SparseMatrix(
      rows: order, columns: order, rowStarts: starts, columnIndices: columns, values: values)
  }
}
