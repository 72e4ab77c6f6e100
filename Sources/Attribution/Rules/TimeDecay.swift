import TouchstoneJourneys

/// Credit that halves with every `halfLife` days back from the conversion: a touch at time tᵢ weighs
/// 2^(−(T−tᵢ)/halfLife), normalised over the journey.
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
  public var traits: ModelTraits { [.orderSensitive, .needsTimes, .sumsToTotal] }

  func prepare(_ scratch: inout PathScratch, for paths: PathTable) {
    scratch.halfLife = paths.halfLives.firstIndex(of: halfLife)!
  }

  /// Passes on the credit that a path carries.
  func credit(_ path: CreditedPath, _ scratch: inout PathScratch, to sums: inout CreditSums) {
    let first = scratch.halfLife * path.touches.count
    for position in 0..<path.touches.count {
      let credit = path.decay[first + position]
      sums.add(path.touches[position], conversions: credit.conversions, value: credit.value)
    }
  }

  /// Adds up the credit that the table carries.
  ///
  /// - Throws: ``AttributionError/timesMissing(model:)`` or ``AttributionError/halfLifeMissing(halfLife:known:)`` where the
  ///   table does not carry it.
  /// - Complexity: O(touches), in parallel.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    let paths = evidence.paths
    guard paths.halfLives.contains(halfLife) else {
      throw paths.halfLives.isEmpty
        ? .timesMissing(model: name) : .halfLifeMissing(halfLife: halfLife, known: paths.halfLives)
    }
    return Attribution(credits: paths.credits(by: self), paths: paths, sumsToTotal: true)
  }
}
