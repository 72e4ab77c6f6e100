import Testing
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

@Suite struct AllocationTests {
  static func problem(
    _ random: inout RandomCurves, items: Int, concave: Bool, unit: Double = 100
  ) -> (problem: AllocationProblem, total: Double) {
    var list: [AllocationProblem.Item] = []
    var (least, most) = (0.0, 0.0)
    for index in 0..<items {
      let families = CurveCatalogue.families
      let family = concave ? families[index % families.count] : HillCurve.self
      let (beta, gamma) = (random.scale(0...2), unit * random.scale(-1...1))
      let curve: any ResponseCurve =
        if family == PowerCurve.self {
          PowerCurve(beta: beta, exponent: random.uniform(0.1...0.9))
        } else if family == HillCurve.self {
          HillCurve(beta: beta, gamma: gamma, shape: concave ? random.uniform(0.3...1) : random.uniform(1.2...4))
        } else {
          RandomCurves.scaled(family, beta: beta, gamma: gamma)
        }
      let low = random.uniform(0...1) < 0.4 ? 0 : unit * random.uniform(0...0.5)
      let high = low + unit * random.uniform(0.05...2)
      least += low
      most += high
      list.append(AllocationProblem.Item(name: "item \(index)", curve: curve, limits: low...high))
    }
    return (AllocationProblem(items: list), least + (most - least) * random.uniform(0.02...0.98))
  }

