/// What really happens in a world, and what would have happened otherwise: what no marketer sees. <doc:Worlds> defines each estimand.
///
/// Everything is counted as Σ p, the probabilities to convert over the days at risk: it has the expectation of the number of conversions
/// without the noise of the last coin. Times the mean value it is the truth in value.
public struct Truth: Sendable {
  /// A figure in conversions, and its standard error over users.
  public struct Estimate: Sendable, Equatable {
    public let conversions: Double
    public let standardError: Double
  }

  /// What one advertised channel causes.
  public struct Effect: Sendable {
    /// The channel's place in the world.
    public let channel: Int
    public let estimate: Estimate
    /// The part of the standard error that sampled orders add; 0 where all coalitions were lived.
    public let orderError: Double
  }

  /// Two channels together.
  public struct Pair: Sendable {
    public let first: Int
    public let second: Int
    public let estimate: Estimate
  }

  /// Conversions at one multiple of a channel's spend.
  public struct Response: Sendable {
    public let channel: Int
    public let multiple: Double
    /// What the channel costs there.
    public let spend: Double
    public let estimate: Estimate
  }

  /// Which arms are lived besides the world as it is and the baseline.
  public struct Estimands: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let off = Estimands(rawValue: 1)
    public static let shapley = Estimands(rawValue: 2)
    public static let marginal = Estimands(rawValue: 4)
    public static let synergy = Estimands(rawValue: 8)
    public static let response = Estimands(rawValue: 16)
    public static let all: Estimands = [.off, .shapley, .marginal, .synergy, .response]
  }

  public let world: World
  /// The world as it is.
  public let allOn: Estimate
  /// Conversions that happened, in the world as it is; above or below ``allOn`` by chance.
  public let realised: Estimate
  /// What happened less what was expected; its standard error is that of the difference.
  public let realisedExcess: Estimate
  /// By channel, impressions, sends, queries taken, or visits; with the standard error.
  public let touches: [Estimate]
  /// By channel, queries that arrived by organic search.
  public let substituted: [Double]
  /// By channel, what was spent.
  public let spend: [Double]
  public let baseline: Estimate
  public let off: [Effect]
  public let shapley: [Effect]
  /// Conversions for a unit of money more; NaN where the step costs nothing.
  public let marginal: [Effect]
  public let synergy: [Pair]
  public let response: [Response]

  /// Up to so many advertised channels, Shapley values come from all coalitions.
  public static let largestExact = 10

  /// The value of a figure in conversions.
  public func value(_ conversions: Double) -> Double { conversions * world.conversion.meanValue }
}
