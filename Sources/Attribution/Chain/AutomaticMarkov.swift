import TouchstoneJourneys

/// Removal effects on the Markov chain of the order that predicts held-out journeys best, as ``OrderStudy`` recommends
/// it.
public struct AutomaticMarkov: AttributionModel {
  public let name = "markov"
  /// The highest order that is tried.
  public let largestOrder: Int
  /// The most bytes that a chain may take.
  public let memoryLimit: Int

  /// The highest order that is tried where nothing else is said.
  public static let usualLargestOrder = 5

  /// - Parameters:
  ///   - largestOrder: The highest order that is tried. Traps unless at least 1.
  ///   - memoryLimit: The most bytes that a chain may take.
  public init(largestOrder: Int = usualLargestOrder, memoryLimit: Int = Markov.defaultMemoryLimit) {
    precondition(largestOrder >= 1, "a chain remembers at least one touch")
    self.largestOrder = largestOrder
    self.memoryLimit = memoryLimit
  }

  public var parameters: [ModelParameter] { [ModelParameter("order", .text("auto"))] }
  public var traits: ModelTraits { [.orderSensitive, .sumsToTotal] }

  /// Chooses the order and attributes as ``Markov`` does.
  ///
  /// Diagnostics: `order`, `reason`, and those of ``Markov``.
  /// - Throws: As ``OrderStudy/init(_:upTo:folds:by:seed:memoryLimit:)`` and ``Markov/attribute(_:)``.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    let (model, reason) = try chosen(evidence.paths)
    let attribution = try model.attribute(evidence)
    return Attribution(
      credits: attribution.credits, paths: evidence.paths, sumsToTotal: true,
      diagnostics: [Diagnostic("order", .integer(model.order)), Diagnostic("reason", .text(reason))]
        + attribution.diagnostics)
  }

  /// The model of the order chosen on the data as they are: intervals do not cover the doubt about it.
  public func resampled(_ journeys: ResampledJourneys) throws(AttributionError) -> ResampledModel {
    try chosen(journeys.rows.table).model.resampled(journeys)
  }

  /// The model of the order chosen, and why it was.
  ///
  /// - Throws: As ``OrderStudy/init(_:upTo:folds:by:seed:memoryLimit:)``, except where there is nothing to hold out:
  ///   that is order 1.
  func chosen(_ paths: PathTable) throws(AttributionError) -> (model: Markov, reason: String) {
    do {
      let study = try OrderStudy(paths, upTo: largestOrder, memoryLimit: memoryLimit)
      return (Markov(order: study.recommended, memoryLimit: memoryLimit), study.reason)
    } catch AttributionError.nothingToHoldOut {
      return (Markov(order: 1, memoryLimit: memoryLimit), "too few journeys to hold some out")
    }
  }
}
