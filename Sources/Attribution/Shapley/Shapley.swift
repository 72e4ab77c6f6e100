import Journeys

/// Shapley values of the game in which a coalition earns the conversions of the journeys that it
/// covers: v(S) = Σ conversions over paths whose touchpoints all lie in S.
///
/// Each path is a unanimity game, so the value has a closed form: a path's conversions are split
/// equally over its distinct touchpoints.
///
/// Source: L. Shapley 1953; the closed form follows from linearity and symmetry (brute force over
/// coalitions agrees, see the tests).
public struct Shapley: AttributionModel {
  public let name = "shapley"
  public let parameters: [ModelParameter] = []
  public var traits: ModelTraits { .sumsToTotal }

  public init() {}

  /// Splits each path's conversions over its distinct touchpoints.
  ///
  /// - Complexity: O(touches), in parallel.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    Attribution(
      credits: evidence.paths.creditsOfDistinct { 1 / Double($0) }, paths: evidence.paths,
      sumsToTotal: true)
  }
}
