import TouchstoneJourneys
import TouchstoneParallel

/// Shapley values of the game in which a coalition is worth its conversions on the Markov chain of order 1: touchpoints
/// outside the coalition lead to null.
///
/// Where a removal effect asks what is lost when one touchpoint goes and all others stay, the Shapley value averages
/// that over all coalitions: what two touchpoints lose together is split between them instead of being counted twice.
///
/// Exact over all 2ⁿ coalitions up to ``largestExact`` touchpoints, by eliminating touchpoints depth first, O(2ⁿ) in
/// all. Beyond, sampled over random orders: one elimination in that order gives what each touchpoint adds, O(n³).
///
/// Source: R. Singal, O. Besbes, A. Desir, V. Goyal, G. Iyengar, "Shapley meets uniform: an axiomatic framework for
/// attribution in online advertising", Management Science 2022.
public struct ShapleyMarkov: AttributionModel {
  public let name = "shapley-markov"
  /// The most orders sampled where the exact sum is out of reach.
  public let permutations: Int
  /// The relative standard error that is enough for touchpoints with at least the mean credit.
  public let precision: Double
  /// Chooses the sampled orders.
  public let seed: UInt64

  /// The largest number of touchpoints for which all coalitions are enumerated: two tables of 2²² numbers take 67 MB.
  public static let largestExact = 22

  /// - Parameters:
  ///   - permutations: The most orders sampled. Traps unless above 0.
  ///   - precision: The relative standard error that is enough. Traps unless above 0.
  ///   - seed: Chooses the orders.
  public init(permutations: Int = 65_536, precision: Double = 0.01, seed: UInt64 = 1) {
    precondition(permutations > 0 && precision > 0, "some orders must be sampled")
    self.permutations = permutations
    self.precision = precision
    self.seed = seed
  }

  public var parameters: [ModelParameter] {
    [
      ModelParameter("permutations", .integer(permutations)),
      ModelParameter("precision", .number(precision)),
      ModelParameter("seed", .integer(Int(truncatingIfNeeded: seed))),
    ]
  }

  public var traits: ModelTraits { [.orderSensitive, .sumsToTotal] }

  /// Not where orders are sampled.
  public func isRepeatable(touchpoints: Int) -> Bool { touchpoints <= Self.largestExact }

  /// The Shapley values of the chain's game.
  ///
  /// Diagnostics: `removalEffects` by touchpoint, for comparison; `method` is "exact" or "sampled, … orders", and where
  /// sampled `standardError`, in conversions, by touchpoint, and `largestRelativeError` of those with at least the mean
  /// credit.
  /// - Throws: As ``MarkovChain/init(_:order:memoryLimit:)``.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    let paths = evidence.paths
    let markovChain = try MarkovChain(paths, order: 1)
    let chain = CoalitionChain(markovChain)
    let effects = try RemovalEffects(markovChain).conversions
    guard chain.count > Self.largestExact else {
      return Attribution(
        credits: exactCredits(chain, paths), paths: paths, sumsToTotal: true,
        diagnostics: [
          Diagnostic("removalEffects", .perTouchpoint(effects)), Diagnostic("method", .text("exact")),
        ])
    }
    let sample = SampledOrders(
      count: chain.count,
      effort: SampledOrders.Effort(orders: permutations, precision: precision, seed: seed)
    ) { Self.contributions(of: $0, chain) }
    return Attribution(
      credits: sample.credits, paths: paths, sumsToTotal: true,
      diagnostics: [
        Diagnostic("removalEffects", .perTouchpoint(effects)),
        Diagnostic("method", .text("sampled, \(sample.orders) orders")),
        Diagnostic("standardError", .perTouchpoint(sample.standardErrors)),
        Diagnostic("largestRelativeError", .number(sample.largestRelativeError)),
      ])
  }

  // MARK: All coalitions

  private func exactCredits(_ chain: CoalitionChain, _ paths: PathTable) -> [Credit] {
    let worth = Self.worthOfAllCoalitions(chain)
    let conversions = SubsetLattice.shapleyValues(worth.conversions)
    let value =
      paths.valueMagnitude > 0
      ? SubsetLattice.shapleyValues(worth.value) : conversions.map { _ in 0 }
    return zip(conversions, value).map { Credit(conversions: $0, value: $1) }
  }

  /// The touchpoints that are decided on before the work is shared out: 64 pieces keep any number of cores busy.
  private static let sharedBits = 6

  /// The conversions and value of every coalition; bit i of an index is touchpoint i.
  ///
  /// The highest bits are decided on first, so that each piece of parallel work fills a stretch of its own.
  /// - Complexity: O(2ⁿ), in parallel.
  static func worthOfAllCoalitions(_ chain: CoalitionChain) -> (conversions: [Double], value: [Double]) {
    let count = chain.count
    let shared = min(count, Self.sharedBits)
    let pieces = Parallel.map(1 << shared) { piece -> [Credit] in
      var remainder = CoalitionChain.Remainder(chain, order: Array(0..<count))
      for bit in (0..<shared).reversed() { remainder.decide(joining: piece >> bit & 1 == 1) }
      var worth = [Credit](repeating: Credit(), count: 1 << (count - shared))
      // One remainder for each number of touchpoints that wait, so that nothing is allocated on the way.
      var levels = [CoalitionChain.Remainder](repeating: remainder, count: count - shared + 1)
      fill(&worth, 0, &levels)
      return worth
    }
    return (pieces.flatMap { $0.map(\.conversions) }, pieces.flatMap { $0.map(\.value) })
  }

  /// Fills the stretch from `start` on with the coalitions of those that wait in `levels[waiting]`.
  private static func fill(
    _ worth: inout [Credit], _ start: Int, _ levels: inout [CoalitionChain.Remainder], depth: Int = 0
  ) {
    let waiting = levels[depth].waiting
    guard waiting > 0 else {
      worth[start] = levels[depth].worth
      return
    }
    for joining in [false, true] {
      levels.withUnsafeMutableBufferPointer { $0[depth + 1].become($0[depth], joining: joining) }
      fill(&worth, start + (joining ? 1 << (waiting - 1) : 0), &levels, depth: depth + 1)
    }
  }

  // MARK: One order

  /// What each touchpoint adds when touchpoints join in a given order.
  static func contributions(of order: [Int], _ chain: CoalitionChain) -> [Credit] {
    var remainder = CoalitionChain.Remainder(chain, order: order.reversed())
    var credits = [Credit](repeating: Credit(), count: chain.count)
    var before = remainder.worth
    for touchpoint in order {
      remainder.decide(joining: true)
      let after = remainder.worth
      credits[touchpoint] = Credit(
        conversions: after.conversions - before.conversions, value: after.value - before.value)
      before = after
    }
    return credits
  }
}
