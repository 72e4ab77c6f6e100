/// How sure one can be of a model's figures, by touchpoint.
public struct CreditUncertainty: Sendable {
  /// An interval and a standard error.
  public struct Spread: Sendable, Equatable {
    public let interval: ClosedRange<Double>
    public let standardError: Double

    public init(interval: ClosedRange<Double>, standardError: Double) {
      self.interval = interval
      self.standardError = standardError
    }
  }

  /// The probability with which intervals are meant to cover the truth.
  public let level: Double
  public let conversions: [Spread]
  /// `nil` where only conversions are known.
  public let value: [Spread]?
  /// Of models that have removal effects.
  public let removalEffects: [Spread]?
  /// For each size, the probability that each touchpoint is among so many with the largest credit; where replicates are
  /// known.
  public let topProbabilities: [Int: [Double]]
  /// Touchpoints next to each other by credit whose order the data do not settle: neither is above the other with a
  /// probability of at least 1 − (1 − level) / 2. Where replicates are known.
  public let indistinguishable: [(Int, Int)]?

  /// The sizes for which ``topProbabilities`` are worked out.
  public static let topSizes = [1, 3]

  /// What a bootstrap distribution says.
  ///
  /// - Parameters:
  ///   - distribution: The model's.
  ///   - credits: The model's credits, which put touchpoints in order.
  ///   - hasValue: Whether value is worth speaking of.
  public init(
    _ distribution: BootstrapDistribution, credits: [Credit], level: Double, method: BootstrapDistribution.Method,
    hasValue: Bool
  ) {
    let ids = 0..<distribution.touchpointCount
    func spreads(_ quantity: BootstrapDistribution.Quantity) -> [Spread] {
      ids.map {
        Spread(
          interval: distribution.interval($0, quantity, level: level, method: method),
          standardError: distribution.standardError($0, quantity))
      }
    }
    self.level = level
    conversions = spreads(.conversions)
    value = hasValue ? spreads(.value) : nil
    removalEffects = distribution.has(.removalEffect) ? spreads(.removalEffect) : nil
    topProbabilities = Dictionary(
      uniqueKeysWithValues: Self.topSizes.map { ($0, distribution.probabilitiesOfTop($0)) })
    let sorted = ids.sorted { (credits[$1].conversions, $0) < (credits[$0].conversions, $1) }
    let sure = 1 - (1 - level) / 2
    indistinguishable = zip(sorted, sorted.dropFirst()).filter {
      let probability = distribution.probability(of: $0, above: $1)
      return probability < sure && probability > 1 - sure
    }
  }

  init(level: Double, conversions: [Spread], removalEffects: [Spread]) {
    self.level = level
    self.conversions = conversions
    self.removalEffects = removalEffects
    value = nil
    topProbabilities = [:]
    indistinguishable = nil
  }
}
