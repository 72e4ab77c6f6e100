/// What would be lost if a touchpoint led nowhere: exact solutions on a chain.
package struct RemovalEffects: Sendable {
  /// The probability that a journey converts.
  package let conversionProbability: Double
  /// The mean value of a journey.
  package let valuePerJourney: Double
  /// By touchpoint, the share of conversions lost when every visit to it ends the journey:
  /// 1 − P(convert | c leads to null) / P(convert). It equals the share of converting walks that visit c.
  package let conversions: [Double]
  /// The same share of value.
  package let value: [Double]
  /// By touchpoint, the probability that a walk, converting or not, visits it.
  package let reach: [Double]
  /// How well the equations hold. Solved densely: the largest entry of A·A⁻¹ − I. Solved sparsely: a bound on the
  /// absolute error of each probability to convert without a touchpoint, before rounding in the bound itself. It says
  /// nothing about ``value``, which comes from the same solutions.
  package let residual: Double
  /// How the equations were solved.
  package let method: Method

  package enum Method: Sendable, Equatable {
    /// One LU factorisation for all touchpoints.
    case dense
    /// One sparse solve a touchpoint, by that many sweeps at the most.
    case sparse(sweeps: Int)
  }

  /// Chains of up to this many states are solved densely.
  ///
  /// Factoring, inverting and checking cost 4 n³ operations, which soon is more than sparse sweeps cost.
  package static let largestDense = 400

  /// Where sweeps do not converge, chains of up to this many states are solved densely after all. Journeys that circle
  /// for a hundred thousand touches need it. Measured: 2,000 states take 0.2 GB and 4 s, 5,000 take 0.8 GB and 44 s.
  static let largestDenseFallback = 5_000

  /// The removal effects of all touchpoints of a chain.
  ///
  /// - Throws: ``AttributionError/notConverged(order:residual:sweeps:)``.
  /// - Complexity: see ``largestDense``; beyond, O(transitions × sweeps) a touchpoint, in parallel.
  package init(_ chain: MarkovChain) throws(AttributionError) {
    guard chain.stateCount > 0 else {
      let none = [Double](repeating: 0, count: chain.touchpoints.count)
      self.init(
        conversionProbability: 0, valuePerJourney: 0, conversions: none, value: none, reach: none, residual: 0,
        method: .dense)
      return
    }
    if chain.stateCount <= Self.largestDense {
      self = .dense(chain)
    } else {
      do throws(AttributionError) {
        self = try .sparse(chain)
      } catch {
        guard chain.stateCount <= Self.largestDenseFallback else { throw error }
        self = .dense(chain)
      }
    }
  }

  init(
    conversionProbability: Double, valuePerJourney: Double, conversions: [Double],
    value: [Double], reach: [Double], residual: Double, method: Method
  ) {
    self.conversionProbability = conversionProbability
    self.valuePerJourney = valuePerJourney
    self.conversions = conversions
    self.value = value
    self.reach = reach
    self.residual = residual
    self.method = method
  }

  /// The share of a total that is lost: 0 where there is nothing to lose.
  static func share(lost: Double, of total: Double) -> Double { total == 0 ? 0 : lost / total }
}
