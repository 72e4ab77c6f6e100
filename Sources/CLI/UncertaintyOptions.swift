import ArgumentParser
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneText

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

  @OptionGroup var bootstrap: BootstrapOptions

  /// Whether it matters which journeys are one person's.
  var wantsJointJourneys: Bool { intervals == .bootstrap && bootstrap.replication.wantsJointJourneys }

  /// Refuses to resample persons that an input does not tell apart.
  func check(_ input: JourneyInput, _ location: InputLocation) throws(InputError) {
    if intervals == .bootstrap { try bootstrap.replication.check(input, location) }
  }

  /// What intervals rest on, in a sentence.
  func remarks(_ evidence: Evidence) -> [String] {
    guard intervals == .bootstrap else { return [] }
    return [bootstrap.replication.remark(evidence)]
  }

  /// For each model, how sure its figures are; `nil` where that was not asked for or the model has no such intervals.
  func uncertainties(
    of models: [any AttributionModel], _ attributions: [Attribution], on evidence: Evidence, hasValue: Bool
  ) throws(AttributionError) -> [CreditUncertainty?] {
    switch intervals {
    case .none: return models.map { _ in nil }
    case .analytic:
      var result: [CreditUncertainty?] = []
      for model in models {
        result.append(try model.analyticUncertainty(evidence.paths, level: bootstrap.level))
      }
      return result
    case .bootstrap:
      let distributions = try bootstrap.bootstrap.distributions(of: models, on: evidence)
      return zip(distributions, attributions).map {
        CreditUncertainty(
          $0, credits: $1.credits, level: bootstrap.level, method: bootstrap.intervalMethod, hasValue: hasValue)
      }
    }
  }
}
