import Testing
import TouchstoneJourneys
import TouchstoneText

@testable import TouchstoneBudgeting

@Suite struct PlanFileTests {
  @Test func everyKeyIsRead() throws {
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
    let limits = request.limits["抖音"]!
    #expect(limits.minimum == .money(1_000) && limits.maximum == .change(0.5))
    #expect(limits.step == 10 && limits.elasticity == 0.3)
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
  func refusalsNameLineColumnAndRemedy(_ yaml: String, _ message: String) {
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
  func amountsAreReadAsPeopleSayThem(_ text: String, _ amount: PlanRequest.Amount?) {
    #expect(PlanRequest.Amount(text) == amount)
  }
}
