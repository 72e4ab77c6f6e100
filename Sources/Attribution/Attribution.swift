import TouchstoneJourneys
import TouchstoneParallel

/// What a model returns: credit for each touchpoint, and what no touchpoint earned.
public struct Attribution: Sendable {
  /// Credit of each touchpoint, by id.
  public let credits: [Credit]
  /// What no touchpoint earned.
  public let baseline: Credit
  /// Whether ``credits`` and ``baseline`` add up to the total, or overlap.
  public let sumsToTotal: Bool
  /// What the model found on its way, in the order in which it should be read.
  public let diagnostics: [Diagnostic]

  /// An attribution.
  ///
  /// Traps where a model that shares out the total does not: that is a fault of the model's code.
  ///
  /// - Parameters:
  ///   - credits: One for each touchpoint of the table.
  ///   - paths: The table that was attributed; its totals are what is shared out. The part that no
  ///     touchpoint took part in becomes the baseline.
  ///   - sumsToTotal: Whether the credits share out the touched total.
  public init(
    credits: [Credit], paths: PathTable, sumsToTotal: Bool, diagnostics: [Diagnostic] = []
  ) {
    precondition(credits.count == paths.touchpoints.count, "one credit a touchpoint")
    self.credits = credits
    baseline = Credit(conversions: paths.untouched.conversions, value: paths.untouched.value)
    self.sumsToTotal = sumsToTotal
    self.diagnostics = diagnostics
    if sumsToTotal {
      let totals = paths.totals
      Self.requireSum(
        credits.map(\.conversions), baseline.conversions, totals.conversions, totals.conversions)
      Self.requireSum(
        credits.map(\.value), baseline.value, totals.value, paths.valueMagnitude)
    }
  }

  /// How far credits may miss the total: what rounding leaves after a billion journeys, and far less than a wrong
  /// model.
  private static let sumTolerance = 1e-9

  private static func requireSum(
    _ credits: [Double], _ baseline: Double, _ total: Double, _ magnitude: Double
  ) {
    let difference = abs(credits.compensatedSum() + baseline - total)
    let magnitude = credits.lazy.map(abs).compensatedSum() + magnitude
    precondition(
      difference <= sumTolerance * magnitude,
      "credits and baseline miss the total \(total) by \(difference)")
  }

  /// The sum of all credits; the baseline is not in it.
  public var creditTotal: Credit {
    Credit(
      conversions: credits.lazy.map(\.conversions).compensatedSum(),
      value: credits.lazy.map(\.value).compensatedSum())
  }
}

/// Credit in conversions, and in the value of conversions.
public struct Credit: Sendable, Equatable {
  public var conversions: Double
  public var value: Double

  public init(conversions: Double = 0, value: Double = 0) {
    self.conversions = conversions
    self.value = value
  }
}

/// One thing that a model found on its way.
public struct Diagnostic: Sendable {
  public enum Finding: Sendable {
    case number(Double)
    case integer(Int)
    case text(String)
    /// A number for each touchpoint, by id.
    case perTouchpoint([Double])
    /// Numbers for each touchpoint, by id and position.
    case perPosition([[Double]])
    /// The chain that was solved.
    case chain(MarkovChain)
  }

  /// The name in JSON, in lower camel case.
  public let name: String
  public let finding: Finding

  public init(_ name: String, _ finding: Finding) {
    self.name = name
    self.finding = finding
  }
}
