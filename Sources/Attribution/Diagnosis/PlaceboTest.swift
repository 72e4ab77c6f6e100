import TouchstoneJourneys
import TouchstoneMonteCarlo
import TouchstoneParallel

/// How much credit models give to a touchpoint that cannot have caused anything.
///
/// A real touchpoint's visits are dealt out anew: how often each journey meets the placebo is drawn from how often
/// journeys meet the real one, whatever becomes of the journey, and the visits are put at places drawn at random. The
/// placebo is as common as its model and has nothing to do with conversions. Credit that it gets, a model gives for
/// being there.
public struct PlaceboTest: Sendable {
  /// What one model gave.
  public struct Score: Sendable {
    public let model: any AttributionModel
    /// The placebo's share of all credit, by shuffle.
    public let shares: [Double]
    /// The credit of the real touchpoint, as a share of all credit without the placebo.
    public let originalShare: Double

    /// The mean share over shuffles.
    public var meanShare: Double { SampleMoments(shares).mean }
    /// The standard deviation of the share over shuffles, 0 for a single one.
    public var spread: Double { shares.count > 1 ? SampleMoments(shares).standardDeviation : 0 }
  }

  /// The id of the touchpoint whose visits were shuffled.
  public let original: Int
  public let scores: [Score]

  /// The name that the placebo gets in the tables that models see.
  static let placeboName = "(placebo)"
  /// The journeys of a row are dealt their visits in so many portions at the most.
  private static let mostPortions = 1_000.0

  /// The touchpoint of median reach: neither the most common one nor a rare one. `nil` without journeys.
  public static func usualOriginal(_ paths: PathTable) -> Int? {
    guard paths.touched.journeys > 0 else { return nil }
    let reach = visitCounts(paths).map { counts in counts.dropFirst().reduce(0, +) }
    let sorted = reach.indices.sorted { (reach[$1], $0) < (reach[$0], $1) }
    return sorted.isEmpty ? nil : sorted[sorted.count / 2]
  }

  /// Refuses models that need more than paths.
  ///
  /// A placebo's visits are put at places of a path, and have no times. Credit by position, which a path table may
  /// carry for time decay, cannot be shared out anew without them: it is summed over journeys whose times differ, and a
  /// visit's share is no sum of shares.
  /// - Throws: ``AttributionError/noPlacebo(model:)``.
  public static func check(_ models: [any AttributionModel]) throws(AttributionError) {
    if let model = models.first(where: { !$0.needs.isPathsAlone }) { throw .noPlacebo(model: model.name) }
  }

  /// Runs the test.
  ///
  /// - Parameters:
  ///   - paths: The journeys.
  ///   - models: What to test.
  ///   - original: The touchpoint whose visits are shuffled.
  ///   - shuffles: How often. Traps unless at least 1.
  ///   - seed: Chooses the shuffles.
  /// - Throws: As ``check(_:)``, and what a model throws.
  /// - Complexity: O(shuffles) times a model and O(touches).
  public init(
    _ paths: PathTable, models: [any AttributionModel], original: Int, shuffles: Int = 20, seed: UInt64 = 1
  ) throws(AttributionError) {
    precondition(
      shuffles >= 1 && original < paths.touchpoints.count && paths.touched.journeys > 0,
      "a shuffle of a touchpoint of the table, which has journeys")
    try Self.check(models)
    self.original = original
    let rows = CanonicalRows(paths)
    let visits = AliasTable(Self.visitCounts(paths)[original])
    let results = Parallel.map(shuffles) { shuffle -> Swift.Result<[Double], AttributionError> in
      let table = Self.shuffled(rows, visits: visits, key: (seed, shuffle))
      guard let placebo = table.touchpoints.id(of: Self.placeboName) else {
        return .success(models.map { _ in 0 })
      }
      do throws(AttributionError) {
        var shares: [Double] = []
        for model in models {
          shares.append(Self.share(try model.attribute(Evidence(paths: table)), Int(placebo)))
        }
        return .success(shares)
      } catch { return .failure(error) }
    }
    var shares: [[Double]] = []
    for result in results { shares.append(try result.get()) }
    var scores: [Score] = []
    for (index, model) in models.enumerated() {
      let original = try model.attribute(Evidence(paths: paths))
      scores.append(
        Score(model: model, shares: shares.map { $0[index] }, originalShare: Self.share(original, self.original)))
    }
    self.scores = scores
  }

  private static func share(_ attribution: Attribution, _ touchpoint: Int) -> Double {
    let total = attribution.creditTotal.conversions
    return total > 0 ? attribution.credits[touchpoint].conversions / total : 0
  }

  /// By touchpoint, the journeys that met it 0, 1, 2, … times.
  private static func visitCounts(_ paths: PathTable) -> [[Double]] {
    var counts = [[Double]](repeating: [0], count: paths.touchpoints.count)
    var visits = [Int](repeating: 0, count: paths.touchpoints.count)
    for part in paths.parts {
      part.forEachRow { path, totals in
        for touch in path { visits[Int(touch)] += 1 }
        for touch in path where visits[Int(touch)] > 0 {
          let count = visits[Int(touch)]
          while counts[Int(touch)].count <= count { counts[Int(touch)].append(0) }
          counts[Int(touch)][count] += totals.journeys
          visits[Int(touch)] = 0
        }
      }
    }
    for touchpoint in counts.indices {
      counts[touchpoint][0] = max(0, paths.touched.journeys - counts[touchpoint].dropFirst().reduce(0, +))
    }
    return counts
  }

  /// The journeys with the placebo's visits among them.
  private static func shuffled(
    _ rows: CanonicalRows, visits: AliasTable, key: (seed: UInt64, shuffle: Int)
  ) -> PathTable {
    let batch = PathBatch()
    var touchpoints = rows.touchpoints
    let placebo = touchpoints.intern(placeboName)
    for row in 0..<rows.count {
      var stream = RandomStream(
        seed: key.seed, purpose: .placebo, index: Philox.block(counter: (rows.keys[row], 0), key: UInt64(key.shuffle)).0
      )
      let path = rows.touches[rows.starts[row]..<rows.starts[row + 1]]
      let totals = rows.totals[row]
      func deal(_ journeys: Double, _ portion: (Double) -> PathTotals) {
        guard journeys > 0 else { return }
        let portions = min(journeys.rounded(.up), mostPortions)
        for _ in 0..<Int(portions) {
          var longer = Array(path)
          for _ in 0..<visits.draw(stream.next()) {
            longer.insert(placebo, at: Int.random(in: 0...longer.count, using: &stream))
          }
          batch.append(longer, portion(1 / portions))
        }
      }
      deal(totals.conversions) {
        PathTotals(conversions: totals.conversions * $0, value: totals.value * $0)
      }
      deal(totals.nonConverting) { PathTotals(conversions: 0, nonConverting: totals.nonConverting * $0) }
    }
    var builder = PathTableBuilder()
    builder.add([batch])
    return builder.finish(touchpoints: touchpoints)
  }
}
