import TouchstoneText

/// A market whose causal truth is known: its users, its channels, and how both lead to conversions. <doc:Worlds> says
/// exactly what happens in it.
///
/// A world that is given by its rate of conversions must be ``calibrated()`` before it is lived.
public struct World: Sendable {
  public var name: String
  /// The number of users, at least 1.
  public var users: Int
  /// The number of logged days, at least 1.
  public var days: Int
  /// Days lived before the log begins.
  public var warmup: Int
  /// The first logged day, in days since 1970-01-01.
  public var firstDay: Int
  public var seed: UInt64
  /// The touchpoint that a substituted query is logged as.
  public var organicSearch: String
  /// The touchpoint that a visit is logged as which only the conversion implies.
  public var direct: String
  /// At least one; shares sum to 1.
  public var segments: [Segment]
  public var intent: Intent
  public var conversion: Conversion
  /// At least one.
  public var channels: [Channel]
  public var interactions: [Interaction]
  public var damage: Damage
  public var truth: TruthSettings

  /// A world; ``World/init(file:)`` reads one, with checks that this does not make.
  ///
  /// - Parameters:
  ///   - warmup: Days lived before the log begins.
  ///   - firstDay: In days since 1970-01-01; 20458 is a Monday, 2026-01-05.
  ///   - damage: `nil` for none.
  public init(
    name: String, users: Int, days: Int, warmup: Int, firstDay: Int = 20_458, seed: UInt64 = 1,
    organicSearch: String = "organic_search", direct: String = "direct",
    segments: [Segment] = [Segment(name: "all", share: 1, mean: 0)], intent: Intent = Intent(), conversion: Conversion,
    channels: [Channel], interactions: [Interaction] = [], damage: Damage? = nil, truth: TruthSettings = TruthSettings()
  ) {
    precondition(users > 0 && days > 0 && warmup >= 0 && !channels.isEmpty, "users, days and channels")
    self.name = name
    self.users = users
    self.days = days
    self.warmup = warmup
    self.firstDay = firstDay
    self.seed = seed
    self.organicSearch = organicSearch
    self.direct = direct
    self.segments = segments
    self.intent = intent
    self.conversion = conversion
    self.channels = channels
    self.interactions = interactions
    self.damage = damage ?? Damage(unlogged: channels.map { _ in 0 })
    self.truth = truth
  }

  /// Users who want the same on average.
  public struct Segment: Sendable {
    public var name: String
    public var share: Double
    /// Of their latent intent, in log-odds.
    public var mean: Double

    public init(name: String, share: Double, mean: Double) {
      self.name = name
      self.share = share
      self.mean = mean
    }
  }

  /// How ready to buy users are, in log-odds; nobody observes it.
  public struct Intent: Sendable {
    /// Between users of a segment.
    public var sd = 1.0
    /// Of one user over time.
    public var movement = 0.7
    /// The correlation of a user's movement from day to day.
    public var persistence = 0.85
    /// What is taken off the movement during the cool-down after a purchase.
    public var satiation = 0.0
    /// The standard deviation of the logarithm of a user's activity.
    public var activitySpread = 0.0

    public init(sd: Double = 1, movement: Double = 0.7) {
      self.sd = sd
      self.movement = movement
    }
  }

  public struct Conversion: Sendable {
    /// The log-odds of converting on a day, with intent 0 and no exposure; giving it takes the place of ``targetRate``.
    public var base: Double {
      didSet { (targetRate, unreachable) = (nil, nil) }
    }
    /// The conversions per user and 30 days, as the world is, that ``World/calibrated()`` finds the base for; `nil`
    /// where the base is given.
    public private(set) var targetRate: Double?
    /// What to say where no base has that rate.
    private(set) var unreachable: InputError?
    /// Whether a user may convert again.
    public var repeats = true
    /// The days after a conversion on which a user does not convert.
    public var coolDown = 14
    /// Log-odds by weekday, Monday first.
    public var weekday = [Double](repeating: 0, count: 7)
    /// Log-odds a day.
    public var trend = 0.0
    public var meanValue = 1.0
    /// The coefficient of variation of the value.
    public var valueCV = 0.0

    public init(base: Double) { self.base = base }

    /// Leaves the base to ``World/calibrated()``.
    mutating func aim(atRate rate: Double, unreachable: InputError) {
      targetRate = rate
      self.unreachable = unreachable
    }
  }

  /// Log-odds that two channels add together, times both felt exposures.
  public struct Interaction: Sendable {
    public var first: Int
    public var second: Int
    public var effect: Double

    public init(first: Int, second: Int, effect: Double) {
      self.first = first
      self.second = second
      self.effect = effect
    }
  }

  /// What is wrong with the log; the truth knows nothing of it.
  public struct Damage: Sendable {
    /// The share of users with a second identifier.
    public var identityLoss = 0.0
    /// By channel, the share of impressions that leave no event.
    public var unlogged: [Double]
    /// The days before a user's next conversion, or the end, that touches are kept for.
    public var lookback: Double?
    /// Logged days that are lost, from 0.
    public var droppedDays: Set<Int> = []

    public init(unlogged: [Double]) { self.unlogged = unlogged }

    /// The share of a damaged user's events that fall on the second identifier.
    static let secondIdentifierShare = 0.4
  }

  public struct TruthSettings: Sendable {
    public var counterfactual = Counterfactual.never
    /// The share of spend that `marginal` adds.
    public var step = 0.1
    /// Multiples of spend.
    public var response = [0, 0.5, 1, 1.5, 2]

    public init() {}
  }

  /// Since when a channel is off, or at another spend.
  public enum Counterfactual: String, Sendable, CaseIterable {
    /// Since the first day of the warm-up.
    case never
    /// Since the first logged day.
    case stop
  }

  /// The channels that money is spent on: all but organic ones.
  public var advertised: [Int] { channels.indices.filter { channels[$0].kind != .organic } }

  /// The same world with another number of users, and with the spend per user as before.
  public func with(users: Int) -> World {
    var world = self
    for channel in world.channels.indices { world.channels[channel].spend *= Double(users) / Double(self.users) }
    world.users = users
    return world
  }

  /// The world with the base at which it has its target rate; a world whose base is given, as it is.
  ///
  /// The base is that of this seed and of this number of users, at most 20,000 of them: a world that is to keep it
  /// under others is calibrated first.
  /// - Throws: ``InputError`` with line, column and key of the target rate, where no base has it.
  /// - Complexity: a few rounds of O(users × days × channels), in parallel.
  public func calibrated() throws(InputError) -> World {
    guard let rate = conversion.targetRate, let unreachable = conversion.unreachable else { return self }
    guard let base = BaseSearch.base(of: self, rate: rate) else { throw unreachable }
    var world = self
    world.conversion.base = base
    return world
  }

  /// The same world lived once more, by other users and on other days.
  public func with(seed: UInt64) -> World {
    var world = self
    world.seed = seed
    return world
  }
}

extension World {
  /// Whether an advertised channel causes no conversion, or does harm: it lifts nothing, drives nothing, helps no other
  /// channel, and brings no visits that retargeting would follow.
  package func causesNothing(_ index: Int) -> Bool {
    let channel = channels[index]
    let bringsVisits = channel.kind == .pull || channel.clickRate > 0
    let isFollowed = channels.indices.contains {
      $0 != index && channels[$0].kind == .retarget && channels[$0].effect > 0
    }
    return channel.effect <= 0 && !(bringsVisits && isFollowed) && channel.drives.allSatisfy { $0.effect <= 0 }
      && interactions.allSatisfy { ($0.first != index && $0.second != index) || $0.effect <= 0 }
  }
}
