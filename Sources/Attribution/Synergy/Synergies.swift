import TouchstoneJourneys
import TouchstoneLinearAlgebra
import TouchstoneMonteCarlo
import TouchstoneParallel

/// Which touchpoints work together: all pairs, on the chain and as observed.
///
/// On the chain of order 1, with M the inverse of departures less counts, the loss without a set K of touchpoints is
/// M_sK (M_KK)⁻¹ b_K, so that one inverse and a 2×2 system a pair give every interaction I_ij = loss_i + loss_j −
/// loss_ij.
///
/// The game of the chain gives a coalition the walks that stay inside it, so adding a touchpoint never hurts another:
/// its interactions are never below 0, and say how many conversions need both. Whether two touchpoints replace each
/// other only what was observed can say: the conversion rate of journeys with both against what independence predicts
/// (``PairCells``). That is an association: who meets both may have been readier to buy.
public struct Synergies: Sendable {
  /// All pairs, those with the largest excess of observed conversions in size first; pairs without one last.
  public let pairs: [PairSynergy]
  public let touchpoints: TouchpointTable

  /// The largest number of touchpoints for which the Shapley interaction index is worked out.
  public static let largestIndexed = 16

  /// The synergies of a path table's touchpoints.
  ///
  /// - Throws: As ``MarkovChain/init(_:order:memoryLimit:)``;
  ///   ``AttributionError/tooManyTouchpoints(model:touchpoints:largest:)`` where the chain cannot be solved densely.
  /// - Complexity: O(n³ + paths × pairs on a path), and O(n² 2ⁿ) for the index.
  public init(_ paths: PathTable) throws(AttributionError) {
    let rows = CanonicalRows(paths)
    try Self.check(paths)
    touchpoints = paths.touchpoints
    let calculator = PairCalculator(rows)
    let weights = RowWeights(rows)
    let observed = calculator.cells(weights)
    let chain = calculator.chain(weights)
    let index = rows.touchpoints.count <= Self.largestIndexed ? calculator.shapleyInteractions(weights) : nil
    let pairs = calculator.pairs.indices.map { pair in
      let (i, j) = calculator.pairs[pair]
      let (first, second) = (Int(rows.tableIDs[i]), Int(rows.tableIDs[j]))
      let cells = observed[pair]
      return PairSynergy(
        first: min(first, second), second: max(first, second), chainInteraction: chain.interactions[pair],
        chainLift: chain.lift(pair, i, j), shapleyInteraction: index?[pair],
        observed: first < second
          ? cells
          : PairCells(
            both: cells.both, firstAlone: cells.secondAlone, secondAlone: cells.firstAlone, neither: cells.neither))
    }
    self.pairs = pairs.sorted { left, right in
      let (weight, otherWeight) = (Self.weight(left), Self.weight(right))
      return weight == otherWeight
        ? (left.first, left.second) < (right.first, right.second) : weight > otherWeight
    }
  }

  private static func weight(_ pair: PairSynergy) -> Double { abs(pair.observed.excessConversions ?? 0) }

  private static func check(_ paths: PathTable) throws(AttributionError) {
    guard paths.touchpoints.count < RemovalEffects.largestDense else {
      throw .tooManyTouchpoints(
        model: "synergy", touchpoints: paths.touchpoints.count, largest: RemovalEffects.largestDense - 1)
    }
  }

  // MARK: Intervals

  /// How sure one can be of one pair's figures.
  public struct Spread: Sendable {
    public let excessConversions: BootstrapSample?
    public let chainInteraction: BootstrapSample
    /// `nil` beyond ``Synergies/largestSampledIndex`` touchpoints.
    public let shapleyInteraction: BootstrapSample?
  }

  /// The largest number of touchpoints for which the Shapley interaction index is worked out on every replicate.
  public static let largestSampledIndex = 12

  /// Bootstrap samples of the first `count` pairs.
  ///
  /// - Parameters:
  ///   - count: How many of ``pairs``.
  ///   - evidence: What the synergies were worked out from.
  ///   - bootstrap: The replicates.
  /// - Throws: Nothing that ``init(_:)`` did not throw.
  public func spreads(
    ofFirst count: Int, on evidence: Evidence, _ bootstrap: Bootstrap
  ) throws(AttributionError) -> [Spread] {
    let rows = CanonicalRows(evidence.paths)
    let calculator = PairCalculator(rows)
    let touchpointCount = rows.touchpoints.count
    func key(_ one: Int, _ other: Int) -> Int { min(one, other) * touchpointCount + max(one, other) }
    let indices = Dictionary(
      uniqueKeysWithValues: calculator.pairs.enumerated().map { index, pair in
        (key(Int(rows.tableIDs[pair.0]), Int(rows.tableIDs[pair.1])), index)
      })
    let asked = pairs.prefix(count).map { indices[key($0.first, $0.second)]! }
    let hasIndex = rows.touchpoints.count <= Self.largestSampledIndex
    let samples = try bootstrap.samples(rows, evidence.jointJourneys) { weights in
      let observed = calculator.cells(weights)
      let chain = calculator.chain(weights)
      let index = hasIndex ? calculator.shapleyInteractions(weights) : nil
      return asked.flatMap { pair in
        [observed[pair].excessConversions ?? .nan, chain.interactions[pair], index?[pair] ?? 0]
      }
    }
    return asked.indices.map { pair in
      Spread(
        // A replicate that lost a kind of journey has no excess: then the interval would be that of the others.
        excessConversions: samples[3 * pair].isComplete ? samples[3 * pair] : nil,
        chainInteraction: samples[3 * pair + 1], shapleyInteraction: hasIndex ? samples[3 * pair + 2] : nil)
    }
  }
}
