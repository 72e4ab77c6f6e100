import TouchstoneJourneys

/// Credit that halves with every `halfLife` days back from the conversion: a touch at time tᵢ weighs
/// 2^(−(T−tᵢ)/halfLife), normalised over the journey.
///
/// Example: of one conversion a week after a and on the day of b, with a half-life of 7 days, b gets 2/3 and a 1/3.
///
/// It needs the times of the touches. A path table that was built from events carries what is left of them: the
/// credit by position, summed over the journeys of each path, for the half-lives that it was built with. That is exact.
public struct TimeDecay: PathwiseModel {
  public let name = "time-decay"
  /// The number of days over which the weight halves.
  public let halfLife: Double

  /// - Parameter halfLife: The number of days over which the weight halves. Traps unless above 0.
  public init(halfLife: Double = 7) {
    precondition(halfLife > 0, "a half-life is above 0")
    self.halfLife = halfLife
  }

  public var parameters: [ModelParameter] { [ModelParameter("half-life", .number(halfLife))] }
  public var traits: ModelTraits { [.orderSensitive, .sumsToTotal] }
  public var needs: EvidenceNeeds { EvidenceNeeds(halfLives: [halfLife]) }

  /// Adds up the credit that the table carries.
  ///
  /// - Throws: ``AttributionError/timesMissing(model:)`` or ``AttributionError/halfLifeMissing(halfLife:known:)`` where
  ///   the table does not carry it.
  /// - Complexity: O(touches), in parallel.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    try requireCredit(of: evidence.paths)
    return Attribution(credits: evidence.paths.credits(by: self), paths: evidence.paths, sumsToTotal: true)
  }

  /// The model with the credit of each path's journeys looked up already.
  ///
  /// - Throws: As ``attribute(_:)``.
  public func resampled(_ journeys: ResampledJourneys) throws(AttributionError) -> ResampledModel {
    try requireCredit(of: journeys.rows.table)
    return ResampledModel(SharedRows(self, journeys.rows))
  }

  /// Notes where the paths' credit for the half-life lies, which ``requireCredit(of:)`` has made sure of.
  func prepare(_ scratch: inout PathScratch, for paths: PathTable) {
    scratch.halfLife = paths.halfLives.firstIndex(of: halfLife)!
  }

  /// Refuses a table that does not carry credit for the half-life.
  private func requireCredit(of paths: PathTable) throws(AttributionError) {
    guard !paths.halfLives.contains(halfLife) else { return }
    throw paths.halfLives.isEmpty
      ? .timesMissing(model: name) : .halfLifeMissing(halfLife: halfLife, known: paths.halfLives)
  }

  /// Passes on the credit that a path carries.
  func credit(_ path: CreditedPath, _ scratch: inout PathScratch, to sums: inout CreditSums) {
    let first = scratch.halfLife * path.touches.count
    for position in 0..<path.touches.count {
      let credit = path.decay[first + position]
      sums.add(path.touches[position], conversions: credit.conversions, value: credit.value)
    }
  }
}
