import Testing
import TouchstoneAttribution
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

/// Goals whose budget is looked for.
@Suite struct PlannerGoalTests {
  /// And a cent less does not do.
  @Test func targetTakesTheLeastBudget() throws {
    let plan = try SmallPlan.plan { $0.goal = .target(440) }
    #expect(plan.rows.reduce(0) { $0 + $1.planned.conversions } >= 440 - 1e-9 && plan.plannedBudget < 7_500)
    let less = try SmallPlan.plan { $0.budget = .money(plan.plannedBudget - 0.01) }
    #expect(less.rows.reduce(0) { $0 + $1.planned.conversions } < 440)
    let value = try SmallPlan.plan { ($0.goal, $0.measure) = (.target(27_000), .value) }
    #expect(value.rows.reduce(0) { $0 + $1.planned.value } >= 27_000 - 1e-6)
    do {
      _ = try SmallPlan.plan { $0.goal = .target(600) }
      Issue.record("600 cannot be reached")
    } catch {
      guard case .unreachable(600, .conversions, let most, let spend) = error else {
        Issue.record("\(error)")
        return
      }
      // Everything at 130 %.
      #expect(isClose(most, 450 * 1.3.squareRoot(), relative: 1e-5) && isClose(spend, 7_500.25 * 1.3, relative: 1e-5))
      #expect(
        error.description.hasPrefix(
          "600 conversions of touchpoints with costs cannot be reached: the limits allow 513.08 at the most, for 9750.3"
        ))
    }
    // What is easily reached costs the least that the limits allow.
    #expect(isClose(try SmallPlan.plan { $0.goal = .target(1) }.plannedBudget, 7_500.25 * 0.7, relative: 1e-5))
  }

  @Test func returnTakesTheLargestBudget() throws {
    let plan = try SmallPlan.plan { ($0.goal, $0.measure) = (.perUnitSpent(3.6), .value) }
    func ratio(_ plan: Plan) -> Double { plan.rows.reduce(0) { $0 + $1.planned.value } / plan.plannedBudget }
    #expect(ratio(plan) >= 3.6 - 1e-6)
    let more = try SmallPlan.plan { ($0.budget, $0.measure) = (.money(plan.plannedBudget + 1), .value) }
    #expect(ratio(more) < 3.6)
    let each = try SmallPlan.plan { $0.goal = .perUnitSpent(1 / 16.0) }
    #expect(each.plannedBudget / each.rows.reduce(0) { $0 + $1.planned.conversions } <= 16 + 1e-6)
    // One that any budget meets: everything that may be spent.
    #expect(
      isClose(try SmallPlan.plan { $0.goal = .perUnitSpent(1 / 1_000.0) }.plannedBudget, 7_500.25 * 1.3, relative: 1e-5)
    )
    do {
      _ = try SmallPlan.plan { ($0.goal, $0.measure) = (.perUnitSpent(50), .value) }
      Issue.record("a ROAS of 50 cannot be reached")
    } catch {
      guard case .unreachableReturn(50, .value, let best, let spend) = error else {
        Issue.record("\(error)")
        return
      }
      // Little is spent, and what brings the most is bought first.
      let plan = try SmallPlan.plan { ($0.budget, $0.measure) = (.money(spend), .value) }
      #expect(isClose(ratio(plan), best, relative: 1e-6) && spend < 6_000 && best > 26_000 * 0.7.squareRoot() / 5_250)
    }
  }

  /// Steps go with goals, and credit below 0 counts.
  @Test func budgetCapsWhatAGoalMaySpend() throws {
    let capped = try SmallPlan.plan { ($0.goal, $0.budget) = (.perUnitSpent(1 / 1_000.0), .money(6_000)) }
    #expect(capped.plannedBudget == 6_000)
    #expect(throws: PlanError.self) { try SmallPlan.plan { ($0.goal, $0.budget) = (.target(480), .money(6_000)) } }
    #expect(throws: PlanError.self) { try SmallPlan.plan { ($0.goal, $0.budget) = (.target(440), .money(100)) } }
    func stepped(_ request: inout PlanRequest) {
      request.limits["search"] = PlanRequest.Limits()
      request.limits["search"]!.step = 800
    }
    let target = try SmallPlan.plan {
      stepped(&$0)
      $0.goal = .target(440)
    }
    #expect(target.rows[1].plannedSpend.truncatingRemainder(dividingBy: 800) == 0)
    #expect(target.rows.reduce(0) { $0 + $1.planned.conversions } >= 440 - 1e-9)
    let each = try SmallPlan.plan {
      stepped(&$0)
      $0.goal = .perUnitSpent(1 / 17.0)
    }
    #expect(each.plannedBudget <= 17 * each.rows.reduce(0) { $0 + $1.planned.conversions } + 1e-6)
    var credits = SmallPlan.credits
    credits[0].value = -4_000
    var request = PlanRequest()
    (request.measure, request.goal) = (.value, .target(17_500))
    let plan = try Planner(SmallPlan.input(credits: credits), request).plan()
    #expect(isClose(plan.rows.reduce(0) { $0 + $1.planned.value }, 17_500, relative: 1e-5))
  }
}
