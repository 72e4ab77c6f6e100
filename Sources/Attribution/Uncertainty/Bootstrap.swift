import Journeys
import MonteCarlo
import Parallel

/// Works models out again on many replicates of the journeys, all models on the same replicates.
public struct Bootstrap: Sendable {
  /// The number of replicates.
  public let replicates: Int
  /// Chooses them.
  public let seed: UInt64

  /// - Parameters:
  ///   - replicates: At least 2. Traps otherwise.
  ///   - seed: Chooses them.
  public init(replicates: Int = 1_000, seed: UInt64 = 1) {
    precondition(replicates >= 2, "a spread needs at least two replicates")
    self.replicates = replicates
    self.seed = seed
  }

  /// So many replicates make one piece of parallel work.
  private static let replicatesPerPiece = 8

  /// The bootstrap distributions of models' credits.
  ///
  /// Journeys are resampled as if independent. That is so in a path table as far as it tells; where journeys of one person hang
  /// together, intervals are too narrow.
  ///
  /// - Throws: What a model throws on a replicate.
  /// - Complexity: O(replicates × distinct paths), in parallel, and not by the number of journeys; for models that neither credit path by
  ///   path nor are a chain of order 1, O(replicates) times the model.
  public func distributions(
    of models: [any AttributionModel], on paths: PathTable
  ) throws(AttributionError) -> [BootstrapDistribution] {
    let rows = CanonicalRows(paths)
    let resampling = PoissonResampling(rows, seed: seed)
    var resamplers: [any Resampler] = []
    for model in models { resamplers.append(try resampler(of: model, rows)) }
    let groups = PoissonResampling.jackknifeGroups
    // Replicates, then the groups of the jackknife, then the data as they are.
    let runs = Parallel.ranges(count: replicates + groups + 1, length: Self.replicatesPerPiece)
    let asked = resamplers
    let results = Parallel.map(runs.count) { piece -> Swift.Result<[[[ResampledCredit]]], AttributionError> in
      var weights = RowWeights(rows: rows.count)
      var credits: [[[ResampledCredit]]] = []
      for run in runs[piece] {
        if run < replicates {
          resampling.draw(run, into: &weights)
        } else if run < replicates + groups {
          resampling.leaveOut(run - replicates, into: &weights)
        } else {
          for row in 0..<rows.count {
            weights.conversions[row] = rows.totals[row].conversions
            weights.value[row] = rows.totals[row].value
            weights.nonConverting[row] = rows.totals[row].nonConverting
          }
        }
        var ofModels: [[ResampledCredit]] = []
        for resampler in asked {
          do throws(AttributionError) {
            ofModels.append(try resampler.credits(weights))
          } catch { return .failure(error) }
        }
        credits.append(ofModels)
      }
      return .success(credits)
    }
    var credits: [[[ResampledCredit]]] = []
    for result in results { credits += try result.get() }
    return models.indices.map { model in
      BootstrapDistribution(credits.map { $0[model] }, replicates: replicates, rows: rows)
    }
  }
}
