import Algorithms
import TouchstoneJourneys

/// What a model may learn from. Every model reads the path table; a model that needs more says so by
/// ``AttributionModel/needs`` and finds it here.
public struct Evidence: Sendable {
  /// Distinct paths with their totals, and with time-decay credit for some half-lives.
  public let paths: PathTable
  /// What each person met day by day, where it was asked for; its touchpoint ids are those of ``paths``.
  public let exposures: ExposureHistories?
  /// Which journeys are one person's, where that is known: what uncertainty must take into account, and no model reads.
  public let jointJourneys: JointJourneys?

  /// Traps where the histories have other touchpoints than the paths.
  public init(paths: PathTable, exposures: ExposureHistories? = nil, jointJourneys: JointJourneys? = nil) {
    precondition(
      exposures.map { $0.touchpoints.names == paths.touchpoints.names } ?? true, "histories of the same touchpoints")
    self.paths = paths
    self.exposures = exposures
    self.jointJourneys = jointJourneys
  }

  /// All that was built from a log.
  public init(_ built: JourneyBuilder.Result) {
    self.init(paths: built.paths, exposures: built.exposures, jointJourneys: built.jointJourneys)
  }

  /// The needs of models that this evidence meets.
  public var meets: EvidenceNeeds { EvidenceNeeds(halfLives: paths.halfLives, exposures: exposures != nil) }

  /// The exposure histories, for a model that cannot do without.
  ///
  /// - Throws: ``AttributionError/exposuresMissing(model:)``.
  public func exposures(for model: some AttributionModel) throws(AttributionError) -> ExposureHistories {
    guard let exposures else { throw .exposuresMissing(model: model.name) }
    return exposures
  }
}

/// What a model needs besides paths and their totals, which any input gives.
public struct EvidenceNeeds: Sendable, Equatable {
  /// The half-lives in days that paths must carry time-decay credit for, none twice.
  public let halfLives: [Double]
  /// Whether it reads what each person met day by day.
  public let exposures: Bool

  /// Needs; without arguments, of nothing but paths.
  public init(halfLives: [Double] = [], exposures: Bool = false) {
    self.halfLives = Array(halfLives.uniqued())
    self.exposures = exposures
  }

  /// What several models need together, half-lives ascending.
  public init(of models: some Sequence<any AttributionModel>) {
    let all = models.reduce(EvidenceNeeds()) { $0.union($1.needs) }
    self.init(halfLives: all.halfLives.sorted(), exposures: all.exposures)
  }

  /// What two models need together.
  public func union(_ other: Self) -> Self {
    EvidenceNeeds(halfLives: halfLives + other.halfLives, exposures: exposures || other.exposures)
  }

  /// Whether there is nothing here that the other lacks.
  public func isSubset(of other: Self) -> Bool {
    halfLives.allSatisfy(other.halfLives.contains) && (!exposures || other.exposures)
  }

  /// Whether paths and their totals are enough.
  public var isPathsAlone: Bool { self == EvidenceNeeds() }
}

extension JourneyBuilder {
  /// Makes the journeys, and all else that models need of the log.
  ///
  /// - Parameters:
  ///   - needs: What they need.
  ///   - wantsJointJourneys: Whether to note which journeys are one person's, for a bootstrap over persons.
  /// - Complexity: As ``build(_:rename:halfLives:wantsProfile:wantsJointJourneys:wantsExposures:periods:)``.
  public func build(
    _ log: EventLog, for needs: EvidenceNeeds, rename: @Sendable (String) -> String = { $0 },
    wantsProfile: Bool = false, wantsJointJourneys: Bool = false, periods: PeriodConversions? = nil
  ) -> Result {
    build(
      log, rename: rename, halfLives: needs.halfLives, wantsProfile: wantsProfile,
      wantsJointJourneys: wantsJointJourneys, wantsExposures: needs.exposures, periods: periods)
  }
}
