import TouchstoneJourneys

/// What two touchpoints do together, beyond what each does alone.
public struct PairSynergy: Sendable {
  /// The touchpoints' ids, the one with the smaller first.
  public let first: Int
  public let second: Int
  /// v(N) − v(N∖i) − v(N∖j) + v(N∖{i,j}) on the chain of order 1, in conversions: those of walks that touch both.
  public let chainInteraction: Double
  /// The chain's interaction over that of touchpoints that meet by chance among converting walks: above 1 where they
  /// meet more often.
  public let chainLift: Double?
  /// The Shapley interaction index of the chain's game, in conversions; `nil` beyond ``Synergies/largestIndexed``
  /// touchpoints.
  public let shapleyInteraction: Double?
  /// Journeys that touched both, one alone, and neither, as observed.
  public let observed: PairCells
}

/// Journeys and conversions by which of two touchpoints were on the journey.
public struct PairCells: Sendable, Equatable {
  /// What one of the four kinds of journeys came to.
  public struct Cell: Sendable, Equatable {
    public var journeys: Double
    public var conversions: Double

    public init(journeys: Double = 0, conversions: Double = 0) {
      self.journeys = journeys
      self.conversions = conversions
    }

    /// The share that converted; `nil` without journeys.
    public var rate: Double? { journeys > 0 ? conversions / journeys : nil }
  }

  public let both: Cell
  public let firstAlone: Cell
  public let secondAlone: Cell
  public let neither: Cell

  public init(both: Cell, firstAlone: Cell, secondAlone: Cell, neither: Cell) {
    self.both = both
    self.firstAlone = firstAlone
    self.secondAlone = secondAlone
    self.neither = neither
  }

  /// The rate of journeys with both if each touchpoint took its own chance to convert, independently of the other and
  /// of all else: 1 − (1 − r₁₀)(1 − r₀₁)/(1 − r₀₀). It can be below 0 where touchpoints do harm. `nil` where a kind of
  /// journey never occurred, or where all journeys with neither convert.
  ///
  /// Source: C. Bliss, "The toxicity of poisons applied jointly", Annals of Applied Biology 26 (1939).
  public var expectedRate: Double? {
    guard let first = firstAlone.rate, let second = secondAlone.rate, let none = neither.rate, none < 1
    else { return nil }
    return 1 - (1 - first) * (1 - second) / (1 - none)
  }

  /// Conversions of journeys with both, less those that independence predicts: above 0 for complements, below 0 for
  /// substitutes.
  public var excessConversions: Double? {
    guard let expectedRate, both.journeys > 0 else { return nil }
    return both.conversions - expectedRate * both.journeys
  }
}
