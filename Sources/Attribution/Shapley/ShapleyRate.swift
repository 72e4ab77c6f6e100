import Journeys
import MonteCarlo
import Parallel

/// Shapley values of the game in which a coalition is worth its conversion rate:
/// v(S) = conversions / journeys over the paths whose touchpoints all lie in S, non-converting
/// journeys included; 0 where there are none.
///
/// The value of each touchpoint is multiplied by the number of journeys, so that credits sum to the
/// conversions. Credits may be negative: a touchpoint whose presence goes with a lower rate loses.
/// Rates of small coalitions rest on few journeys and weigh as much as any other, so this model is the
/// noisiest of the Shapley family.
///
/// Exact over all 2ⁿ coalitions up to ``largestExact`` touchpoints; beyond, sampled over random orders
/// in antithetic pairs, with the standard error in the diagnostics. Each order's contributions sum to
/// the total, so the credits do, sampled or not.
///
/// Source: L. Shapley 1953; J. Castro, D. Gómez, J. Tejada, "Polynomial calculation of the Shapley value
/// based on sampling", 2009.
public struct ShapleyRate: AttributionModel {
  public let name = "shapley-rate"
  /// The number of sampled orders where the exact sum is out of reach; even.
  public let permutations: Int
  /// Chooses the sampled orders.
  public let seed: UInt64

  /// The largest number of touchpoints for which all coalitions are enumerated: two tables of 2²⁴
  /// numbers take 268 MB.
  public static let largestExact = 24

  /// - Parameters:
  ///   - permutations: The number of sampled orders, rounded up to an even number. Traps unless above 0.
  ///   - seed: Chooses them.
  public init(permutations: Int = 256, seed: UInt64 = 1) {
    precondition(permutations > 0, "at least one order must be sampled")
    self.permutations = (permutations + 1) / 2 * 2
    self.seed = seed
  }

  public var parameters: [ModelParameter] {
    [
      ModelParameter("permutations", .integer(permutations)),
      ModelParameter("seed", .integer(Int(truncatingIfNeeded: seed))),
    ]
  }

  public var traits: ModelTraits { [.needsNonConverting, .sumsToTotal] }

  /// The Shapley values of the rate game.
  ///
  /// Diagnostics: `method` is "exact" or "sampled", and where sampled `standardError`, in
  /// conversions, by touchpoint.
  /// - Complexity: O(n 2ⁿ) for n touchpoints where exact; O(permutations × touches of distinct sets)
  ///   where sampled. In parallel.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    let paths = evidence.paths
    let sets = paths.touchpointSets()
    let journeys = paths.touched.journeys
    guard journeys > 0 else {
      return Attribution(
        credits: paths.touchpoints.names.map { _ in Credit() }, paths: paths, sumsToTotal: true)
    }
    if paths.touchpoints.count <= Self.largestExact {
      let conversions = exactValues(of: sets, \.conversions)
      let value = paths.touched.value == 0 ? conversions.map { _ in 0 } : exactValues(of: sets, \.value)
      return Attribution(
        credits: zip(conversions, value).map {
          Credit(conversions: $0 * journeys, value: $1 * journeys)
        },
        paths: paths, sumsToTotal: true, diagnostics: [Diagnostic("method", .text("exact"))])
    }
    let (credits, standardErrors) = sampledCredits(of: sets, journeys: journeys)
    return Attribution(
      credits: credits, paths: paths, sumsToTotal: true,
      diagnostics: [
        Diagnostic("method", .text("sampled")),
        Diagnostic("standardError", .perTouchpoint(standardErrors)),
      ])
  }

  // MARK: All coalitions

  private func exactValues(
    of sets: PathTable, _ quantity: @Sendable (PathTotals) -> Double
  ) -> [Double] {
    let count = sets.touchpoints.count
    var numerators = [Double](repeating: 0, count: 1 << count)
    var denominators = numerators
    for part in sets.parts {
      part.forEachRow { set, totals in
        let mask = set.reduce(0) { $0 | 1 << Int($1) }
        numerators[mask] += quantity(totals)
        denominators[mask] += totals.journeys
      }
    }
    SubsetLattice.sumOverSubsets(&numerators)
    SubsetLattice.sumOverSubsets(&denominators)
    for mask in numerators.indices where numerators[mask] != 0 {
      numerators[mask] /= denominators[mask]
    }
    return SubsetLattice.shapleyValues(numerators)
  }

  // MARK: Sampled orders

  private func sampledCredits(
    of sets: PathTable, journeys: Double
  ) -> (credits: [Credit], standardErrors: [Double]) {
    let count = sets.touchpoints.count
    let pairs = permutations / 2
    let samples = Parallel.map(pairs) { pair in
      var stream = RandomStream(seed: seed, purpose: .permutation, index: UInt64(pair))
      let order = (0..<count).shuffled(using: &stream)
      var sum = contributions(of: order, sets, journeys)
      for (id, credit) in contributions(of: order.reversed(), sets, journeys).enumerated() {
        sum[id].conversions = (sum[id].conversions + credit.conversions) / 2
        sum[id].value = (sum[id].value + credit.value) / 2
      }
      return sum
    }
    var credits = [Credit](repeating: Credit(), count: count)
    var standardErrors = [Double](repeating: .nan, count: count)
    for id in 0..<count {
      let conversions = samples.map { $0[id].conversions }
      let mean = conversions.compensatedSum() / Double(pairs)
      credits[id].conversions = mean
      credits[id].value = samples.lazy.map { $0[id].value }.compensatedSum() / Double(pairs)
      if pairs > 1 {
        let squares = conversions.lazy.map { ($0 - mean) * ($0 - mean) }.compensatedSum()
        standardErrors[id] = (squares / Double(pairs - 1) / Double(pairs)).squareRoot()
      }
    }
    return (credits, standardErrors)
  }

  /// What each touchpoint adds when touchpoints join in a given order.
  private func contributions(
    of order: [Int], _ sets: PathTable, _ journeys: Double
  ) -> [Credit] {
    var ranks = [Int32](repeating: 0, count: order.count)
    for (rank, id) in order.enumerated() { ranks[id] = Int32(rank) }
    // A set is covered from the moment at which its last member joins.
    var joined = [PathTotals](repeating: PathTotals(conversions: 0), count: order.count)
    for part in sets.parts {
      part.forEachRow { set, totals in
        var last: Int32 = 0
        for id in set { last = max(last, ranks[Int(id)]) }
        joined[Int(last)].conversions += totals.conversions
        joined[Int(last)].value += totals.value
        joined[Int(last)].nonConverting += totals.nonConverting
      }
    }
    var credits = [Credit](repeating: Credit(), count: order.count)
    var covered = PathTotals(conversions: 0)
    var before = Credit()
    for (rank, id) in order.enumerated() {
      covered.conversions += joined[rank].conversions
      covered.value += joined[rank].value
      covered.nonConverting += joined[rank].nonConverting
      let scale = covered.journeys > 0 ? journeys / covered.journeys : 0
      let after = Credit(conversions: covered.conversions * scale, value: covered.value * scale)
      credits[id] = Credit(
        conversions: after.conversions - before.conversions, value: after.value - before.value)
      before = after
    }
    return credits
  }
}
