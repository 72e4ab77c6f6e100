import TouchstoneJourneys

/// Shapley values of the game in which a coalition earns the conversions of the journeys that it
/// covers: v(S) = Σ conversions over paths whose touchpoints all lie in S.
///
/// Each path is a unanimity game, so the value has a closed form: a path's conversions are split
/// equally over its distinct touchpoints.
///
/// Example: of one conversion along a > b > a, a and b get 0.5 each.
///
/// Source: L. Shapley 1953; the closed form follows from linearity and symmetry (brute force over
/// coalitions agrees, see the tests).
public struct Shapley: PathwiseModel {
  public let name = "shapley"
  public let parameters: [ModelParameter] = []

  public init() {}

  public var traits: ModelTraits { .sumsToTotal }

  /// Splits a path's conversions over its distinct touchpoints.
  func credit(_ path: CreditedPath, _ scratch: inout PathScratch, to sums: inout CreditSums) {
    sums.addToDistinct(path, &scratch) { 1 / Double($0) }
  }
}
