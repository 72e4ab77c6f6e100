import Testing
import TouchstoneAttribution

@testable import TouchstoneBudgeting

@Suite struct PlanAlternativeTests {
  @Test func sameAssumptionGivesTheSamePlan() throws {
    let evidence = PlanOutlookTests.evidence()
    let input = try PlanOutlookTests.input(evidence)
    let last = try LastTouch().attribute(evidence).credits
    let byModel = PlanAlternative.byModel(
      [("markov", input.credits), ("last", last)], input, PlanRequest(), on: evidence.paths)
    let plan = try Planner(input, PlanRequest()).plan()
    #expect(try byModel[0].result.get().plan.rows.map(\.plannedSpend) == plan.rows.map(\.plannedSpend))
    #expect(try byModel[1].result.get().plan.rows.map(\.current) == Array(last.prefix(3)))
    let byElasticity = PlanAlternative.byElasticity(input, PlanRequest(), on: evidence.paths)
    #expect(byElasticity.map(\.elasticity) == [0.2, 0.35, 0.5, 0.65, 0.8])
    #expect(try byElasticity[2].result.get().plan.rows.map(\.plannedSpend) == plan.rows.map(\.plannedSpend))
  }
}
