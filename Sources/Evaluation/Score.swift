import TouchstoneSimulation

/// How far a contestant's claim is from the truth, in one replication of a world.
///
/// Shares are of all conversions: those of the log for the claim, the expected ones for the truth.
public struct Score: Sendable {
  /// What is measured, in the order of the scoreboard.
  public enum Measure: String, Sendable, CaseIterable {
    /// The mean distance of the shares of the advertised channels and of the baseline, in percentage points of all
    /// conversions.
    case error
    /// The mean distance of the shares among advertised channels alone, in percentage points.
    case shareError
    /// Kendall's rank correlation of claim and truth over the advertised channels, ties taken into account (τ_b).
    case rankCorrelation
    /// The largest claim over truth, of channels whose true share is known to be above 0.2 %.
    case overCredit
    /// The share of all conversions that is given to channels that cause nothing or do harm, in percentage points.
    case placeboCredit
    /// The distance of the baseline's shares, in percentage points.
    case baselineError
    /// The share of advertised channels whose true share lies in the claimed interval, in percent.
    case coverage
  }

  /// `nil` where a world gives nothing to measure.
  public private(set) var values: [Measure: Double] = [:]

  /// True shares below this are too small to be over-credited by a factor that means anything.
  private static let smallestShare = 0.002
  /// A true share of so many standard errors is told from nothing, with a false alarm in twenty.
  private static let tellingErrors = 2.0

  init(_ claim: Claim, _ truth: TruthShares) {
    let distances = zip(claim.channels, truth.channels).map { abs($0 - $1) }
    let baselineDistance = abs(claim.baseline - truth.baseline)
    values[.error] = 100 * (distances.reduce(0, +) + baselineDistance) / Double(distances.count + 1)
    values[.baselineError] = 100 * baselineDistance
    let (claimed, caused) = (claim.channels.reduce(0, +), truth.channels.reduce(0, +))
    if claimed > 0 && caused > 0 && !distances.isEmpty {
      let errors = zip(claim.channels, truth.channels).map { abs($0 / claimed - $1 / caused) }
      values[.shareError] = 100 * errors.reduce(0, +) / Double(errors.count)
    }
    values[.rankCorrelation] = Self.kendall(claim.channels, truth.channels)
    values[.overCredit] = zip(zip(claim.channels, truth.channels), truth.errors).compactMap { pair, error in
      pair.1 > Self.smallestShare && pair.1 > Self.tellingErrors * error ? pair.0 / pair.1 : nil
    }.max()
    let placebos = zip(claim.channels, truth.isPlacebo).filter(\.1)
    if !placebos.isEmpty { values[.placeboCredit] = 100 * placebos.reduce(0) { $0 + $1.0 } }
    if let intervals = claim.intervals, !intervals.isEmpty {
      let covered = zip(intervals, truth.channels).count { $0.contains($1) }
      values[.coverage] = 100 * Double(covered) / Double(intervals.count)
    }
  }

  /// τ_b: concordant less discordant pairs, over the geometric mean of the pairs that are tied in neither; `nil` where
  /// all are.
  ///
  /// Source: M. Kendall, "The treatment of ties in ranking problems", Biometrika 33 (1945).
  static func kendall(_ left: [Double], _ right: [Double]) -> Double? {
    var (sum, ofLeft, ofRight) = (0.0, 0.0, 0.0)
    func sign(_ difference: Double) -> Double { difference > 0 ? 1 : difference < 0 ? -1 : 0 }
    for i in left.indices {
      for j in 0..<i {
        let (one, other) = (sign(left[i] - left[j]), sign(right[i] - right[j]))
        sum += one * other
        ofLeft += one * one
        ofRight += other * other
      }
    }
    return ofLeft > 0 && ofRight > 0 ? sum / (ofLeft * ofRight).squareRoot() : nil
  }
}

/// A truth as shares of all conversions, for one estimand.
struct TruthShares: Sendable {
  /// By advertised channel; so are their standard errors and whether they cause nothing.
  let channels: [Double]
  let errors: [Double]
  let isPlacebo: [Bool]
  let baseline: Double

  init(channels: [Double], errors: [Double], isPlacebo: [Bool], baseline: Double) {
    self.channels = channels
    self.errors = errors
    self.isPlacebo = isPlacebo
    self.baseline = baseline
  }

  /// - Parameter estimand: One by channel, which the truth was asked for.
  init(_ truth: Truth, _ estimand: Estimand) {
    precondition(Estimand.byChannel.contains(estimand), "claims are by channel")
    let total = truth.allOn.conversions
    func share(_ conversions: Double) -> Double { total > 0 ? conversions / total : 0 }
    let world = truth.world
    let figures = truth[estimand]
    // Conversions for a unit of money more, times what is spent, are what the channel earns at its margin.
    let isByMoney = estimand.definition.unit == .conversionsPerMoney
    let scale = figures.map { isByMoney ? truth.spend[$0.channel] : 1 }
    // A channel whose step costs nothing has no margin to earn at.
    func defined(_ number: Double) -> Double { number.isNaN ? 0 : number }
    channels = zip(figures, scale).map { share(defined($0.estimate.conversions) * $1) }
    errors = zip(figures, scale).map { share(defined($0.estimate.standardError) * $1) }
    isPlacebo = world.advertised.map { world.causesNothing($0) }
    baseline = share(truth.baseline.conversions)
  }
}
