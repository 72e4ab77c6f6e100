import TouchstoneMonteCarlo

/// Which curve a history speaks for, and what the history cannot tell.
///
/// Every family, with and without carry-over, is fitted with each of five stretches of time left out in turn, and predicts what was left out. Of
/// those that predict as well as the best one, to within one standard error of the difference, the one with the fewest parameters is fitted to
/// everything. It is believed only where it predicts better than the mean does.
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
    public let family: CurveFamily
    public let fitsCarryOver: Bool
    /// By period, the square of what it missed by when the period was left out.
    public let squares: [Double]

    public var heldOutSquares: Double { squares.reduce(0, +) }
    var parameters: Int { (family == .hill ? 3 : 2) + (fitsCarryOver ? 1 : 0) }
  }

  /// In the order of the families.
  public let candidates: [Candidate]
  /// What the mean of the other periods misses by.
  public let meanSquares: Double
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

  /// Fewer periods tell nothing.
  public static let fewestPeriods = 14
  /// Spend that varies less tells nothing.
  public static let leastVariation = 0.05
  /// A wider interval of the elasticity is as good as none.
  public static let widestElasticity = 0.75
  private static let stretches = 5
  private static let draws = 400

  /// - Parameters:
  ///   - history: What happened.
  ///   - families: Those that take part.
  ///   - seed: Chooses the draws behind the interval of the elasticity.
  public init(_ history: SpendHistory, families: [CurveFamily] = CurveFamily.allCases, seed: UInt64 = 1) {
    let mean = history.meanSpend
    let spread =
      (history.spend.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(history.periods, 1))).squareRoot()
    var doubt: Doubt?
    if history.periods < Self.fewestPeriods {
      doubt = .tooFewPeriods(history.periods)
    } else if !history.outcome.contains(where: { $0 > 0 }) {
      doubt = .noOutcome
    } else if !(spread > Self.leastVariation * mean) {
      doubt = .steadySpend(mean > 0 ? spread / mean : 0)
    }
    if let doubt {
      (candidates, meanSquares, fit, elasticity, self.doubt) = ([], 0, nil, nil, doubt)
      return
    }
    let parts = (0..<Self.stretches).map {
      history.periods * $0 / Self.stretches..<history.periods * ($0 + 1) / Self.stretches
    }
    let candidates = families.flatMap { family in
      [false, true].compactMap { Self.candidate(family, carryOver: $0, history, parts) }
    }
    let meanSquares = parts.reduce(0) { sum, part in
      let others = history.outcome.indices.filter { !part.contains($0) }
      let mean = others.reduce(0) { $0 + history.outcome[$1] } / Double(others.count)
      return part.reduce(sum) { $0 + (history.outcome[$1] - mean) * (history.outcome[$1] - mean) }
    }
    let best = Self.best(candidates)
    let fit = best.flatMap { CurveFit($0.family, history, carryOver: $0.fitsCarryOver) }
    let elasticity = fit.flatMap { Self.elasticity($0, spend: mean, seed: seed) }
    if fit == nil || !((best?.heldOutSquares ?? .infinity) < meanSquares) {
      doubt = .noBetterThanMean
    } else if let elasticity {
      let width = elasticity.interval.upperBound - elasticity.interval.lowerBound
      if !(width <= Self.widestElasticity) { doubt = .openElasticity(elasticity.interval) }
    } else {
      doubt = .openElasticity(0...Double.infinity)
    }
    self.candidates = candidates
    self.meanSquares = meanSquares
    self.fit = fit
    self.elasticity = elasticity
    self.doubt = doubt
  }

  private static func candidate(
    _ family: CurveFamily, carryOver: Bool, _ history: SpendHistory, _ parts: [Range<Int>]
  ) -> Candidate? {
    var squares: [Double] = []
    for part in parts {
      guard let fit = CurveFit(family, history, carryOver: carryOver, leavingOut: part) else { return nil }
      let stocks = history.carried(fit.carryOver)
      for period in part {
        let miss = history.outcome[period] - fit.curve.response(stocks[period])
        squares.append(miss * miss)
      }
    }
    return Candidate(family: family, fitsCarryOver: carryOver, squares: squares)
  }

  private static func best(_ candidates: [Candidate]) -> Candidate? {
    guard let best = candidates.min(by: { $0.heldOutSquares < $1.heldOutSquares }) else { return nil }
    func isAsGood(_ candidate: Candidate) -> Bool {
      let differences = zip(candidate.squares, best.squares).map { $0 - $1 }
      let (sum, count) = (differences.reduce(0, +), Double(differences.count))
      let spread = differences.reduce(0) { $0 + ($1 - sum / count) * ($1 - sum / count) }
      return sum <= (spread * count / max(count - 1, 1)).squareRoot()
    }
    return candidates.filter(isAsGood).min {
      ($0.parameters, $0.heldOutSquares) < ($1.parameters, $1.heldOutSquares)
    }
  }

  private static func elasticity(
    _ fit: CurveFit, spend: Double, seed: UInt64
  ) -> (estimate: Double, interval: ClosedRange<Double>)? {
    var stream = RandomStream(seed: seed, purpose: .curve, index: 0)
    let drawn = fit.draws(draws, &stream).map { $0.elasticity(spend) }.sorted()
    guard let low = drawn.first, low.isFinite else { return nil }
    let tail = draws / 40
    return (fit.steadyState.elasticity(spend), drawn[tail]...drawn[draws - 1 - tail])
  }
}
