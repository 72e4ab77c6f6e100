import Testing
import TouchstoneAttribution
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

@Suite struct PlannerTests {
  @Test func totalsReconcile() throws {
    let plan = try SmallPlan.plan()
    #expect(plan.currentBudget == 7_500.25 && plan.plannedBudget == 7_500.25 && plan.unspent == 0 && plan.gap < 1e-9)
    #expect(plan.rows.map(\.bound) == [nil, .maximum, .maximum])
    #expect(plan.rows[1].plannedSpend == 3_900 && plan.rows[2].plannedSpend == 650.32)
    #expect(plan.rows.map(\.name) == ["tv", "search", "mail"])
    for (row, spend) in zip(plan.rows, SmallPlan.spends) {
      #expect(row.currentSpend == spend && row.limits.contains(row.plannedSpend))
      #expect((row.plannedSpend * 100).rounded() / 100 == row.plannedSpend)
      let multiple = (row.plannedSpend / spend).squareRoot()
      #expect(isClose(row.multiple, multiple, relative: 1e-12))
      #expect(isClose(row.planned.conversions, row.current.conversions * multiple, relative: 1e-12))
      #expect(isClose(row.planned.value, row.current.value * multiple, relative: 1e-12))
      #expect(isClose(row.currentMarginal.value, row.current.value / spend / 2, relative: 1e-12))
    }
    // The one that is not bound is worth the shadow price.
    #expect(isClose(plan.rows[0].plannedMarginal.conversions, plan.price, relative: 1e-6))
    #expect(plan.multiples(touchpoints: 4)[3] == 1 && plan.multiples(touchpoints: 4)[0] == plan.rows[0].multiple)
    #expect(plan.promised.conversions > 0)
  }

  @Test func budgetsAreMetToTheCent() throws {
    #expect(try SmallPlan.plan { $0.budget = .change(0.1) }.plannedBudget == 8_250.28)
    #expect(try SmallPlan.plan { $0.budget = .money(6_000) }.plannedBudget == 6_000)
    let all = try SmallPlan.plan { $0.budget = .change(0.3) }
    #expect(all.rows.map(\.bound) == [.maximum, .maximum, .maximum])
    #expect(throws: PlanError.self) { try SmallPlan.plan { $0.budget = .change(0.31) } }
    #expect(throws: PlanError.self) { try SmallPlan.plan { $0.budget = .money(1_000) } }
  }

  @Test func whatMayNotMoveStays() throws {
    let still = try SmallPlan.plan { $0.change = 0 }
    #expect(still.rows.map(\.plannedSpend) == SmallPlan.spends && still.promised == Credit())
    let locked = try SmallPlan.plan {
      $0.limits["search"] = {
        var limits = PlanRequest.Limits()
        limits.isLocked = true
        return limits
      }()
    }
    #expect(locked.rows[1].plannedSpend == 3_000 && locked.rows[1].bound == .lock && locked.rows[1].multiple == 1)
    #expect(locked.plannedBudget == 7_500.25 && locked.rows[0].plannedSpend != 4_000)
    let all = try SmallPlan.plan { request in
      for name in SmallPlan.names.prefix(3) {
        request.limits[name] = PlanRequest.Limits()
        request.limits[name]!.isLocked = true
      }
    }
    #expect(all.rows.map(\.plannedSpend) == SmallPlan.spends && all.rows.allSatisfy { $0.bound == .lock })
  }

  @Test func limitsGroupsAndStepsAreKept() throws {
    let plan = try SmallPlan.plan { request in
      request.change = 0.5
      request.limits["mail"] = PlanRequest.Limits()
      request.limits["mail"]!.step = 100
      request.groups = [.init(name: "reach", touchpoints: ["tv", "mail"], minimum: .share(0.6))]
    }
    let (tv, mail) = (plan.rows[0].plannedSpend, plan.rows[2].plannedSpend)
    #expect(mail == 700 && plan.rows[2].bound == .step && plan.plannedBudget == 7_500.25)
    #expect(isClose(tv + mail, 0.6 * 7_500.25, relative: 1e-5) && tv + mail >= 0.6 * 7_500.25 - 0.01)
    #expect(plan.rows[0].bound == .group("reach"))
    // A limit that was asked for wins over how far spend may move.
    let wide = try SmallPlan.plan { request in
      request.limits["mail"] = PlanRequest.Limits()
      request.limits["mail"]!.minimum = .money(2_000)
    }
    #expect(wide.rows[2].plannedSpend == 2_000 && wide.rows[2].limits == 2_000...2_000)
    let held = try Planner(SmallPlan.input(), PlanRequest()).plan(holding: [0: 0.55])
    #expect(held.rows[0].plannedSpend == 4_000 && held.rows[0].bound == .uncertainty(0.55))
  }

