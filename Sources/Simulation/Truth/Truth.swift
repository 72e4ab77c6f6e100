/// What really happens in a world, and what would have happened otherwise: what no marketer sees. <doc:Worlds> defines
/// each estimand.
///
/// Everything is counted as Σ p, the probabilities to convert over the days at risk: it has the expectation of the
/// number of conversions without the noise of the last coin. Times the mean value it is the truth in value.
public struct Truth: Sendable {
  /// A figure in conversions, and its standard error over users.
  public struct Estimate: Sendable, Equatable {
    public let conversions: Double
    public let standardError: Double
  }

  /// One figure of an estimand.
  public struct Figure: Sendable {
    /// The advertised channel, by its index in the world.
    public let channel: Int
    /// The other channel, where the figure is about two.
    public let partner: Int?
    /// The multiple of the channel's spend, where the figure is about one.
    public let multiple: Double?
    /// What the channel costs at that multiple.
    public let spend: Double?
    /// In conversions; of ``Estimand/marginal`` for a unit of money more, and NaN where the step costs nothing.
    public let estimate: Estimate
    /// The part of the standard error that sampled orders add; 0 where all coalitions were lived.
    public let orderError: Double
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
  let figures: [Estimand: [Figure]]

  /// The figures of an estimand, by channel, pair or multiple in the order of the world; none where it was not asked
  /// for.
  public subscript(_ estimand: Estimand) -> [Figure] { figures[estimand] ?? [] }

  /// Up to so many advertised channels, Shapley values come from all coalitions.
  public static let largestExact = 10

  /// The value of a figure in conversions.
  public func value(_ conversions: Double) -> Double { conversions * world.conversion.meanValue }
}
