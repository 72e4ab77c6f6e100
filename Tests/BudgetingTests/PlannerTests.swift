import TestSupport
import Testing
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneText

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

  @Test func budgets() throws {
    #expect(try SmallPlan.plan { $0.budget = .change(0.1) }.plannedBudget == 8_250.28)
    #expect(try SmallPlan.plan { $0.budget = .money(6_000) }.plannedBudget == 6_000)
    let all = try SmallPlan.plan { $0.budget = .change(0.3) }
    #expect(all.rows.map(\.bound) == [.maximum, .maximum, .maximum])
    #expect(throws: PlanError.self) { try SmallPlan.plan { $0.budget = .change(0.31) } }
    #expect(throws: PlanError.self) { try SmallPlan.plan { $0.budget = .money(1_000) } }
  }

  @Test func noChangeAndLocks() throws {
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

  /// What a target costs, and that a cent less does not do.
  @Test func leastBudgetForATarget() throws {
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

  @Test func largestBudgetForAReturn() throws {
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

  @Test func limitsGroupsAndSteps() throws {
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

  /// A budget caps what a goal may spend, steps go with goals, and credit below 0 counts.
  @Test func goalsWithOtherLimits() throws {
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

  /// A group's least is kept to the cent, whatever is rounded.
  @Test func groupsKeepTheirCents() throws {
    var random = RandomCurves(seed: 17)
    for _ in 0..<60 {
      let share = (random.uniform(50...62)).rounded() / 100
      let plan = try SmallPlan.plan { request in
        request.budget = .money((random.uniform(6_500...8_500) * 100).rounded() / 100)
        request.groups = [.init(name: "two", touchpoints: ["tv", "mail"], minimum: .share(share))]
      }
      let sum = plan.rows[0].plannedSpend + plan.rows[2].plannedSpend
      #expect(sum >= share * plan.plannedBudget - 1e-9, "\(sum) of \(plan.plannedBudget)")
    }
  }

  @Test func impossibleSteps() {
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

  @Test func schedules() throws {
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

  @Test func refusals() {
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
        == "a limit names \"serach\", which costs nothing today; did you mean \"search\"? the touchpoints with costs are \"tv\", \"search\", \"mail\""
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
        == "the budget of 100 is 5150.18 less than what must be spent, 5250.18: tv at least 2800, search at least 2100, mail at least 350.18;"
        + " raise it, or lower some of these minimums")
    let empty = PlanInput(touchpoints: [], credits: SmallPlan.credits, names: SmallPlan.names, hasValue: true)
    #expect(throws: PlanError.nothingToPlan) { try Planner(empty, PlanRequest()) }
  }

  /// What was worked out may miss the total, and a limit, by rounding.
  @Test func centsOfLargeAmounts() {
    let cents = Cents.rounded(
      [0, 9_279_234_320.83], total: 9_279_234_320.76, limits: [0...9_279_234_320.76, 0...9_279_234_320.76],
      isFixed: [false, false], groups: [])
    #expect(cents == [0, 9_279_234_320.76])
  }

  /// Cents add up whatever was worked out, and stay within limits.
  @Test func centsAddUp() {
    var random = RandomCurves(seed: 31)
    for _ in 0..<300 {
      let count = 1 + Int(random.uniform(0...12))
      var spends = (0..<count).map { _ in random.uniform(0...1_000) }
      var isFixed = spends.map { _ in random.uniform(0...1) < 0.2 }
      isFixed[0] = false
      for place in spends.indices where isFixed[place] { spends[place] = (spends[place] * 100).rounded() / 100 }
      let total = (spends.reduce(0, +) * 100).rounded() / 100
      let limits = spends.map { 0...$0 + 5 }
      let cents = Cents.rounded(spends, total: total, limits: limits, isFixed: isFixed, groups: [])
      #expect(isClose(cents.reduce(0, +), total, relative: 1e-13))
      for place in spends.indices {
        #expect(abs(cents[place] - spends[place]) < 0.0200001 && limits[place].contains(cents[place]))
        if isFixed[place] { #expect(cents[place] == spends[place]) }
      }
    }
  }
}

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

  /// A touchpoint that is planned to cost nothing loses all its visits.
  @Test func nothingSpent() throws {
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

  /// In a group with a limit of its own, a move is held against the group's price; in a schedule, against the schedule's.
  @Test func certaintyAgainstTheRightPrice() throws {
    let evidence = Self.evidence()
    let input = try Self.input(evidence)
    let distribution = try Bootstrap(replicates: 200, method: .percentile).distributions(of: [Markov()], on: evidence)[
      0]
    var request = PlanRequest()
    request.change = 0.6
    request.groups = [.init(name: "g", touchpoints: ["a", "c"], maximum: .money(300))]
    for schedule in [nil, PlanRequest.Schedule(demand: [0.2, 1.8], carryOver: 0.3)] {
      request.schedule = schedule
      let plan = try Planner(input, request).plan()
      #expect(plan.rows[0].price != plan.rows[1].price && plan.rows[0].price == plan.rows[2].price)
      let certainty = MoveCertainty(plan, input, distribution)
      for (row, probability) in zip(plan.rows, certainty.probabilities) where row.plannedSpend != row.currentSpend {
        // On the data as they are each move is right.
        let isMore = row.plannedSpend > row.currentSpend
        #expect((row.currentMarginal.conversions > row.price) == isMore, "\(row.name)")
        #expect(probability! > 0.5, "\(row.name): \(probability!)")
      }
    }
  }

  @Test func certaintyOfMoves() throws {
    let evidence = Self.evidence()
    let input = try Self.input(evidence)
    let plan = try Planner(input, PlanRequest()).plan()
    let distribution = try Bootstrap(replicates: 200, method: .percentile).distributions(of: [Markov()], on: evidence)[
      0]
    let certainty = MoveCertainty(plan, input, distribution)
    for (row, probability) in zip(plan.rows, certainty.probabilities) {
      #expect((probability != nil) == (row.plannedSpend != row.currentSpend))
      // Those at their limits are further from the price than the one between them.
      if row.bound == .maximum || row.bound == .minimum { #expect(probability! > 0.6, "\(row.name)") }
    }
  }

  @Test func alternatives() throws {
    let evidence = Self.evidence()
    let input = try Self.input(evidence)
    let last = try LastTouch().attribute(evidence).credits
    let byModel = PlanAlternative.byModel(
      [("markov", input.credits), ("last", last)], input, PlanRequest(), evidence.paths)
    let plan = try Planner(input, PlanRequest()).plan()
    #expect(try byModel[0].result.get().plan.rows.map(\.plannedSpend) == plan.rows.map(\.plannedSpend))
    #expect(try byModel[1].result.get().plan.rows.map(\.current) == Array(last.prefix(3)))
    let byElasticity = PlanAlternative.byElasticity(input, PlanRequest(), evidence.paths)
    #expect(byElasticity.map(\.elasticity) == [0.2, 0.35, 0.5, 0.65, 0.8])
    #expect(try byElasticity[2].result.get().plan.rows.map(\.plannedSpend) == plan.rows.map(\.plannedSpend))
  }
}

@Suite struct PlanFileTests {
  @Test func everything() throws {
    let file = try PlanFile(
      yaml: """
        measure: value
        budget: +10%
        change: 40%
        elasticity: 0.4
        elasticities: [0.1, 0.9]
        hold-below: 0.7
        model: linear
        touchpoints:
          抖音: {min: 1000, max: +50%, step: 10, elasticity: 0.3}
          tv: {lock: true}
          mail: {change: 0.1}
        groups:
          - {touchpoints: [抖音, tv], min: 20%, max: 5000}
          - {name: bought, media: paid, min: 60%}
        periods: 2
        demand: [1, 2]
        carry-over: 0.5

        """, source: "plan.yaml")
    let request = file.request
    #expect(
      request.measure == .value && request.budget == .change(0.1) && request.change == 0.4 && request.goal == .most)
    #expect(request.elasticity == 0.4 && request.elasticities == [0.1, 0.9] && request.leastCertainty == 0.7)
    #expect(file.model == "linear" && request.schedule == .init(demand: [1, 2], carryOver: 0.5))
    let own = request.limits["抖音"]!
    #expect(own.minimum == .money(1_000) && own.maximum == .change(0.5) && own.step == 10 && own.elasticity == 0.3)
    #expect(request.limits["tv"]!.isLocked && request.limits["mail"]!.change == 0.1)
    #expect(
      request.groups == [
        .init(name: "抖音 + tv", touchpoints: ["抖音", "tv"], minimum: .share(0.2), maximum: .money(5_000))
      ])
    var resolved = file
    var paid = TouchpointAttributes()
    paid.media = .paid
    try resolved.resolveMedia(["tv": paid], names: ["tv", "mail"])
    #expect(resolved.request.groups[1] == .init(name: "bought", touchpoints: ["tv"], minimum: .share(0.6)))
    var none = file
    #expect(throws: PlanError.emptyMedia(group: "bought", media: .paid)) { try none.resolveMedia([:], names: ["tv"]) }
    #expect(try PlanFile(yaml: "", source: "p").request.goal == .most)
    #expect(try PlanFile(yaml: "target-cpa: 20\n", source: "p").request.goal == .perUnitSpent(0.05))
    let roas = try PlanFile(yaml: "target-roas: 4\n", source: "p").request
    #expect(roas.goal == .perUnitSpent(4) && roas.measure == .value)
  }

  @Test(arguments: [
    ("budgets: 3\n", "p:1:1: there is no key \"budgets\"; did you mean budget?"),
    ("budget: 60%\n", "p:1:9: budget is \"60%\"; give an amount such as 100000, or a change such as +10%"),
    ("budget: a lot\n", "p:1:9: budget is \"a lot\"; give an amount such as 1000"),
    ("measure: clicks\n", "p:1:10: measure is \"clicks\"; give one of conversions, value"),
    ("target: 5\ntarget-cpa: 3\n", "p:2:13: target-cpa is \"3\"; give one goal: this, or target"),
    (
      "measure: conversions\ntarget-roas: 3\n",
      "p:1:10: measure is \"conversions\"; give value, which target-roas is about"
    ),
    ("change: -5%\n", "p:1:9: change is \"-5%\"; give a share such as 30% or 0.3"),
    ("elasticity: 1.5\n", "p:1:13: elasticity is \"1.5\"; give a number from 0.01 to 0.99"),
    ("touchpoints: {tv: {mn: 3}}\n", "p:1:20: there is no key \"touchpoints.tv.mn\"; did you mean min?"),
    ("touchpoints: {tv: {lock: true, min: 3}}\n", "give it alone: what is locked does not move"),
    ("groups:\n  - {touchpoints: [a]}\n", "there is no groups[1].min, or max, the limits of the group; add it"),
    ("groups:\n  - {min: 3}\n", "there is no groups[1].touchpoints, or media, who belongs to the group; add it"),
    ("groups:\n  - {min: 3, media: paid, touchpoints: [a]}\n", "give either touchpoints or media, not both"),
    ("periods: 3\ndemand: [1, 2]\n", "p:2:9: demand is \"1, 2\"; give 3 numbers from"),
    ("carry-over: 0.3\n", "there is no periods, over which anything could be carried; add it"),
    ("touchpoints: {tv: {step: 33.335}}\n", "touchpoints.tv.step is \"33.335\"; give an amount of whole cents"),
    ("groups:\n  - {min: 3, touchpoints: []}\n", "give one touchpoint or more"),
    ("periods: 1000\n", "p:1:10: periods is \"1000\"; give a whole number from 1 to 400"),
  ])
  func refusals(_ yaml: String, _ message: String) {
    do throws(InputError) {
      _ = try PlanFile(yaml: yaml, source: "p")
      Issue.record("\(yaml) was taken")
    } catch {
      #expect(error.description.contains(message), "\(error)")
    }
  }

  @Test(arguments: [
    ("1000", PlanRequest.Amount.money(1_000)), ("0", .money(0)), ("+10%", .change(0.1)), ("-5 %", .change(-0.05)),
    ("−5%", .change(-0.05)), ("60%", .share(0.6)), ("+1000", nil), ("-3", nil), ("x", nil), ("130%", nil),
    ("-120%", nil), ("", nil), ("%", nil), ("1e13", nil), ("+99999999%", nil),
    ("inf", nil), ("nan%", nil),
  ])
  func amounts(_ text: String, _ amount: PlanRequest.Amount?) { #expect(PlanRequest.Amount(text) == amount) }
}

@Suite struct SpendPeriodsTests {
  static func table(_ text: String) throws -> CostTable {
    try CostTableReader().read(bytes: Array(("date,touchpoint,cost\n" + text).utf8), name: "costs.csv")
  }

  @Test func daysWeeksAndMonths() throws {
    let days = SpendPeriods(
      try Self.table("2024-03-01,a,1\n2024-03-02,b,2\n2024-03-04,a,3\n2024-03-04,a,4\n2024-03-05,a,0\n"))!
    #expect(
      days.count == 5 && days.spend("a") == [1, 0, 0, 7, 0]
        && days.spend("b") == [0, 2, 0, 0, 0])
    #expect(days.conversions("a") == nil && days.end == days.starts[4] + Microseconds.perDay)
    let weeks = SpendPeriods(try Self.table("2024-03-04,a,1\n2024-03-11,a,2\n2024-03-25,a,3\n2024-04-01,a,5\n"))!
    #expect(weeks.count == 5 && weeks.spend("a") == [1, 2, 0, 3, 5])
    let months = SpendPeriods(
      try Self.table("2024-01-01,a,1\n2024-02-01,a,2\n2024-03-01,a,3\n2024-04-01,a,4\n2024-05-01,a,4\n2024-06-01,a,4\n")
    )!
    let years = (0..<48).map { "\(2020 + $0 / 12)-\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)-01,a,\($0 + 1)\n" }
    #expect(try SpendPeriods(Self.table(years.joined()))!.spend("a") == (1...48).map { Double($0) })
    let times = SpendPeriods(
      try Self.table("2024-01-01T08:00:00,a,1\n2024-01-01T08:00:01,a,2\n2024-01-02T09:00:00,a,4\n"))!
    #expect(times.spend("a") == [3, 4])
    #expect(months.count == 6 && months.spend("a") == [1, 2, 3, 4, 4, 4])
    #expect(SpendPeriods(try Self.table("2024-01-01,a,1\n2024-01-01,b,1\n")) == nil)
  }

  /// Local midnights over a change to summer time.
  @Test func summerTime() throws {
    var reader = CostTableReader()
    reader.time.zone = ZoneOffsets("Europe/Berlin")!
    let rows = (28...31).map { "2024-03-\($0),a,\($0)\n" } + (1...3).map { "2024-04-0\($0),a,\($0)\n" }
    let table = try reader.read(bytes: Array(("date,touchpoint,cost\n" + rows.joined()).utf8), name: "c")
    #expect(SpendPeriods(table)!.spend("a") == [28, 29, 30, 31, 1, 2, 3])
  }

  /// Journeys count in the period in which they convert, at each of their touchpoints once.
  @Test func conversionsByPeriod() throws {
    let log = """
      user,time,channel,conversion
      u1,2024-03-01T10:00:00Z,a,0
      u1,2024-03-01T11:00:00Z,a,0
      u1,2024-03-02T09:00:00Z,b,1
      u2,2024-03-03T09:00:00Z,b,1
      u2,2024-03-03T10:00:00Z,a,0
      u3,2024-03-09T10:00:00Z,a,1

      """
    let events = try EventReader().read(bytes: Array(log.utf8), name: "e.csv").log
    let day = { (number: Int64) in 1_709_251_200_000_000 + number * Microseconds.perDay }
    let periods = PeriodConversions(starts: [day(0), day(1), day(2)], end: day(3))
    let counted = JourneyBuilder().build(events, periods: periods).periods!
    #expect(counted.byTouchpoint == [[0, 1, 0], [0, 1, 1]])
    #expect(
      counted.period(of: day(0) - 1) == nil && counted.period(of: day(3)) == nil && counted.period(of: day(2)) == 2)
  }
}
