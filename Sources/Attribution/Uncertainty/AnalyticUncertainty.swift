import TouchstoneJourneys
import TouchstoneLinearAlgebra
import TouchstoneMonteCarlo

/// Standard errors of removal effects on the chain of order 1, by the delta method: what leaves a state is one
/// multinomial sample.
///
/// With N the fundamental matrix, b the probabilities to convert and p = b_s, primes for touchpoint c removed,
///
///     ∂p/∂P_jk = N_sj b_k,   ∂p'/∂P_jk = N'_sj b'_k,   R = 1 − p'/p,
///     Var R = Σ_j (1/n_j) [Σ_k P_jk g_jk² − (Σ_k P_jk g_jk)²],   g = p'/p² ∂p − 1/p ∂p',
///
/// with b = 1 at conversion, 0 at null, and n_j the journeys that left j. N' and b' come from N by one rank-one update
/// a touchpoint. Credits are R / Σ R times the conversions, and the number of conversions is taken for Poisson.
///
/// It holds where the chain does: transitions of one journey are taken for independent, given the states. The bootstrap
/// does not need that. Both fail for touchpoints with few journeys.
struct AnalyticUncertainty {
  private let chain: MarkovChain
  private let states: Int
  /// N = (D − C)⁻¹ D.
  private let fundamental: Matrix
  private let expected: [Double]
  private let touched: PathTotals

  /// - Throws: As ``MarkovChain/init(_:order:memoryLimit:)``, and where the chain is too large to be solved densely.
  init(_ paths: PathTable) throws(AttributionError) {
    chain = try MarkovChain(paths, order: 1)
    touched = paths.touched
    states = chain.stateCount
    guard states <= RemovalEffects.largestDense else {
      throw .tooManyTouchpoints(
        model: "an analytic interval", touchpoints: paths.touchpoints.count, largest: RemovalEffects.largestDense - 1)
    }
    fundamental = RemovalEffects.fundamentalMatrix(of: chain)
    expected = fundamental.times((0..<states).map { [chain] in chain.conversions[$0] / chain.departures[$0] })
  }

  /// The intervals, by touchpoint.
  func uncertainty(level: Double) -> CreditUncertainty {
    let count = chain.touchpoints.count
    var stateOf = [Int?](repeating: nil, count: count)
    for state in 0..<states { if let last = chain.lastTouchpoint(ofState: state) { stateOf[last] = state } }
    let transitions = chain.allTransitions()
    let p = states > 0 ? expected[0] : 0
    var effects = [Double](repeating: 0, count: count)
    // Gradients of the removal effects, by touchpoint and transition.
    var gradients = [[Double]](repeating: [Double](repeating: 0, count: transitions.count), count: count)
    for touchpoint in 0..<count {
      guard let removed = stateOf[touchpoint], p > 0 else { continue }
      let pivot = fundamental[removed, removed]
      func visits(_ state: Int) -> Double {
        state == removed
          ? 0 : fundamental[0, state] - fundamental[0, removed] * fundamental[removed, state] / pivot
      }
      func conversion(_ state: Int) -> Double {
        state == removed ? 0 : expected[state] - fundamental[state, removed] * expected[removed] / pivot
      }
      let without = conversion(0)
      effects[touchpoint] = 1 - without / p
      for (index, transition) in transitions.enumerated() {
        let (target, targetWithout) = ends(transition.to, conversion)
        let slope = fundamental[0, transition.from] * target
        let slopeWithout = visits(transition.from) * targetWithout
        gradients[touchpoint][index] = without / (p * p) * slope - slopeWithout / p
      }
    }
    let sum = effects.reduce(0, +)
    var sumGradient = [Double](repeating: 0, count: transitions.count)
    for gradient in gradients { for index in gradient.indices { sumGradient[index] += gradient[index] } }
    let quantile = Normal.quantile(1 - (1 - level) / 2)
    func spread(_ estimate: Double, _ variance: Double) -> CreditUncertainty.Spread {
      let error = max(0, variance).squareRoot()
      return CreditUncertainty.Spread(
        interval: estimate - quantile * error...estimate + quantile * error, standardError: error)
    }
    let conversions = (0..<count).map { id -> CreditUncertainty.Spread in
      guard sum > 0 else { return spread(0, 0) }
      let share = effects[id] / sum
      let gradient = transitions.indices.map { gradients[id][$0] / sum - share * sumGradient[$0] / sum }
      let variance = variance(gradient, transitions)
      return spread(
        share * touched.conversions,
        touched.conversions * touched.conversions * variance + share * share * touched.conversions)
    }
    return CreditUncertainty(
      level: level, conversions: conversions,
      removalEffects: (0..<count).map { spread(effects[$0], variance(gradients[$0], transitions)) })
  }

  /// The probability to convert from where a transition leads, in the whole chain and in another.
  private func ends(
    _ target: MarkovChain.Transition.Target, _ conversion: (Int) -> Double
  ) -> (Double, Double) {
    switch target {
    case .state(let state): (expected[state], conversion(state))
    case .conversion: (1, 1)
    case .null: (0, 0)
    }
  }

  private func variance(_ gradient: [Double], _ transitions: [MarkovChain.Transition]) -> Double {
    var (means, squares) = ([Double](repeating: 0, count: states), [Double](repeating: 0, count: states))
    for (index, transition) in transitions.enumerated() {
      means[transition.from] += transition.probability * gradient[index]
      squares[transition.from] += transition.probability * gradient[index] * gradient[index]
    }
    return (0..<states).reduce(0) {
      $0 + (squares[$1] - means[$1] * means[$1]) / chain.departures[$1]
    }
  }
}

extension Markov {
  /// Analytic intervals of credits in conversions and of removal effects, for order 1.
  ///
  /// - Parameter level: Between 0 and 1.
  /// - Returns: `nil` for higher orders.
  /// - Throws: As ``MarkovChain/init(_:order:memoryLimit:)``, and where the chain is too large to be solved densely.
  /// - Complexity: O(touchpoints × transitions), and O(touchpoints³).
  public func analyticUncertainty(_ paths: PathTable, level: Double) throws(AttributionError) -> CreditUncertainty? {
    precondition(level > 0 && level < 1, "a level is between 0 and 1")
    guard order == 1 else { return nil }
    return try AnalyticUncertainty(paths).uncertainty(level: level)
  }
}
