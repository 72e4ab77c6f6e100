import TouchstoneJourneys
import TouchstoneMonteCarlo
import TouchstoneParallel

/// Works figures out again on many replicates of the journeys, all figures on the same replicates.
public struct Bootstrap: Sendable {
  /// The number of replicates.
  public let replicates: Int
  /// Chooses them.
  public let seed: UInt64
  /// What intervals will be taken: the jackknife, which BCa needs, costs as much as two hundred replicates.
  public let method: BootstrapSample.Method

  /// - Parameters:
  ///   - replicates: At least 2. Traps otherwise.
  ///   - seed: Chooses them.
  ///   - method: What intervals will be taken; with `percentile` no other can be.
  public init(replicates: Int = 1_000, seed: UInt64 = 1, method: BootstrapSample.Method = .bca) {
    precondition(replicates >= 2, "a spread needs at least two replicates")
    self.replicates = replicates
    self.seed = seed
    self.method = method
  }

  /// So many replicates make one piece of parallel work.
  private static let replicatesPerPiece = 8

  /// The bootstrap distributions of models' credits.
  ///
  /// Persons are resampled where the evidence knows which journeys are one person's; else journeys are, as if
  /// independent, and where journeys of one person hang together intervals are too narrow.
  ///
  /// - Throws: What a model throws where the evidence does not suffice for it, or on a replicate;
  ///   ``AttributionError/notResampled(model:)`` where a model reads more than the journeys along paths.
  /// - Complexity: O(replicates × distinct paths), in parallel, and not by the number of journeys; for models that
  ///   neither credit path by path nor are a chain of order 1, O(replicates) times the model.
  public func distributions(
    of models: [any AttributionModel], on evidence: Evidence
  ) throws(AttributionError) -> [BootstrapDistribution] {
    let rows = CanonicalRows(evidence.paths)
    let journeys = ResampledJourneys(rows)
    var resamplers: [any Resampler] = []
    for model in models { resamplers.append(try model.resampled(journeys).resampler) }
    let asked = resamplers
    let samples = try samples(rows, evidence.jointJourneys) { weights throws(AttributionError) in
      var figures: [Double] = []
      for resampler in asked {
        for credit in try resampler.credits(weights) { figures += credit.figures }
      }
      return figures
    }
    let length = samples.count / max(models.count, 1)
    return models.indices.map { BootstrapDistribution(Array(samples[$0 * length..<($0 + 1) * length]), rows: rows) }
  }

  /// The samples of some figures of the chain of order 1.
  ///
  /// - Parameter figures: Works the figures out, always as many, on the counts of a replicate; its number comes with
  ///   them, `nil` for the data as they are. Touchpoints are in the order of their names: the second argument gives
  ///   each one's id in the table.
  /// - Complexity: O(replicates × touches), in parallel, and what the figures take.
  package func chainSamples(
    on evidence: Evidence, figures: @escaping @Sendable (ChainCounts, [Int32], Int?) -> [Double]
  ) -> [BootstrapSample] {
    let rows = CanonicalRows(evidence.paths)
    let resampler = ChainResampler(rows)
    do {
      return try numberedSamples(rows, evidence.jointJourneys) { weights, run in
        figures(resampler.counts(weights), rows.tableIDs, run)
      }
    } catch {
      preconditionFailure("counting throws nothing: \(error)")
    }
  }

  /// The samples of some figures.
  ///
  /// - Parameter figures: Works the figures out for weights of the rows, always as many.
  func samples(
    _ rows: CanonicalRows, _ jointJourneys: JointJourneys?,
    figures: @escaping @Sendable (RowWeights) throws(AttributionError) -> [Double]
  ) throws(AttributionError) -> [BootstrapSample] {
    try numberedSamples(rows, jointJourneys) { weights, _ throws(AttributionError) in try figures(weights) }
  }

  /// The same for figures that depend on the replicate's number too; `nil` stands for the data, whole or less a group.
  private func numberedSamples(
    _ rows: CanonicalRows, _ jointJourneys: JointJourneys?,
    figures: @escaping @Sendable (RowWeights, Int?) throws(AttributionError) -> [Double]
  ) throws(AttributionError) -> [BootstrapSample] {
    let resampling = PoissonResampling(rows, jointJourneys, seed: seed)
    let groups = method == .bca ? PoissonResampling.jackknifeGroups : 0
    // Replicates, then the groups of the jackknife, then the data as they are.
    let runs = Parallel.ranges(count: replicates + groups + 1, length: Self.replicatesPerPiece)
    let results = Parallel.map(runs.count) { piece -> Swift.Result<[[Double]], AttributionError> in
      var weights = RowWeights(rows: rows.count)
      var found: [[Double]] = []
      for run in runs[piece] {
        if run < replicates {
          resampling.draw(run, into: &weights)
        } else if run < replicates + groups {
          resampling.leaveOut(run - replicates, into: &weights)
        } else {
          weights = RowWeights(rows)
        }
        do throws(AttributionError) {
          found.append(try figures(weights, run < replicates ? run : nil))
        } catch { return .failure(error) }
      }
      return .success(found)
    }
    var found: [[Double]] = []
    for result in results { found += try result.get() }
    let all = found
    return all[0].indices.map { figure in
      BootstrapSample(
        estimate: all[all.count - 1][figure], replicates: (0..<replicates).map { all[$0][figure] },
        leftOut: (replicates..<replicates + groups).map { all[$0][figure] })
    }
  }
}
