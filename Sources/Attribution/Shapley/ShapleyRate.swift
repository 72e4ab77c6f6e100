import TouchstoneJourneys
import TouchstoneParallel

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
/// Source: L. Shapley 1953.
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

  /// Not where orders are sampled.
  public func isRepeatable(touchpoints: Int) -> Bool { touchpoints <= Self.largestExact }

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
      let (conversions, value) = exactValues(of: sets)
      return Attribution(
        credits: zip(conversions, value).map {
          Credit(conversions: $0 * journeys, value: $1 * journeys)
        },
        paths: paths, sumsToTotal: true, diagnostics: [Diagnostic("method", .text("exact"))])
    }
    let sample = SampledOrders(
      count: paths.touchpoints.count, effort: SampledOrders.Effort(orders: permutations, seed: seed)
    ) { contributions(of: $0, sets, journeys) }
    return Attribution(
      credits: sample.credits, paths: paths, sumsToTotal: true,
      diagnostics: [
        Diagnostic("method", .text("sampled")),
        Diagnostic("standardError", .perTouchpoint(sample.standardErrors)),
      ])
  }

  // MARK: All coalitions

  private func exactValues(of sets: PathTable) -> (conversions: [Double], value: [Double]) {
    let count = sets.touchpoints.count
    var journeys = coalitions(of: sets, \.journeys)
    SubsetLattice.sumOverSubsets(&journeys)
    func values(_ quantity: (PathTotals) -> Double) -> [Double] {
      var game = coalitions(of: sets, quantity)
      SubsetLattice.sumOverSubsets(&game)
      for mask in game.indices where game[mask] != 0 { game[mask] /= journeys[mask] }
      return SubsetLattice.shapleyValues(game)
    }
    let hasValue = sets.valueMagnitude > 0
    return (
      values(\.conversions), hasValue ? values(\.value) : [Double](repeating: 0, count: count)
    )
  }

  /// A quantity by the set of touchpoints that a journey consists of; bit i of an index is touchpoint i.
  private func coalitions(of sets: PathTable, _ quantity: (PathTotals) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: 1 << sets.touchpoints.count)
    for part in sets.parts {
      part.forEachRow { set, totals in
        sums[set.reduce(0) { $0 | 1 << Int($1) }] += quantity(totals)
      }
    }
    return sums
  }

  // MARK: Sampled orders

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
