import Journeys

/// Full credit to each distinct touchpoint of a converting path.
///
/// The credits overlap: they say how many conversions each touchpoint took part in, and sum to more
/// than the total.
public struct Participation: AttributionModel {
  public let name = "participation"
  public let parameters: [ModelParameter] = []
  public var traits: ModelTraits { [] }

  public init() {}

  /// Counts the conversions that each touchpoint took part in.
  ///
  /// - Complexity: O(touches), in parallel.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    Attribution(
      credits: evidence.paths.creditsOfDistinct { _ in 1 }, paths: evidence.paths,
      sumsToTotal: false)
  }
}