  @Test func requestsWithoutAPlanAreRefused() {
    // The group's least is more than steps leave, and not the budget's.
    #expect(throws: PlanError.self) {
      try SmallPlan.plan { request in
        request.limits["mail"] = PlanRequest.Limits()
        request.limits["mail"]!.step = 100
        request.groups = [.init(name: "two", touchpoints: ["tv", "search"], minimum: .money(9_150))]
        request.budget = .money(9_700)
      }
    }
    #expect(throws: PlanError.noCredit) {
      try Planner(SmallPlan.input(credits: SmallPlan.credits.map { _ in Credit() }), PlanRequest())
    }
  }

  @Test func withoutCreditNothingIsLost() throws {
    var credits = SmallPlan.credits
    credits[0] = Credit()
    let plan = try Planner(SmallPlan.input(credits: credits), PlanRequest()).plan()
    #expect(plan.rows[0].bound == .noCredit && plan.rows[0].plannedSpend < 4_000 && plan.plannedBudget == 7_500.25)
    credits[2].value = -50
    var request = PlanRequest()
    request.measure = .value
    let harmful = try Planner(SmallPlan.input(credits: credits), request).plan()
    #expect(harmful.rows[2].bound == .noCredit && harmful.rows[2].planned.value == -50)
  }

  @Test func schedulesAddUpAndFollowDemand() throws {
    let plan = try SmallPlan.plan { $0.schedule = .init(demand: [1, 2, 1, 1], carryOver: 0.3) }
    for row in plan.rows {
      #expect(row.schedule.count == 4 && isClose(row.schedule.reduce(0, +), row.plannedSpend, relative: 1e-12))
      #expect(row.schedule[1] > row.schedule[0] && row.schedule.allSatisfy { ($0 * 100).rounded() / 100 == $0 })
    }
    #expect(plan.plannedBudget == 7_500.25)
    // Nothing but the timing changes, and that gains.
    let timed = try SmallPlan.plan { ($0.change, $0.schedule) = (0, .init(demand: [1, 2, 1, 1], carryOver: 0.3)) }
    #expect(timed.rows.map(\.plannedSpend) == SmallPlan.spends && timed.promised.conversions > 0)
    let even = try SmallPlan.plan { ($0.change, $0.schedule) = (0, .init(demand: [1, 1], carryOver: 0.3)) }
    #expect(isClose(even.rows[0].planned.conversions, 100, relative: 1e-9))
    #expect(even.rows[0].schedule == [2_000, 2_000])
  }

  @Test func refusalsSayWhatToDo() {
    func error(_ change: (inout PlanRequest) -> Void, hasValue: Bool = true) -> PlanError? {
      var request = PlanRequest()
      change(&request)
      do throws(PlanError) {
        _ = try Planner(SmallPlan.input(hasValue: hasValue), request).plan()
        return nil
      } catch { return error }
    }
    var limits = PlanRequest.Limits()
    limits.minimum = .money(5)
    #expect(
      error { $0.limits["serach"] = limits }?.description
        == "a limit names \"serach\", which costs nothing today; did you mean \"search\"? the touchpoints with costs"
        + " are \"tv\", \"search\", \"mail\""
    )
    #expect(
      error { $0.limits["direct"] = limits }
        == .noSpend(name: "direct", credit: 70, where: "a limit"))
    #expect(
      error { $0.groups = [.init(name: "g", touchpoints: ["tv", "radio"], minimum: .money(1))] }
        == .unknownTouchpoint(
          name: "radio", where: "the group \"g\"", suggestion: nil, known: ["tv", "search", "mail"]))
    limits.maximum = .money(4)
    #expect(error { $0.limits["tv"] = limits } == .emptyLimits(name: "tv", minimum: 5, maximum: 4))
    #expect(error({ $0.measure = .value }, hasValue: false) == .noValue(what: "planning for value"))
    #expect(
      error { $0.budget = .money(100) }?.description
        == "the budget of 100 is 5150.18 less than what must be spent, 5250.18: tv at least 2800, search at least 2100,"
        + " mail at least 350.18; raise it, or lower some of these minimums")
    let empty = PlanInput(touchpoints: [], credits: SmallPlan.credits, names: SmallPlan.names, hasValue: true)
    #expect(throws: PlanError.nothingToPlan) { try Planner(empty, PlanRequest()) }
  }
}
