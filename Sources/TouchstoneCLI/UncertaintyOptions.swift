import ArgumentParser
import Attribution
import Journeys

/// Whether and how intervals are worked out.
struct UncertaintyOptions: ParsableArguments {
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    /// From Poisson bootstrap replicates of the journeys; every model.
    case bootstrap
    /// By the delta method; removal effects on the chain of order 1.
    case analytic
    case none
  }

  @Option(help: "Intervals for credits: bootstrap, for every model; analytic, for markov of order 1; or none.")
  var intervals = Kind.none

  @Option(help: "The probability with which an interval is meant to cover the truth.")
  var level = 0.95

  @Option(help: "The number of bootstrap replicates.")
  var replicates = 1_000

  @Option(help: "How bootstrap intervals are taken from the replicates.")
  var intervalMethod = BootstrapDistribution.Method.bca

  @Option(help: "Chooses the replicates.")
  var seed: UInt64 = 1

  func validate() throws {
    guard level > 0 && level < 1 else {
      throw ValidationError("--level is \(level); give a number between 0 and 1, as in 0.95")
    }
    guard (2...1_000_000).contains(replicates) else {
      throw ValidationError("--replicates is \(replicates); give a number from 2 to 1000000")
    }
  }

  /// For each model, how sure its figures are; `nil` where that was not asked for or the model has no such intervals.
  func uncertainties(
    of models: [any AttributionModel], _ attributions: [Attribution], on paths: PathTable, hasValue: Bool
  ) throws(AttributionError) -> [CreditUncertainty?] {
    switch intervals {
    case .none: return models.map { _ in nil }
    case .analytic:
      var result: [CreditUncertainty?] = []
      for model in models { result.append(try (model as? Markov)?.analyticUncertainty(paths, level: level)) }
      return result
    case .bootstrap:
      let distributions = try Bootstrap(replicates: replicates, seed: seed).distributions(of: models, on: paths)
      return zip(distributions, attributions).map {
        CreditUncertainty(
          $0, credits: $1.credits, level: level, method: intervalMethod, hasValue: hasValue)
      }
    }
  }
}

extension BootstrapDistribution.Method: ExpressibleByArgument {}
