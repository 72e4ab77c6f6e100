import ArgumentParser
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneText

/// How replicates of the journeys are drawn.
struct ReplicateOptions: ParsableArguments {
  /// What a bootstrap takes for independent.
  enum Unit: String, ExpressibleByArgument, CaseIterable {
    /// Persons, with all their journeys; where the input is events.
    case persons
    case journeys
  }

  @Option(
    help: "What the bootstrap resamples: persons, which only events tell, or journeys. Default: persons where known.")
  var resample: Unit?

  @Option(help: "The probability with which an interval is meant to cover the truth.")
  var level = 0.95

  @Option(help: "The number of bootstrap replicates.")
  var replicates = 1_000

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

  /// Whether it matters which journeys are one person's.
  var wantsJointJourneys: Bool { resample != .journeys }

  /// Refuses to resample persons that an input does not tell apart.
  func check(_ input: JourneyInput, _ location: InputLocation) throws(InputError) {
    guard resample == .persons && input.events == nil else { return }
    throw InputError(
      .badData, source: location.name, problem: "a path table does not tell which journeys are one person's",
      remedy: "give the events, or leave --resample persons out")
  }

  /// What intervals rest on, in a sentence.
  func remark(_ evidence: Evidence) -> String {
    guard let joint = evidence.jointJourneys else {
      return "intervals take journeys for independent; where persons come back they are too narrow"
    }
    return "intervals resample persons, \(Int(joint.persons)) of whom have several journeys or conversions"
  }
}

/// How intervals are worked out.
struct BootstrapOptions: ParsableArguments {
  @OptionGroup var replication: ReplicateOptions

  @Option(help: "How bootstrap intervals are taken from the replicates.")
  var intervalMethod = BootstrapDistribution.Method.bca

  var level: Double { replication.level }

  var bootstrap: Bootstrap {
    Bootstrap(replicates: replication.replicates, seed: replication.seed, method: intervalMethod)
  }
}

extension BootstrapSample.Method: ExpressibleByArgument {}
