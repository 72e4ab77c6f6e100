/// A causal question that a truth answers. The article <doc:Worlds> defines each.
///
/// To add one: write its definition in a file of its own beside this one, as `Estimand+Off.swift` is, and list it here.
/// Plans, sums, reports, `simulate --estimands` and, for estimands by channel, `evaluate --estimand` go by this list;
/// ``rawValue`` is the name that all of them use.
public enum Estimand: String, Sendable, CaseIterable {
  /// What would be lost without a channel.
  case off
  /// The fair share over all coalitions.
  case shapley
  /// What the next unit of money earns.
  case marginal
  /// What two channels are worth together more than apart.
  case synergy
  /// Conversions at multiples of a channel's spend.
  case response

  package var definition: EstimandDefinition {
    switch self {
    case .off: .off
    case .shapley: .shapley
    case .marginal: .marginal
    case .synergy: .synergy
    case .response: .response
    }
  }

  /// The estimands that have one figure for each advertised channel, so that models' claims can be held against them.
  public static var byChannel: [Estimand] { allCases.filter { $0.definition.subject == .channel } }
}

/// What an estimand is: what its figures are about, how they are measured, and which arms they take.
package struct EstimandDefinition: Sendable {
  /// What each of its figures is about.
  package enum Subject: Sendable {
    /// One advertised channel.
    case channel
    /// Two advertised channels.
    case pair
    /// One advertised channel at a multiple of its spend.
    case level
  }

  /// What its figures count.
  package enum Unit: Sendable {
    case conversions
    /// Conversions for a unit of money that is spent on the channel.
    case conversionsPerMoney
  }

  package let subject: Subject
  package let unit: Unit
  /// What heads a table of its figures alone; those by channel share a table.
  package let heading: String
  /// Asks a plan for the arms that its figures are worked out from.
  let figures: @Sendable (inout TruthPlan) -> [PlannedFigure]

  init(
    _ subject: Subject, unit: Unit = .conversions, heading: String = "",
    figures: @escaping @Sendable (inout TruthPlan) -> [PlannedFigure]
  ) {
    self.subject = subject
    self.unit = unit
    self.heading = heading
    self.figures = figures
  }
}

/// One figure of an estimand, as a sum over arms that is taken for each user.
struct PlannedFigure: Sendable {
  /// A sum of arms' conversions with weights.
  typealias Combination = [(arm: Int, weight: Double)]

  /// How a user enters the figure.
  enum Measure: Sendable {
    /// By a sum over arms.
    case sum(Combination)
    /// By a sum over arms; what the channel costs in one of them is added up beside it.
    case sumAtSpend(Combination, arm: Int)
    /// By a sum over arms, whose total is divided by that of what the channel costs more in one arm than in the world
    /// as it is.
    case quotient(Combination, arm: Int)
    /// By what a player, an advertised channel, adds in the orders that each group of users draws anew
    /// (``TruthPlan/orders(ofGroup:seed:)``).
    case sampledOrders(player: Int)
  }

  /// By its index in the world.
  let channel: Int
  /// The other channel of a pair.
  var partner: Int?
  /// Of the channel's spend.
  var multiple: Double?
  let measure: Measure
}
