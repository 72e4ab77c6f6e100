/// What one touchpoint cost and brought, period by period.
public struct SpendHistory: Sendable, Equatable {
  /// By period, money.
  public let spend: [Double]
  /// By period, conversions.
  public let outcome: [Double]

  /// - Parameters:
  ///   - spend: Not negative.
  ///   - outcome: As many, finite.
  public init(spend: [Double], outcome: [Double]) {
    precondition(spend.count == outcome.count, "an outcome for each period")
    precondition(spend.allSatisfy { $0 >= 0 && $0.isFinite } && outcome.allSatisfy(\.isFinite), "numbers")
    self.spend = spend
    self.outcome = outcome
  }

  /// How many periods there are.
  public var periods: Int { spend.count }

  /// The mean of the spend.
  package var meanSpend: Double { spend.isEmpty ? 0 : spend.reduce(0, +) / Double(spend.count) }

  /// What spend amounts to when a share of it works on from each period to the next: a_t = x_t + θ a_(t−1). Before the
  /// first period the mean was spent for ever: a_0 = x_0 + θ m / (1 − θ).
  ///
  /// Source: geometric adstock, S. Broadbent, "One way TV advertisements work", 1979.
  func carried(_ theta: Double) -> [Double] {
    guard theta > 0 else { return spend }
    var stock = meanSpend / (1 - theta)
    return spend.map { current in
      stock = current + theta * stock
      return stock
    }
  }

  /// The derivative of ``carried(_:)`` by θ.
  func carriedSlope(_ theta: Double) -> [Double] {
    let mean = meanSpend
    var (stock, slope) = (mean / (1 - theta), mean / ((1 - theta) * (1 - theta)))
    return spend.map { current in
      slope = stock + theta * slope
      stock = current + theta * stock
      return slope
    }
  }
}
