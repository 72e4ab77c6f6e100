/// One way in which a world's users meet the brand.
public struct Channel: Sendable {
  public var name: String
  public var kind: Kind
  /// What is spent over the logged days; `push` alone plans it.
  public var spend = 0.0
  /// The cost of an impression, a send, or a query taken.
  public var costPerTouch = 0.0
  /// `push`: nothing, spend decides. `retarget`: impressions per eligible user and day. `pull`: queries, `organic`:
  /// visits per user and day.
  public var rate = 0.0
  /// The probability that an impression or send is clicked.
  public var clickRate = 0.0
  /// How the rate grows with latent intent.
  public var latentTargeting = 0.0
  /// How the rate grows with the movement of intent.
  public var movingTargeting = 0.0
  /// The standard deviation of the logarithm of the day's pulse.
  public var pulse = 0.25
  /// Days in which exposure halves; 0 where only the same day is felt.
  public var halfLife = 7.0
  /// The exposures at which half of the effect is felt.
  public var half = 3.0
  /// The exponent of saturation.
  public var shape = 1.0
  /// The largest lift in log-odds.
  public var effect = 0.0
  /// Pull channels, and what full exposure adds to the logarithm of their queries.
  public var drives: [(channel: Int, effect: Double)] = []
  /// Factors of the rate by weekday, Monday first.
  public var weekday = [Double](repeating: 1, count: 7)
  /// The logarithm of the growth of the rate a day.
  public var trend = 0.0
  /// `retarget`: the days back to which a visit makes a user eligible.
  public var window = 7
  /// `pull`: the probability that the ad takes a query.
  public var take = 0.0
  /// `pull`: the probability that a query not taken arrives by organic search.
  public var substitution = 0.0
  /// `pull`: the exposure of a query that arrived by organic search.
  public var carried = 1.0
  /// `owned`: the share of users who subscribe.
  public var subscribers = 0.0
  /// `owned`: the days from one send to the next.
  public var period = 7

  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
    if kind == .organic { pulse = 0 }
  }

  /// Touches per user and day, before anything moves them; of `owned` channels 0.
  package func rate(users: Int, days: Int) -> Double {
    kind == .push ? (spend == 0 ? 0 : spend / costPerTouch / Double(users) / Double(days)) : rate
  }

  public enum Kind: String, Sendable, CaseIterable, BitwiseCopyable {
    /// Display, social, television: impressions that are bought.
    case push
    /// Impressions for users who came by lately.
    case retarget
    /// Paid search: queries that an ad may take.
    case pull
    /// Email, app messages: sends to subscribers.
    case owned
    /// Direct, referral: visits that follow intent, cost nothing and cause nothing.
    case organic
  }
}
