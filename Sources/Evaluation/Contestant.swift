import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneSimulation

/// Who takes part in an evaluation: a model, or a rule so simple that a model must beat it to be worth anything.
public enum Contestant: Sendable {
  case model(any AttributionModel)
  /// All conversions, by share of spend.
  case spendShare
  /// All conversions, by share of logged touches of advertised channels.
  case touchShare
  /// All conversions, in equal parts.
  case uniform
  /// Last touch among advertised touches: most conversions come through a direct visit, which last touch credits.
  case lastAdvertised

  static let naive: [Contestant] = [.spendShare, .touchShare, .uniform]

  /// What outputs call it.
  public var name: String {
    switch self {
    case .model(let model): ModelCatalogue.label(of: model)
    case .spendShare: "(spend share)"
    case .touchShare: "(touch share)"
    case .uniform: "(uniform)"
    case .lastAdvertised: "last-touch:advertised"
    }
  }

  /// Whether it plans budgets: its credit is shared out, so that more money can be set against less.
  var plans: Bool {
    switch self {
    case .model(let model): model.traits.contains(.sumsToTotal)
    case .lastAdvertised: true
    case .spendShare, .touchShare, .uniform: false
    }
  }

  /// The model behind it, in a world; `nil` for the naive rules.
  func model(in world: World) -> (any AttributionModel)? {
    switch self {
    case .model(let model): model
    case .spendShare, .touchShare, .uniform: nil
    case .lastAdvertised: LastNonDirect(direct: Self.unadvertised(world))
    }
  }

  /// The touchpoints that no money is spent on.
  static func unadvertised(_ world: World) -> [String] {
    let advertised = Set(world.advertised.map { world.channels[$0].name })
    // One name may stand for several: an organic channel may be called direct.
    let names = world.channels.filter { $0.kind == .organic }.map(\.name) + [world.organicSearch, world.direct]
    return Set(names).subtracting(advertised).sorted()
  }
}

/// What a contestant says of a world, as shares of all conversions in the log.
struct Claim: Sendable {
  /// By advertised channel.
  var channels: [Double]
  /// What no advertised channel earned: credit of organic touchpoints is the baseline's.
  var baseline: Double
  /// By advertised channel, where the contestant says how sure it is.
  var intervals: [ClosedRange<Double>]?
}

extension Contestant {
  /// What its model makes of a log; `nil` for the naive rules.
  ///
  /// - Throws: What a model throws.
  func attribution(_ log: LogEvidence) throws(AttributionError) -> Attribution? {
    try model(in: log.world)?.attribute(log.evidence)
  }

  /// What it says of a log.
  ///
  /// - Parameters:
  ///   - attribution: What its model makes of the log.
  ///   - intervals: By touchpoint of the log, of the share of all conversions.
  func claim(_ log: LogEvidence, _ attribution: Attribution?, intervals: [ClosedRange<Double>]? = nil) -> Claim {
    let total = log.evidence.paths.totals.conversions
    let world = log.world
    precondition(total > 0, "a log without conversions says nothing")
    switch self {
    case .model, .lastAdvertised:
      guard let attribution else { preconditionFailure("a model says something") }
      let credits = attribution.credits.map { $0.conversions / total }
      // Credits that overlap, as participation's do, are taken at their word.
      let channels = world.advertised.map { channel in log.id(of: channel).map { credits[$0] } ?? 0 }
      var baseline = attribution.baseline.conversions / total
      for name in Self.unadvertised(world) {
        if let id = log.evidence.paths.touchpoints.id(of: name) { baseline += credits[Int(id)] }
      }
      let ranges = intervals.map { intervals in
        world.advertised.map { channel -> ClosedRange<Double> in
          guard let id = log.id(of: channel) else { return 0...0 }
          return intervals[id]
        }
      }
      return Claim(channels: channels, baseline: baseline, intervals: ranges)
    case .spendShare: return Self.shared(world.advertised.map { log.spend[$0] })
    case .touchShare: return Self.shared(world.advertised.map { log.touches[$0] })
    case .uniform: return Self.shared(world.advertised.map { _ in 1 })
    }
  }

  private static func shared(_ weights: [Double]) -> Claim {
    let sum = weights.reduce(0, +)
    return Claim(channels: weights.map { sum > 0 ? $0 / sum : 0 }, baseline: sum > 0 ? 0 : 1)
  }
}
