import TouchstoneJourneys

/// Full credit to each distinct touchpoint of a converting path.
///
/// The credits overlap: they say how many conversions each touchpoint took part in, and sum to more
/// than the total.
///
/// Example: of one conversion along a > b > a, a and b get 1 each.
public struct Participation: PathwiseModel {
  public let name = "participation"
  public let parameters: [ModelParameter] = []

  public init() {}

  public var traits: ModelTraits { [] }

  /// Counts a path's conversions for each of its touchpoints.
  func credit(_ path: CreditedPath, _ scratch: inout PathScratch, to sums: inout CreditSums) {
    sums.addToDistinct(path, &scratch) { _ in 1 }
  }
}
