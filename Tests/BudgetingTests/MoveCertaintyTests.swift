import Testing
import TouchstoneAttribution
import TouchstoneJourneys

@testable import TouchstoneBudgeting

@Suite struct MoveCertaintyTests {
  static func distribution(_ evidence: Evidence) throws -> BootstrapDistribution {
    try Bootstrap(replicates: 200, method: .percentile).distributions(of: [Markov()], on: evidence)[0]
  }

  /// In a group with a limit of its own, a move is held against the group's price; in a schedule, against the
  /// schedule's.
  @Test func movesAreHeldAgainstTheRightPrice() throws {
    let evidence = PlanOutlookTests.evidence()
    let input = try PlanOutlookTests.input(evidence)
    let distribution = try Self.distribution(evidence)
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

  @Test func movesAtTheirLimitsAreSurer() throws {
    let evidence = PlanOutlookTests.evidence()
    let input = try PlanOutlookTests.input(evidence)
    let plan = try Planner(input, PlanRequest()).plan()
    let distribution = try Self.distribution(evidence)
    let certainty = MoveCertainty(plan, input, distribution)
    for (row, probability) in zip(plan.rows, certainty.probabilities) {
      #expect((probability != nil) == (row.plannedSpend != row.currentSpend))
      // Those at their limits are further from the price than the one between them.
      if row.bound == .maximum || row.bound == .minimum { #expect(probability! > 0.6, "\(row.name)") }
    }
  }

  /// Whoever is not sure enough stays, and with everybody sure enough nothing is held.
  @Test func unsureMovesAreHeldAsFarAsLimitsAllow() throws {
    let evidence = PlanOutlookTests.evidence()
    let input = try PlanOutlookTests.input(evidence)
    let distribution = try Self.distribution(evidence)
    let free = try Planner(input, PlanRequest()).plan(sureBy: distribution)
    let least = free.certainty.probabilities.compactMap { $0 }.min()!
    var request = PlanRequest()
    request.leastCertainty = least
    let same = try Planner(input, request).plan(sureBy: distribution)
    #expect(same.plan.rows.map(\.plannedSpend) == free.plan.rows.map(\.plannedSpend) && same.unheld.isEmpty)
    request.leastCertainty = 1
    let held = try Planner(input, request).plan(sureBy: distribution)
    #expect(held.certainty.probabilities.allSatisfy { ($0 ?? 1) == 1 } && held.unheld.isEmpty)
    for (row, before) in zip(held.plan.rows, free.certainty.probabilities) where (before ?? 1) < 1 {
      #expect(row.plannedSpend == row.currentSpend && row.bound == .uncertainty(before!))
    }
    // Everybody must move for a larger budget: the last to be held move after all.
    request.budget = .change(0.2)
    let tight = try Planner(input, request).plan(sureBy: distribution)
    #expect(!tight.unheld.isEmpty && tight.plan.plannedBudget == 720)
    let remarks = input.remarks(CostTable(), request, unheld: tight.unheld)
    #expect(remarks[0].hasPrefix("not held, though not sure enough: "))
    // What limits have nothing to do with is refused as it is.
    request.budget = .money(1)
    #expect(throws: PlanError.self) { try Planner(input, request).plan(sureBy: distribution) }
  }
}
