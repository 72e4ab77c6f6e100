import TouchstoneJourneys
import TouchstoneParallel

/// The simple probabilistic model of Shao and Li, second order.
///
/// A touchpoint i of a journey with the distinct touchpoints S scores
/// C(i) = P(y|i) + 1 / (2(|S|−1)) · Σ over j ∈ S, j ≠ i of [P(y|i,j) − P(y|i) − P(y|j)],
/// with P(y|i) and P(y|i,j) the conversion rates of the journeys that touch i, or both. The scores of a
/// journey sum to something between 0 and 1, not to 1; the credits here are the sums of scores over conversions,
/// scaled to the total, and the sum before scaling is the diagnostic `rawConversions`.
///
/// Source: X. Shao, L. Li, "Data-driven multi-touch attribution models", KDD 2011, equation 3. N_{j≠i}
/// is the number of other touchpoints of that journey, as the paper says below the equation.
public struct ShaoLi: AttributionModel {
  public let name = "shao-li"
  public let parameters: [ModelParameter] = []

  /// The most touchpoints whose pairs are tabulated: 2 × 4096² numbers take 268 MB.
  public static let largest = 4096

  public init() {}

  public var traits: ModelTraits { [.needsNonConverting, .sumsToTotal] }

  /// Scores each path's touchpoints by the rates of single touchpoints and of pairs.
  ///
  /// - Throws: ``AttributionError/tooManyTouchpoints(model:touchpoints:largest:)``.
  /// - Complexity: O(Σ |S|²) over distinct sets, and O(touchpoints²) memory.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    let paths = evidence.paths
    let count = paths.touchpoints.count
    guard count <= Self.largest else {
      throw .tooManyTouchpoints(model: name, touchpoints: count, largest: Self.largest)
    }
    let sets = paths.touchpointSets()
    let rates = pairRates(sets)
    let raw = sets.credits(by: PairScores(rates: rates, count: count))
    let rawConversions = raw.lazy.map(\.conversions).compensatedSum()
    let rawValue = raw.lazy.map(\.value).compensatedSum()
    let touched = paths.touched
    // A journey's scores sum to the mean rate of its pairs, which is above 0 as it converted itself.
    let conversionScale = rawConversions > 0 ? touched.conversions / rawConversions : 0
    let credits = raw.map { raw in
      let conversions = raw.conversions * conversionScale
      return Credit(
        conversions: conversions,
        // Refunds can cancel the value's scores; it then follows the conversions.
        value: rawValue != 0 && rawValue.sign == touched.value.sign
          ? raw.value * (touched.value / rawValue)
          : rawConversions > 0 ? touched.value * raw.conversions / rawConversions : 0)
    }
    return Attribution(
      credits: credits, paths: paths, sumsToTotal: true,
      diagnostics: [
        Diagnostic("rawConversions", .number(rawConversions)),
        Diagnostic(
          "conversionRate", .perTouchpoint((0..<count).map { rates[$0 * count + $0] })),
      ])
  }

  /// Conversion rates of the journeys that touch i and j, at i * n + j; of i alone on the diagonal.
  private func pairRates(_ sets: PathTable) -> [Double] {
    let count = sets.touchpoints.count
    var rates = [Double](repeating: 0, count: count * count)
    var journeys = rates
    for part in sets.parts {
      part.forEachRow { set, totals in
        for i in set {
          for j in set {
            rates[Int(i) * count + Int(j)] += totals.conversions
            journeys[Int(i) * count + Int(j)] += totals.journeys
          }
        }
      }
    }
    for pair in rates.indices where journeys[pair] > 0 { rates[pair] /= journeys[pair] }
    return rates
  }
}

/// Scores the touchpoints of a set by conversion rates.
private struct PairScores: PathCrediting {
  /// Of the journeys that touch i and j, at i * count + j; of i alone on the diagonal.
  let rates: [Double]
  let count: Int

  func credit(_ path: CreditedPath, _ scratch: inout PathScratch, to sums: inout CreditSums) {
    let set = path.touches
    for i in set {
      let rate = rates[Int(i) * count + Int(i)]
      var interaction = 0.0
      for j in set where j != i {
        interaction += rates[Int(i) * count + Int(j)] - rate - rates[Int(j) * count + Int(j)]
      }
      let others = Double(set.count - 1)
      sums.add(i, share: rate + (others > 0 ? interaction / (2 * others) : 0), of: path.totals)
    }
  }
}
