import TouchstoneJourneys

/// What a model may learn from. Models read the path table; models that need more, such as exposure
/// histories by user and day, will find it here.
public struct Evidence: Sendable {
  /// Distinct paths with their totals.
  public let paths: PathTable
  /// Which journeys are one person's, where that is known: what uncertainty must take into account, and no model reads.
  public let jointJourneys: JointJourneys?

  public init(paths: PathTable, jointJourneys: JointJourneys? = nil) {
    self.paths = paths
    self.jointJourneys = jointJourneys
  }
}

/// A rule or an estimator that says which touchpoints earned the conversions.
public protocol AttributionModel: Sendable {
  /// The name on the command line and in every output.
  var name: String { get }
  /// The parameters that this instance works with, defaults included.
  var parameters: [ModelParameter] { get }
  /// What the model needs, and what its credits mean.
  var traits: ModelTraits { get }
  /// The credits that the evidence gives.
  ///
  /// - Throws: ``AttributionError`` where the evidence does not suffice.
  func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution
}

/// One parameter of a model.
public struct ModelParameter: Sendable, Equatable {
  public enum Value: Sendable, Equatable {
    case integer(Int)
    case number(Double)
    case text(String)
  }

  public let name: String
  public let value: Value

  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

/// What a model needs, and what its credits mean.
public struct ModelTraits: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The order of touches changes the credits.
  public static let orderSensitive = ModelTraits(rawValue: 1 << 0)
  /// Touch times are needed.
  public static let needsTimes = ModelTraits(rawValue: 1 << 1)
  /// Journeys that did not convert are needed for an answer that means something.
  public static let needsNonConverting = ModelTraits(rawValue: 1 << 2)
  /// Credits and baseline add up to the total.
  public static let sumsToTotal = ModelTraits(rawValue: 1 << 3)
}

/// Why a model cannot answer.
public enum AttributionError: Error, Equatable, CustomStringConvertible {
  /// The model needs touch times, and the evidence has none.
  case timesMissing(model: String)
  /// The evidence carries time-decay credit, and not for this half-life.
  case halfLifeMissing(halfLife: Double, known: [Double])
  /// The chain's states would not fit into the memory allowed.
  case tooManyStates(order: Int, states: Int, bytes: Int, limit: Int)
  /// The order cannot be represented for so many touchpoints.
  case orderTooLarge(order: Int, touchpoints: Int, largest: Int)
  /// A table over touchpoints would be too large: over pairs of them, or over their positions.
  case tooManyTouchpoints(model: String, touchpoints: Int, largest: Int)
  /// There are too few journeys for a cross-validation.
  case nothingToHoldOut(unit: String)
  /// An iterative solve did not reach its precision.
  case notConverged(order: Int, residual: Double, sweeps: Int)

  public var description: String {
    switch self {
    case .timesMissing(let model):
      "\(model) needs the times of the touches, which this path table does not carry; give the events"
        + " themselves, or a path table made of them by touchstone journeys, or use position-decay, which decays by position"
        + " instead"
    case .halfLifeMissing(let halfLife, let known):
      "time-decay with a half-life of \(halfLife) days needs the times of the touches, and this path table carries its"
        + " credit for \(known.map { "\($0)" }.joined(separator: ", ")) days only; give the events themselves, or make the path"
        + " table anew with touchstone journeys --half-life \(halfLife)"
    case .tooManyStates(let order, let states, let bytes, let limit):
      "markov of order \(order) has about \(states) states on these paths and would need about"
        + " \(megabytes(bytes)) where \(megabytes(limit)) are allowed; choose a lower order, or allow"
        + " more with --memory-limit"
    case .orderTooLarge(let order, let touchpoints, let largest):
      "markov of order \(order) cannot be represented for \(touchpoints) touchpoints; choose an"
        + " order up to \(largest)"
    case .tooManyTouchpoints(let model, let touchpoints, let largest):
      "\(model) needs a table over touchpoints that grows with their square, and \(touchpoints) are too"
        + " many for that; group rare touchpoints until at most \(largest) are left"
    case .nothingToHoldOut(let unit):
      "there are too few \(unit) with touches to hold some out; give more, or name the order yourself"
    case .notConverged(let order, let residual, let sweeps):
      "markov of order \(order) did not converge: after \(sweeps) sweeps the residual is"
        + " \(residual), because journeys circle for very long; choose a lower order, or group touchpoints"
        + " until at most \(RemovalEffects.largestDenseFallback) states are left"
    }
  }

  private func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
}
