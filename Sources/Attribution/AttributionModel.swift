import TouchstoneJourneys

/// A rule or an estimator that says which touchpoints earned the conversions.
///
/// A model has a name, parameters, traits, and ``attribute(_:)``. All other requirements have defaults, which are right
/// for any model that reads paths and their totals; a model that reads more, or that can be worked out faster again,
/// says so by implementing them:
///
///     struct LongestVisit: AttributionModel {
///       let name = "longest-visit"
///       let parameters: [ModelParameter] = []
///       let traits: ModelTraits = .sumsToTotal
///       let needs = EvidenceNeeds(exposures: true)
///
///       func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
///         let histories = try evidence.exposures(for: self)
///         …
///       }
///     }
public protocol AttributionModel: Sendable {
  /// The name on the command line and in every output.
  var name: String { get }
  /// The parameters that this instance works with, defaults included.
  var parameters: [ModelParameter] { get }
  /// What its credits depend on, and what they mean.
  var traits: ModelTraits { get }
  /// The credits that the evidence gives.
  ///
  /// - Throws: ``AttributionError`` where the evidence does not suffice.
  func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution

  /// What the model needs besides paths and their totals. By default nothing.
  var needs: EvidenceNeeds { get }
  /// Whether the model is quick enough to be worked out again on each of hundreds of replicates, with so many
  /// touchpoints: not where it samples. By default, whether it can be: a model that needs exposure histories cannot.
  func isRepeatable(touchpoints: Int) -> Bool
  /// The model, ready to be worked out again for other weights of the same journeys. By default ``attribute(_:)`` runs
  /// on a table made anew with the weights; models of this library often have a faster way.
  ///
  /// - Throws: ``AttributionError`` where the journeys do not suffice for the model;
  ///   ``AttributionError/notResampled(model:)`` by default where the model needs exposure histories.
  func resampled(_ journeys: ResampledJourneys) throws(AttributionError) -> ResampledModel
  /// How sure the credits are by a formula, without a bootstrap. By default `nil`: there is none.
  ///
  /// - Parameters:
  ///   - paths: What the credits were worked out from.
  ///   - level: Between 0 and 1.
  func analyticUncertainty(_ paths: PathTable, level: Double) throws(AttributionError) -> CreditUncertainty?
}

extension AttributionModel {
  public var needs: EvidenceNeeds { EvidenceNeeds() }

  public func isRepeatable(touchpoints: Int) -> Bool { !needs.exposures }

  public func resampled(_ journeys: ResampledJourneys) throws(AttributionError) -> ResampledModel {
    // Half-lives go with the rows; persons' days do not.
    guard !needs.exposures else { throw .notResampled(model: name) }
    return ResampledModel(TableResampler(model: self, rows: journeys.rows))
  }

  public func analyticUncertainty(
    _ paths: PathTable, level: Double
  ) throws(AttributionError) -> CreditUncertainty? { nil }
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

/// What a model's credits depend on, and what they mean.
public struct ModelTraits: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The order of touches changes the credits.
  public static let orderSensitive = ModelTraits(rawValue: 1 << 0)
  /// Journeys that did not convert are needed for an answer that means something.
  public static let needsNonConverting = ModelTraits(rawValue: 1 << 1)
  /// Credits and baseline add up to the total.
  public static let sumsToTotal = ModelTraits(rawValue: 1 << 2)
}
