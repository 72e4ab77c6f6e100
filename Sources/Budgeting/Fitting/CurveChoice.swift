import TouchstoneMonteCarlo

/// Which curve a history speaks for, and what the history cannot tell.
///
/// Every family, with and without carry-over, is fitted with each of five stretches of time left out in turn, and
/// predicts what was left out. Of those that predict as well as the best one, to within one standard error of the
/// difference, the one with the fewest parameters is fitted to everything. It is believed only where it predicts better
/// than the mean does.
///
/// ```swift
/// let choice = CurveChoice(SpendHistory(spend: weeklyCosts, outcome: weeklyConversions))
/// if choice.doubt == nil, let fit = choice.fit { print(type(of: fit.curve).name, fit.curve.parameters) }
/// ```
///
/// Source of the rule: L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and Regression Trees", 1984.
public struct CurveChoice: Sendable {
  /// Why a history does not tell how the response changes with spend.
  public enum Doubt: Sendable, Equatable {
    /// There are too few periods.
    case tooFewPeriods(Int)
    /// Spend hardly changes: its coefficient of variation.
    case steadySpend(Double)
    /// There was no outcome.
    case noOutcome
    /// No curve that rises with spend predicts what was left out better than the mean does.
    case noBetterThanMean
    /// The elasticity may be nearly anything: its interval.
    case openElasticity(ClosedRange<Double>)
  }

  /// A family as it predicted.
  public struct Candidate: Sendable {
    /// The type of its curves.
    public let family: any ParametricCurve.Type
    /// Whether carry-over was fitted too.
    public let fitsCarryOver: Bool
    /// By period, the square of what it missed by when the period was left out.
    package let squares: [Double]

    /// The sum of the squares.
    package var heldOutSquares: Double { squares.reduce(0, +) }
    var parameterCount: Int { family.parameterCount + (fitsCarryOver ? 1 : 0) }
  }

  /// In the order of the families.
  public let candidates: [Candidate]
  /// What the mean of the other periods misses by.
  package let meanSquares: Double
  /// The best candidate's fit, where there is one.
  public let fit: CurveFit?
  /// Of the response at mean spend; the 95 % interval from draws.
  public let elasticity: (estimate: Double, interval: ClosedRange<Double>)?
  /// `nil` where the fit can be used.
  public let doubt: Doubt?

  /// The share of the variance in periods left out that the choice explains; below 0 where it does worse than the mean.
  public var heldOutShare: Double? {
    guard let best = Self.best(candidates), meanSquares > 0 else { return nil }
    return 1 - best.heldOutSquares / meanSquares
  }

  /// Fewer periods tell nothing: with a fifth of them left out, eleven are left for up to four parameters.
  package static let fewestPeriods = 14
  /// Spend that varies less, as a share of its mean, tells nothing: noise of the outcome hides what it does.
  private static let leastVariation = 0.05
  /// A wider interval of the elasticity is as good as none: elasticities lie between 0 and 1.
  private static let widestElasticity = 0.75
  /// As in five-fold cross-validation, but in stretches: neighbouring periods are alike.
  private static let stretches = 5
  /// The 95 % interval of the elasticity leaves out ten draws on either side.
  private static let draws = 400
  private static let tail = draws / 40

  /// - Parameters:
  ///   - history: What happened.
  ///   - families: Those that take part.
  ///   - seed: Chooses the draws behind the interval of the elasticity.
  public init(
    _ history: SpendHistory, families: [any ParametricCurve.Type] = CurveCatalogue.families, seed: UInt64 = 1
  ) {
    if let doubt = Self.doubt(history) {
      (candidates, meanSquares, fit, elasticity, self.doubt) = ([], 0, nil, nil, doubt)
      return
    }
    let parts = (0..<Self.stretches).map {
      history.periods * $0 / Self.stretches..<history.periods * ($0 + 1) / Self.stretches
    }
    candidates = families.flatMap { family in
      [false, true].compactMap { Self.candidate(family, history, fitsCarryOver: $0, parts) }
    }
    meanSquares = Self.meanSquares(history, parts)
    let best = Self.best(candidates)
    fit = best.flatMap { CurveFit($0.family, history, fitsCarryOver: $0.fitsCarryOver) }
    elasticity = fit.flatMap { Self.elasticity($0, spend: history.meanSpend, seed: seed) }
    if fit == nil || !((best?.heldOutSquares ?? .infinity) < meanSquares) {
      doubt = .noBetterThanMean
    } else if let interval = elasticity?.interval {
      let isOpen = !(interval.upperBound - interval.lowerBound <= Self.widestElasticity)
      doubt = isOpen ? .openElasticity(interval) : nil
    } else {
      doubt = .openElasticity(0...Double.infinity)
    }
  }

  /// Why nothing needs to be fitted to a history.
  private static func doubt(_ history: SpendHistory) -> Doubt? {
    guard history.periods >= fewestPeriods else { return .tooFewPeriods(history.periods) }
    guard history.outcome.contains(where: { $0 > 0 }) else { return .noOutcome }
    let spend = SampleMoments(history.spend)
    let spread = (spend.squares / Double(spend.count)).squareRoot()
    guard spread > leastVariation * spend.mean else { return .steadySpend(spend.mean > 0 ? spread / spend.mean : 0) }
    return nil
  }

  /// The sum of the squares of what the mean of the other periods misses by.
  private static func meanSquares(_ history: SpendHistory, _ parts: [Range<Int>]) -> Double {
    parts.reduce(0) { sum, part in
      let others = history.outcome.indices.filter { !part.contains($0) }
      let mean = others.reduce(0) { $0 + history.outcome[$1] } / Double(others.count)
      return part.reduce(sum) { $0 + (history.outcome[$1] - mean) * (history.outcome[$1] - mean) }
    }
  }

  private static func candidate(
    _ family: any ParametricCurve.Type, _ history: SpendHistory, fitsCarryOver: Bool, _ parts: [Range<Int>]
  ) -> Candidate? {
    var squares: [Double] = []
    for part in parts {
      guard let fit = CurveFit(family, history, fitsCarryOver: fitsCarryOver, leavingOut: part) else { return nil }
      let stocks = history.carried(fit.carryOver)
      for period in part {
        let miss = history.outcome[period] - fit.curve.response(stocks[period])
        squares.append(miss * miss)
      }
    }
    return Candidate(family: family, fitsCarryOver: fitsCarryOver, squares: squares)
  }

  private static func best(_ candidates: [Candidate]) -> Candidate? {
    guard let best = candidates.min(by: { $0.heldOutSquares < $1.heldOutSquares }) else { return nil }
    func isAsGood(_ candidate: Candidate) -> Bool {
      let difference = SampleMoments(zip(candidate.squares, best.squares).map { $0 - $1 })
      return difference.mean <= difference.standardError
    }
    return candidates.filter(isAsGood).min {
      ($0.parameterCount, $0.heldOutSquares) < ($1.parameterCount, $1.heldOutSquares)
    }
  }

  private static func elasticity(
    _ fit: CurveFit, spend: Double, seed: UInt64
  ) -> (estimate: Double, interval: ClosedRange<Double>)? {
    var stream = RandomStream(seed: seed, purpose: .curve, index: 0)
    let drawn = fit.draws(draws, &stream).map { $0.elasticity(spend) }.sorted()
    guard let low = drawn.first, low.isFinite else { return nil }
    return (fit.steadyState.elasticity(spend), drawn[tail]...drawn[draws - 1 - tail])
  }
}
