import TouchstoneParallel

/// Sums over all subsets of n players. Subset S is the number whose bit i says whether player i is in.
enum SubsetLattice {
  /// Subsets that are worked on at a time: 2¹² numbers fit into the first-level cache.
  private static let blockBits = 12

  /// Replaces f by F(S) = Σ f(T) over T ⊆ S, in place (the zeta transform, by Yates's algorithm).
  ///
  /// - Complexity: n 2ⁿ⁻¹ additions for 2ⁿ numbers, in parallel.
  static func sumOverSubsets(_ values: inout [Double]) {
    let bits = values.count.trailingZeroBitCount
    let low = min(bits, blockBits)
    values.withUnsafeMutableBufferPointer { buffer in
      let values = SharedBuffer(base: buffer.baseAddress!)
      // The low bits stay inside a block.
      Parallel.forEach(buffer.count >> low) { block in
        let start = values.base + block << low
        for bit in 0..<low {
          for subset in 0..<1 << low where subset & 1 << bit != 0 {
            start[subset] += start[subset ^ 1 << bit]
          }
        }
      }
      // Each high bit adds whole blocks to whole blocks.
      for bit in low..<bits {
        Parallel.forEach(buffer.count >> low) { block in
          guard block << low & 1 << bit != 0 else { return }
          let target = values.base + block << low
          let source = values.base + (block << low ^ 1 << bit)
          for offset in 0..<1 << low { target[offset] += source[offset] }
        }
      }
    }
  }

  /// The Shapley values of the game v: φᵢ = Σ over S without i of |S|! (n−|S|−1)! / n! (v(S ∪ i) − v(S)).
  ///
  /// - Complexity: n 2ⁿ⁻¹ differences, in parallel; memory O(2ⁿ⁻¹² n) besides v.
  static func shapleyValues(_ game: [Double]) -> [Double] {
    let players = game.count.trailingZeroBitCount
    guard players > 0 else { return [] }
    let weights = coalitionWeights(players: players)
    let low = min(players, blockBits)
    let partial = Parallel.map(game.count >> low) { block in
      var values = [Double](repeating: 0, count: players)
      for subset in block << low..<(block + 1) << low {
        let size = subset.nonzeroBitCount
        guard size < players else { continue }
        let (here, weight) = (game[subset], weights[size])
        for player in 0..<players where subset & 1 << player == 0 {
          values[player] += weight * (game[subset | 1 << player] - here)
        }
      }
      return values
    }
    return (0..<players).map { player in partial.lazy.map { $0[player] }.compensatedSum() }
  }

  /// |S|! (n−|S|−1)! / n! by the size of S, which is 1 / (n · binomial(n−1, |S|)).
  private static func coalitionWeights(players: Int) -> [Double] {
    var weights = [1 / Double(players)]
    for size in 1..<max(players, 1) {
      weights.append(weights[size - 1] * Double(size) / Double(players - size))
    }
    return weights
  }
}

/// A pointer that several threads write through.
///
/// `@unchecked Sendable`: in each parallel region every block is written by one index alone, and read
/// by others only if that region writes it nowhere.
private struct SharedBuffer: @unchecked Sendable {
  let base: UnsafeMutablePointer<Double>
}