  static func check(_ allocation: Allocation, _ problem: AllocationProblem, total: Double) {
    #expect(isClose(allocation.spends.reduce(0, +) + allocation.unspent, total, relative: 1e-12))
    for (item, spend) in zip(problem.items, allocation.spends) {
      let slack = 1e-12 * item.limits.upperBound
      #expect(spend >= item.limits.lowerBound - slack && spend <= item.limits.upperBound + slack)
      if let step = item.step { #expect(isClose(spend / step, (spend / step).rounded(), relative: 1e-9)) }
    }
    for group in problem.groups {
      let sum = group.members.reduce(0) { $0 + allocation.spends[$1] }
      #expect(sum >= group.limits.lowerBound - 1e-9 * total && sum <= group.limits.upperBound + 1e-9 * total)
    }
    let response = zip(problem.items, allocation.spends).reduce(0) { $0 + $1.0.curve.response($1.1) }
    #expect(isClose(response, allocation.response, relative: 1e-12))
  }

  /// The slow twin: every way to share out in multiples of a small amount, found item by item.
  static func bestOnGrid(_ problem: AllocationProblem, total: Double, steps: Int) -> Double {
    let unit = total / Double(steps)
    var best = [Double](repeating: -.infinity, count: steps + 1)
    best[0] = 0
    for item in problem.items {
      var next = [Double](repeating: -.infinity, count: steps + 1)
      for multiple in 0...steps {
        let spend = Double(multiple) * unit
        guard spend >= item.limits.lowerBound && spend <= item.limits.upperBound else { continue }
        let response = item.curve.response(spend)
        for before in 0...(steps - multiple) where best[before] > -.infinity {
          next[before + multiple] = max(next[before + multiple], best[before] + response)
        }
      }
      best = next
    }
    return best[steps]
  }

  @Test(arguments: [true, false]) func neverWorseThanAGrid(concave: Bool) throws {
    var random = RandomCurves(seed: concave ? 3 : 4)
    for _ in 0..<60 {
      let (problem, total) = Self.problem(&random, items: 2 + Int(random.uniform(0...4)), concave: concave)
      let allocation = try Allocation(problem, total: total)
      Self.check(allocation, problem, total: total)
      let grid = Self.bestOnGrid(problem, total: total, steps: 400)
      #expect(allocation.response >= grid * (1 - 1e-10) || allocation.bound >= grid && allocation.gap > 0)
      #expect(allocation.bound >= grid)
      if concave { #expect(allocation.gap < 1e-9 && allocation.parts == 1) } else { #expect(allocation.gap < 1e-6) }
    }
  }

  /// At the best point of a concave problem those within their limits have one marginal response, the shadow price;
  /// those at their maximum have more, those at their minimum less.
  @Test func marginalResponsesAreEqual() throws {
    var random = RandomCurves(seed: 5)
    for _ in 0..<200 {
      let (problem, total) = Self.problem(&random, items: 8, concave: true)
      let allocation = try Allocation(problem, total: total)
      for (item, spend) in zip(problem.items, allocation.spends) {
        let marginal = item.curve.marginal(spend)
        let width = 1e-9 * item.limits.upperBound
        if spend <= item.limits.lowerBound + width {
          #expect(item.curve.marginal(item.limits.lowerBound + width) <= allocation.price * (1 + 1e-6))
        } else if spend >= item.limits.upperBound - width {
          #expect(marginal >= allocation.price * (1 - 1e-6))
        } else {
          #expect(isClose(marginal, allocation.price, relative: 1e-6))
        }
      }
      // The shadow price is what one more unit brings.
      let more = try Allocation(problem, total: total + 1e-4)
      #expect(isClose((more.response - allocation.response) / 1e-4, allocation.price, relative: 1e-3, absolute: 1e-8))
    }
  }

  /// Against every combination of steps.
  @Test func stepsAreAsGoodAsTheBestCombination() throws {
    var random = RandomCurves(seed: 6)
    var solved = 0
    for round in 0..<40 {
      var (problem, total) = Self.problem(&random, items: 3, concave: round % 2 == 0)
      let sizes = [17.0, 23, 9]
      for index in 0..<3 { problem.items[index].step = sizes[index] }
      problem.items.append(
        AllocationProblem.Item(name: "any", curve: LogCurve(beta: 3, gamma: 40), limits: 0...60))
      total = min(total, problem.items.reduce(0) { $0 + $1.limits.upperBound } - 30)
      // Limits may hold no multiple of a step.
      guard let allocation = try? Allocation(problem, total: total) else { continue }
      solved += 1
      Self.check(allocation, problem, total: total)
      var best = 0.0
      func multiples(_ index: Int) -> [Double] {
        let item = problem.items[index]
        return (0...40).map { Double($0) * sizes[index] }.filter { item.limits.contains($0) }
      }
      for first in multiples(0) {
        for second in multiples(1) {
          for third in multiples(2) {
            let left = total - first - second - third
            guard left >= 0 else { continue }
            let response = zip(problem.items, [first, second, third, min(left, 60)]).reduce(0) {
              $0 + $1.0.curve.response($1.1)
            }
            best = max(best, response)
          }
        }
      }
      #expect(isClose(allocation.response, best, relative: 1e-8), "round \(round): gap \(allocation.gap)")
    }
    #expect(solved >= 39, "\(solved) of 40 problems were solved")
  }

  @Test func noMoveWithinNestedGroupsHelps() throws {
    var random = RandomCurves(seed: 7)
    var solved = 0
    for _ in 0..<80 {
      let (free, total) = Self.problem(&random, items: 4, concave: true)
      let unbound = try Allocation(free, total: total).spends
      var problem = free
      let pair = unbound[0] + unbound[1]
      let three = pair + unbound[2]
      problem.groups = [
        AllocationProblem.Group(name: "pair", members: [0, 1], limits: 0...pair * 0.9),
        AllocationProblem.Group(name: "three", members: [2, 0, 1], limits: three * 0.95...three * 1.2),
      ]
      // What is left to the fourth item may be more than it may get.
      guard let allocation = try? Allocation(problem, total: total) else { continue }
      solved += 1
      Self.check(allocation, problem, total: total)
      #expect(allocation.gap < 1e-9)
      // No move of money that keeps within all limits brings anything.
      for from in 0..<4 {
        for to in 0..<4 where from != to {
          var moved = allocation.spends
          moved[from] -= 1e-3
          moved[to] += 1e-3
          let isAllowed =
            zip(problem.items, moved).allSatisfy { $0.limits.contains($1) }
            && problem.groups.allSatisfy { group in
              group.limits.contains(group.members.reduce(0) { $0 + moved[$1] })
            }
          guard isAllowed else { continue }
          let response = zip(problem.items, moved).reduce(0) { $0 + $1.0.curve.response($1.1) }
          #expect(response <= allocation.response * (1 + 1e-12))
        }
      }
    }
    #expect(solved >= 40, "\(solved) of 80 problems were solved")
  }

  @Test func clashesAreNamed() throws {
    let curve = LogCurve(beta: 1, gamma: 1)
    func item(_ name: String, _ limits: ClosedRange<Double>, step: Double? = nil) -> AllocationProblem.Item {
      AllocationProblem.Item(name: name, curve: curve, limits: limits, step: step)
    }
    let two = AllocationProblem(items: [item("tv", 60...80), item("search", 50...70)])
    #expect(
      throws: AllocationError.tooLittle(
        what: "the budget", limit: 100, least: 110, because: ["tv at least 60", "search at least 50"])
    ) {
      try Allocation(two, total: 100)
    }
    #expect(
      throws: AllocationError.tooMuch(
        what: "the budget", limit: 160, most: 150, because: ["tv at most 80", "search at most 70"])
    ) {
      try Allocation(two, total: 160)
    }
    var grouped = two
    grouped.groups = [.init(name: "paid", members: [0, 1], limits: 0...100)]
    #expect(
      throws: AllocationError.tooLittle(
        what: "the limit of \"paid\"", limit: 100, least: 110, because: ["tv at least 60", "search at least 50"])
    ) {
      try Allocation(grouped, total: 120)
    }
    grouped.groups = [
      .init(name: "a", members: [0, 1], limits: 0...200), .init(name: "b", members: [1, 2], limits: 0...200),
    ]
    grouped.items.append(item("mail", 0...5))
    #expect(throws: AllocationError.crossingGroups("a", "b")) { try Allocation(grouped, total: 120) }
    let stepped = AllocationProblem(items: [item("tv", 60...80, step: 50), item("search", 50...70)])
    #expect(throws: AllocationError.noStep(item: "tv", step: 50, limits: 60...80)) {
      try Allocation(stepped, total: 120)
    }
    #expect(
      AllocationError.tooLittle(what: "the budget", limit: 100, least: 110.5, because: ["tv at least 60"]).description
        == "the budget of 100 is 10.50 less than what must be spent, 110.50: tv at least 60; raise it, or lower some of"
        + " these minimums"
    )
  }

  /// Money that brings nothing is spent all the same, and nothing is spent on nothing.
  @Test func whatBringsNothingGetsWhatIsLeft() throws {
    let dead = AllocationProblem.Item(name: "dead", curve: LogCurve(beta: 0, gamma: 1), limits: 0...100)
    let live = AllocationProblem.Item(name: "live", curve: LogCurve(beta: 5, gamma: 1), limits: 0...20)
    let allocation = try Allocation(AllocationProblem(items: [dead, live]), total: 50)
    #expect(
      allocation.spends[1] == 20 && isClose(allocation.spends[0], 30, relative: 1e-14) && allocation.price < 1e-300)
    #expect(try Allocation(AllocationProblem(items: []), total: 0).spends == [])
    #expect(try Allocation(AllocationProblem(items: [dead, live]), total: 0).spends == [0, 0])
    #expect(try Allocation(AllocationProblem(items: [dead, live]), total: 120).spends == [100, 20])
  }
}
