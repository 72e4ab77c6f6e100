import TouchstoneJourneys

/// How well a chain reproduces the journeys that it was fitted on.
///
/// The conversion rate, the mean length and how often each context occurs are the same by construction, at every order.
/// What can differ is how they are spread over journeys: path lengths, and how many journeys meet a touchpoint at all.
public struct ChainFit: Sendable {
  /// A figure of the journeys, and the chain's.
  public struct Figure: Sendable, Equatable {
    public let observed: Double
    public let fitted: Double
  }

  /// The order of the chain.
  public let order: Int
  public let conversionRate: Figure
  public let meanLength: Figure
  /// The share of journeys of 1, 2, … ``longestLength`` touches, and of more.
  public let lengths: [Figure]
  /// The share of journeys that meet each touchpoint, by id.
  public let reach: [Figure]
  /// The share of conversions whose journey met each touchpoint, by id: the fitted one is the removal effect.
  public let convertingReach: [Figure]

  /// The longest path that has a share of its own.
  public static let longestLength = 20

  /// Fits a chain and compares.
  ///
  /// - Throws: As ``MarkovChain/init(_:order:memoryLimit:)`` and ``RemovalEffects/init(_:)``.
  public init(
    _ paths: PathTable, order: Int, memoryLimit: Int = Markov.defaultMemoryLimit
  ) throws(AttributionError) {
    let chain = try MarkovChain(paths, order: order, memoryLimit: memoryLimit)
    let effects = try RemovalEffects(chain)
    let touched = paths.touched
    var lengths = [Double](repeating: 0, count: Self.longestLength + 1)
    var touches = 0.0
    var met = [PathTotals](repeating: PathTotals(conversions: 0), count: paths.touchpoints.count)
    var distinct = DistinctTouchpoints(touchpointCount: paths.touchpoints.count)
    for part in paths.parts {
      part.forEachRow { path, totals in
        lengths[min(path.count, Self.longestLength + 1) - 1] += totals.journeys
        touches += Double(path.count) * totals.journeys
        distinct.withList(path) { touchpoints in
          for touchpoint in touchpoints {
            met[Int(touchpoint)].conversions += totals.conversions
            met[Int(touchpoint)].nonConverting += totals.nonConverting
          }
        }
      }
    }
    func share(_ part: Double, _ whole: Double) -> Double { whole > 0 ? part / whole : 0 }
    let journeys = touched.journeys
    let implied = Self.lengthShares(chain)
    self.order = order
    conversionRate = Figure(observed: share(touched.conversions, journeys), fitted: effects.conversionProbability)
    meanLength = Figure(
      observed: share(touches, journeys),
      fitted: share(chain.departures.dropFirst().reduce(0, +), chain.departures.first ?? 0))
    self.lengths = zip(lengths, implied).map { Figure(observed: share($0, journeys), fitted: $1) }
    reach = zip(met, effects.reach).map { Figure(observed: share($0.journeys, journeys), fitted: $1) }
    convertingReach = zip(met, effects.conversions).map {
      Figure(observed: share($0.conversions, touched.conversions), fitted: $1)
    }
  }

  /// The shares of walks that end after 1, 2, … touches, and after more.
  ///
  /// - Complexity: O(``longestLength`` × transitions).
  private static func lengthShares(_ chain: MarkovChain) -> [Double] {
    guard chain.stateCount > 0 else { return [Double](repeating: 0, count: longestLength + 1) }
    var shares: [Double] = []
    var walks = [Double](repeating: 0, count: chain.stateCount)
    walks[0] = 1
    for _ in 1...longestLength {
      var next = [Double](repeating: 0, count: chain.stateCount)
      for state in 0..<chain.stateCount where walks[state] > 0 {
        let each = walks[state] / chain.departures[state]
        for entry in chain.transitions.rowStarts[state]..<chain.transitions.rowStarts[state + 1] {
          next[Int(chain.transitions.columnIndices[entry])] += each * chain.transitions.values[entry]
        }
      }
      walks = next
      shares.append(
        walks.indices.reduce(0) {
          $0 + walks[$1] * (chain.conversions[$1] + chain.nulls[$1]) / chain.departures[$1]
        })
    }
    return shares + [max(0, 1 - shares.reduce(0, +))]
  }
}
