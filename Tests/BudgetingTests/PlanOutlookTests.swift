import Testing
import TouchstoneAttribution
import TouchstoneParallel
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

@Suite struct PlanOutlookTests {
  static func evidence() -> Evidence { Evidence(paths: ShiftTests.paths) }

  static func input(_ evidence: Evidence) throws -> PlanInput {
    let names = evidence.paths.touchpoints.names
    let credits = try Markov().attribute(evidence).credits
    let touchpoints = names.indices.prefix(3).map {
      PlanInput.Touchpoint(
        name: names[$0], id: $0, spend: 100 * Double($0 + 1),
        shape: ResponseShape(elasticity: 0.5, spend: 100 * Double($0 + 1)))
    }
    return PlanInput(touchpoints: Array(touchpoints), credits: credits, names: names, hasValue: true)
  }

  @Test func samplesAreThoseOfTheShift() throws {
    let evidence = Self.evidence()
    let input = try Self.input(evidence)
    let plan = try Planner(input, PlanRequest()).plan()
    func outlook(_ threads: Int) -> PlanOutlook {
      Parallel.$maximumThreads.withValue(threads) {
        PlanOutlook(plan, input, on: evidence, Bootstrap(replicates: 300, seed: 4, method: .percentile), walks: 5_000)
      }
    }
    let (one, two) = (outlook(1), outlook(2))
    #expect(one.conversions.replicates == two.conversions.replicates && one.walks.conversions == two.walks.conversions)
    #expect(isClose(one.conversions.estimate, one.shift.gain.conversions, relative: 1e-11))
    #expect(isClose(one.value.estimate, one.shift.gain.value, relative: 1e-11))
    let interval = one.sample(.conversions).interval(level: 0.9, method: .percentile)
    #expect(interval.contains(one.shift.gain.conversions) && one.worstCase(.conversions) == interval.lowerBound)
    let better = one.conversions.replicates.count { $0 > 0 }
    #expect(isClose(one.probabilityBetter(.conversions), Double(better) / 300, relative: 1e-12))
    // Nothing changes, and nothing is better or worse.
    var request = PlanRequest()
    request.change = 0
    let still = try Planner(input, request).plan()
    let nothing = PlanOutlook(still, input, on: evidence, Bootstrap(replicates: 20, method: .percentile), walks: 100)
    #expect(
      nothing.shift.gain == Credit() && nothing.probabilityBetter(.value) == 0.5 && nothing.worstCase(.value) == 0)
  }

  @Test func touchpointsThatCostNothingLoseAllVisits() throws {
    let evidence = Self.evidence()
    let input = try Self.input(evidence)
    var request = PlanRequest()
    request.limits["a"] = PlanRequest.Limits()
    request.limits["a"]!.maximum = .money(0)
    let plan = try Planner(input, request).plan()
    #expect(plan.rows[0].plannedSpend == 0 && plan.rows[0].multiple == 0 && plan.rows[0].planned == Credit())
    let outlook = PlanOutlook(plan, input, on: evidence, Bootstrap(replicates: 20, method: .percentile), walks: 500)
    #expect(outlook.shift.then.conversions < outlook.shift.now.conversions)
    #expect(outlook.conversions.replicates.allSatisfy { $0.isFinite })
    request = PlanRequest()
    (request.change, request.budget) = (1, .money(0))
    let none = try Planner(input, request).plan()
    #expect(none.plannedBudget == 0 && none.rows.allSatisfy { $0.multiple == 0 })
    // A plan that ends in little, after which today's spend would have gone on working.
    request = PlanRequest()
    request.schedule = .init(demand: [0.0001, 1.9999], carryOver: 0.5)
    request.limits["a"] = PlanRequest.Limits()
    request.limits["a"]!.maximum = .money(2)
    request.limits["a"]!.elasticity = 0.99
    let late = try Planner(input, request).plan()
    #expect(late.rows[0].multiple >= 0)
  }
}
