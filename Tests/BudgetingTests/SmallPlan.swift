import TouchstoneAttribution

@testable import TouchstoneBudgeting

/// Three touchpoints with costs and one without, all of elasticity a half.
enum SmallPlan {
  static let names = ["tv", "search", "mail", "direct"]
  static let credits = [
    Credit(conversions: 100, value: 5_000), Credit(conversions: 300, value: 12_000),
    Credit(conversions: 50, value: 9_000),
    Credit(conversions: 70, value: 700),
  ]
  static let spends = [4_000.0, 3_000, 500.25]

  static func input(credits: [Credit] = credits, hasValue: Bool = true) -> PlanInput {
    PlanInput(
      touchpoints: spends.indices.map {
        PlanInput.Touchpoint(
          name: names[$0], id: $0, spend: spends[$0], shape: ResponseShape(elasticity: 0.5, spend: spends[$0]))
      }, credits: credits, names: names, hasValue: hasValue)
  }

  static func plan(_ change: (inout PlanRequest) -> Void = { _ in }) throws(PlanError) -> Plan {
    var request = PlanRequest()
    change(&request)
    return try Planner(input(), request).plan()
  }
}
