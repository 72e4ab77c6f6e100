import Touchstone

/// A user's own model: half of each conversion to the first touch, half to the last. It states what every model must,
/// and no more.
struct HalfToFirst: AttributionModel {
  let name = "half-to-first"
  let parameters: [ModelParameter] = []
  let traits: ModelTraits = [.orderSensitive, .sumsToTotal]

  func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    let first = try FirstTouch().attribute(evidence)
    let last = try LastTouch().attribute(evidence)
    let credits = zip(first.credits, last.credits).map {
      Credit(
        conversions: ($0.conversions + $1.conversions) / 2, value: ($0.value + $1.value) / 2)
    }
    return Attribution(credits: credits, paths: evidence.paths, sumsToTotal: true)
  }
}
