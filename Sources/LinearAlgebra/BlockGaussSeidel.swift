/// Gauss–Seidel sweeps for eight right sides at once.
///
/// Solves d_j x_j = m_j (b_j + Σ_{i≠j} c_ji x_i) for x, with a diagonal d, non-negative off-diagonal
/// coefficients c, right sides b and masks m of zeros and ones; lane by lane these are eight systems that
/// share d and c. Where d is at least the column or row sums of c, the systems are M-matrices and the
/// sweeps converge from any start.
///
/// Goals, in this order: a residual that can be trusted; one pass over the coefficients for all eight;
/// few sweeps. For the last, where the changes shrink at a steady ratio λ, the rest of the geometric series is
/// added at once: x + λ/(1−λ) Δx (Lyusternik's acceleration; see D. Young, "Iterative solution of large linear
/// systems", 1971). It only moves the point that the sweeps go on from, so it cannot spoil the result.
public struct BlockGaussSeidel: Sendable {
  /// One number for each of the eight systems.
  public typealias Lanes = SIMD8<Double>

  /// The coefficients c; a diagonal entry must not be stored.
  public let coefficients: SparseMatrix
  /// The diagonal d, above 0.
  public let diagonal: [Double]

  public init(coefficients: SparseMatrix, diagonal: [Double]) {
    precondition(coefficients.rows == diagonal.count, "one diagonal entry a row")
    precondition(coefficients.columns == coefficients.rows, "as many unknowns as equations")
    self.coefficients = coefficients
    self.diagonal = diagonal
  }

  /// What a solution took, and how good it is.
  public struct Outcome: Sendable, Equatable {
    /// The 1-norm of m (b + c x) − d x, in each lane.
    public let residual: Lanes
    public let sweeps: Int
    public let hasConverged: Bool
  }

  /// Sweeps until Σ d_j |Δx_j| is at most `tolerance` in every lane, or until it is at most `floor` and has stopped
  /// shrinking: then only rounding errors move.
  ///
  /// - Parameters:
  ///   - x: The start, overwritten by the solution.
  ///   - rightSide: b, one entry an equation.
  ///   - masks: m, one entry an equation; `nil` for ones.
  ///   - tolerance: By lane.
  ///   - floor: By lane, what rounding alone may move.
  ///   - mostSweeps: When to give up.
  /// - Complexity: O(entries) a sweep.
  public func solve(
    _ x: inout [Lanes], rightSide: [Lanes], masks: [Lanes]? = nil, tolerance: Lanes,
    floor: Lanes = Lanes(), mostSweeps: Int = usualMostSweeps
  ) -> Outcome {
    precondition(x.count == diagonal.count && rightSide.count == x.count, "one entry an equation")
    precondition(masks.map { $0.count == x.count } ?? true, "one mask an equation")
    let masks = masks ?? [Lanes](repeating: Lanes(repeating: 1), count: x.count)
    let inverses = diagonal.map { 1 / $0 }
    var sweeps = 0
    var change = Lanes()
    var ratio = Lanes()
    var before: [Lanes] = []
    var hasConverged = false
    var smallest = Double.infinity
    var smallestAt = 0
    while sweeps < mostSweeps && !hasConverged {
      let willExtrapolate = sweeps % Self.extrapolationPeriod == Self.extrapolationPeriod - 1
      if willExtrapolate { before = x }
      let previous = change
      // The second sweep goes down: a system that one direction settles at once settles in two sweeps. The others go
      // up, since directions in turn would hide the steady ratio that the extrapolation needs.
      change = sweep(&x, rightSide, masks, inverses, downward: sweeps == 1)
      sweeps += 1
      if change.sum() < smallest {
        smallest = change.sum()
        smallestAt = sweeps
      }
      let isStuck = sweeps - smallestAt > Self.extrapolationPeriod
      hasConverged = all(change .<= tolerance) || isStuck && all(change .<= floor)
      let newRatio = change / previous
      if willExtrapolate && !hasConverged {
        extrapolate(&x, from: before, Self.extension(ratio, newRatio))
      }
      ratio = newRatio
    }
    return Outcome(
      residual: residual(x, rightSide, masks), sweeps: sweeps, hasConverged: hasConverged)
  }

  /// Between two extrapolations the sweeps damp all but the slowest mode again.
  private static let extrapolationPeriod = 6

  /// When to give up, where nothing else is said: chains whose journeys circle for ten thousand touches are settled
  /// before.
  public static let usualMostSweeps = 20_000

  /// Ratios closer to 1 are left alone: a jump of more than ten thousand steps would be mostly rounding.
  private static let largestRatio = 0.9999
  /// Two ratios agree where they differ by less than this share of 1 − λ: the jump λ/(1−λ) is then off by about as
  /// much.
  private static let ratioAgreement = 0.1

  /// λ/(1−λ) where two ratios agree on λ, else 0.
  private static func `extension`(_ ratio: Lanes, _ newRatio: Lanes) -> Lanes {
    var factor = Lanes()
    for lane in 0..<Lanes.scalarCount {
      let value = newRatio[lane]
      if value > 0 && value < largestRatio && abs(value - ratio[lane]) < ratioAgreement * (1 - value) {
        factor[lane] = value / (1 - value)
      }
    }
    return factor
  }

  private func extrapolate(_ x: inout [Lanes], from before: [Lanes], _ factor: Lanes) {
    guard factor != Lanes() else { return }
    for j in x.indices { x[j] += factor * (x[j] - before[j]) }
  }

  /// One sweep; returns Σ d_j |Δx_j|.
  private func sweep(
    _ x: inout [Lanes], _ rightSide: [Lanes], _ masks: [Lanes], _ inverses: [Double],
    downward: Bool
  ) -> Lanes {
    var change = Lanes()
    x.withUnsafeMutableBufferPointer { x in
      forEachRow(downward: downward) { j, entries, indices, values in
        var sum = rightSide[j]
        for k in entries { sum += values[k] * x[Int(indices[k])] }
        let updated = masks[j] * sum * inverses[j]
        change += diagonal[j] * magnitude(updated - x[j])
        x[j] = updated
      }
    }
    return change
  }

  private func residual(_ x: [Lanes], _ rightSide: [Lanes], _ masks: [Lanes]) -> Lanes {
    var residual = Lanes()
    forEachRow { j, entries, indices, values in
      var sum = rightSide[j]
      for k in entries { sum += values[k] * x[Int(indices[k])] }
      residual += magnitude(masks[j] * sum - diagonal[j] * x[j])
    }
    return residual
  }

  @inline(__always)
  private func forEachRow(
    downward: Bool = false,
    _ body: (
      Int, Range<Int>, UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Double>
    ) -> Void
  ) {
    coefficients.columnIndices.withUnsafeBufferPointer { indices in
      coefficients.values.withUnsafeBufferPointer { values in
        let last = coefficients.rows - 1
        for step in 0..<coefficients.rows {
          let j = downward ? last - step : step
          body(j, coefficients.rowStarts[j]..<coefficients.rowStarts[j + 1], indices, values)
        }
      }
    }
  }

  @inline(__always)
  private func magnitude(_ lanes: Lanes) -> Lanes {
    lanes.replacing(with: -lanes, where: lanes .< 0)
  }
}
