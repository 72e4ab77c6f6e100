import TouchstoneLinearAlgebra

/// All removal effects from one factorisation.
///
/// With D the departures and C the counts from state to state, A = D − C holds whole numbers where the
/// counts are whole, and A = D (I − Q). Its inverse M gives the fundamental matrix N = M D, in which D
/// cancels from every ratio below. With b = M r the expected conversions from each state (r: conversions
/// out of it), and K the states whose last touch is c, the loss is
///
///     M[s, K] (M[K, K])⁻¹ b[K],
///
/// which for order 1 is M_sc b_c / M_cc. Only A's entries enter, so self-loops, which are subtracted from
/// D before anything is divided, cost no accuracy.
extension RemovalEffects {
  static func dense(_ chain: MarkovChain) -> RemovalEffects {
    let states = chain.stateCount
    let system = chain.system()
    let inverse = ChainSystem.factors(of: system).inverse()
    let conversions = inverse.times(chain.conversions)
    let value = inverse.times(chain.value)
    var identity = system.times(inverse)
    for j in 0..<states { identity[j, j] -= 1 }
    let residual = identity.elements.lazy.map(abs).max() ?? 0

    var statesOfTouchpoint = [[Int]](repeating: [], count: chain.touchpoints.count)
    for state in 0..<states {
      if let last = chain.lastTouchpoint(ofState: state) { statesOfTouchpoint[last].append(state) }
    }
    var lostConversions: [Double] = []
    var lostValue: [Double] = []
    var reach: [Double] = []
    for states in statesOfTouchpoint {
      // entries = M[K, K]⁻ᵀ M[s, K]ᵀ: where journeys meet c for the first time.
      let entries = Self.firstEntries(inverse, states)
      lostConversions.append(zip(entries, states).reduce(0) { $0 + $1.0 * conversions[$1.1] })
      lostValue.append(zip(entries, states).reduce(0) { $0 + $1.0 * value[$1.1] })
      reach.append(entries.reduce(0, +))
    }
    return RemovalEffects(
      conversionProbability: conversions[0], valuePerJourney: value[0],
      conversions: lostConversions.map { share(lost: $0, of: conversions[0]) },
      value: lostValue.map { share(lost: $0, of: value[0]) },
      reach: reach, residual: residual, method: .dense)
  }

  /// The expected visits of each state from each state: N = (D − C)⁻¹ D.
  static func fundamentalMatrix(of chain: MarkovChain) -> Matrix {
    var inverse = ChainSystem.factors(of: chain.system()).inverse()
    for j in 0..<chain.stateCount {
      for i in 0..<chain.stateCount { inverse[i, j] *= chain.departures[j] }
    }
    return inverse
  }

  /// The probability that a journey meets the set of states `states` for the first time in each of them.
  private static func firstEntries(_ inverse: Matrix, _ states: [Int]) -> [Double] {
    let visits = states.map { inverse[0, $0] }
    if states.count == 1 { return [visits[0] / inverse[states[0], states[0]]] }
    if states.isEmpty { return [] }
    do {
      return try LUFactorization(inverse.submatrix(states)).solve(visits, transposed: true)
    } catch {
      preconditionFailure("a principal block of an inverse M-matrix is never singular: \(error)")
    }
  }
}

extension MarkovChain {
  /// D − C, as a dense matrix.
  fileprivate func system() -> Matrix {
    ChainSystem.matrix(departures: departures) { subtract in
      transitions.forEachEntry { from, to, count in subtract(from, to, count) }
    }
  }
}
