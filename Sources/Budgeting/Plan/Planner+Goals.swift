/// What a plan spends in all, by the goal: the budget, or the one that is looked for.
extension Planner {
  /// The total in whole cents.
  ///
  /// - Parameter held: Indices of touchpoints that stay as they are.
  func total(holding held: Set<Int>) throws(PlanError) -> Double {
    let total =
      switch request.goal {
      case .most: statedBudget ?? input.currentBudget
      case .target(let target): try leastBudget(target, held)
      case .perUnitSpent(let least): try largestBudget(least, held)
      }
    return try withinCents(Cents.of(total) / 100, held)
  }

  /// The budget that was asked for.
  private var statedBudget: Double? {
    let current = input.currentBudget
    return request.budget?.money(current: current, total: current)
  }

  /// A total that misses what the limits allow by no more than rounding each limit to a cent, moved there.
  private func withinCents(_ total: Double, _ held: Set<Int>) throws(PlanError) -> Double {
    var problem = try problem(total: total, held: held)
    // A cent for each limit.
    let slack = 0.01 * Double(problem.items.count)
    do throws(AllocationError) {
      try Allocation.check(&problem, total: total)
    } catch {
      switch error {
      case .tooMuch(BudgetTree.whole, let limit, let most, _) where limit - most <= slack: return most
      case .tooLittle(BudgetTree.whole, let limit, let least, _) where least - limit <= slack: return least
      default: break
      }
    }
    return total
  }

  /// Totals that are tried to find those that limits allow: limits that are shares of the total may allow a narrow
  /// interval of it.
  private static let totalSamples = 400

  /// The totals that the limits and the budget allow, in cents.
  private func possibleTotals(_ held: Set<Int>) throws(PlanError) -> ClosedRange<Double> {
    let cap = statedBudget ?? .infinity
    func clash(_ total: Double) -> PlanError? {
      do throws(PlanError) {
        var problem = try problem(total: total, held: held)
        do throws(AllocationError) {
          try Allocation.check(&problem, total: total)
          return nil
        } catch { throw .allocation(error) }
      } catch { return error }
    }
    // Limits that are shares of the total move with it, so the ends are looked for.
    let usual = min(cap, input.currentBudget)
    let limits = try problem(total: usual, held: held).items.map(\.limits)
    let (least, most) = (limits.reduce(0) { $0 + $1.lowerBound }, limits.reduce(0) { $0 + $1.upperBound })
    let farthest = min(cap, 2 * max(most, input.currentBudget))
    let even = (0...Self.totalSamples).map { farthest * Double($0) / Double(Self.totalSamples) }
    let samples = (even + [usual, least, most, cap]).filter { $0 <= farthest }
    let possible = samples.filter { clash($0) == nil }
    guard var low = possible.min(), var high = possible.max() else { throw clash(usual)! }
    if let below = samples.filter({ $0 < low }).max() { low = edge(from: low, to: below) { clash($0) == nil } }
    if let above = samples.filter({ $0 > high }).min() { high = edge(from: high, to: above) { clash($0) == nil } }
    let cents = Cents.of(low)...max(Cents.of(low), Cents.of(high))
    return cents.lowerBound...max(cents.lowerBound, min(cents.upperBound, (cap * 100 + Cents.slack).rounded(.down)))
  }

  /// The last possible total on the way to one that is not.
  private func edge(from possible: Double, to impossible: Double, _ isPossible: (Double) -> Bool) -> Double {
    var (inside, outside) = (Cents.of(possible), Cents.of(impossible))
    while abs(outside - inside) > 1 {
      let middle = ((inside + outside) / 2).rounded()
      if isPossible(middle / 100) { inside = middle } else { outside = middle }
    }
    return inside / 100
  }

  /// What a total brings in the measure, credit below 0 included, which stays as it is.
  private func response(_ cents: Double, _ held: Set<Int>) throws(PlanError) -> (response: Double, price: Double) {
    let allocation = try allocate(cents / 100, held)
    let below = input.touchpoints.indices.reduce(0) { $0 + min(0, input.credit($1, request.measure)) }
    return (allocation.response + below, allocation.price)
  }

  /// A total and what a function is there.
  private typealias Sample = (cents: Double, value: Double)

  /// Two neighbouring cents between which a function changes its sign: by turns where the line between the ends meets
  /// 0, and halfway.
  private func crossing(
    _ left: Sample, _ right: Sample, _ function: (Double) throws(PlanError) -> Double
  ) throws(PlanError) -> (Double, Double) {
    var (left, right) = (left, right)
    var step = 0
    while right.cents - left.cents > 1 {
      step += 1
      var middle = ((left.cents + right.cents) / 2).rounded()
      if step % 3 != 0 {
        let share = left.value / (left.value - right.value)
        middle = (left.cents + share * (right.cents - left.cents)).rounded()
      }
      middle = min(max(middle, left.cents + 1), right.cents - 1)
      let value = try function(middle)
      if (value < 0) == (left.value < 0) { left = (middle, value) } else { right = (middle, value) }
    }
    return (left.cents, right.cents)
  }

  private func leastBudget(_ target: Double, _ held: Set<Int>) throws(PlanError) -> Double {
    let totals = try possibleTotals(held)
    // What the target lacks by rounding, it has.
    let enough = target - Self.rounding * abs(target)
    func surplus(_ cents: Double) throws(PlanError) -> Double { try response(cents, held).response - enough }
    let most = try surplus(totals.upperBound)
    guard most >= 0 else {
      throw .unreachable(
        target: target, measure: request.measure, most: most + enough, spend: totals.upperBound / 100)
    }
    let least = try surplus(totals.lowerBound)
    if least >= 0 { return totals.lowerBound / 100 }
    return try crossing((totals.lowerBound, least), (totals.upperBound, most), surplus).1 / 100
  }

  /// What a target may lack, as a share of it.
  private static let rounding = 1e-12
  /// Steps between the 33 budgets that are looked at where the surplus may rise again.
  private static let samples = 32

  /// The largest budget at which each unit of money brings `least` on average.
  ///
  /// What it brings beyond that, the surplus, rises while the shadow price is above `least` and then falls, where
  /// curves are concave. With S-shaped curves and steps it may rise again: then 33 budgets are looked at first.
  private func largestBudget(_ least: Double, _ held: Set<Int>) throws(PlanError) -> Double {
    let totals = try possibleTotals(held)
    func surplus(_ cents: Double) throws(PlanError) -> Double {
      try response(cents, held).response - least * (cents / 100) * (1 - Self.rounding)
    }
    let items = try problem(total: totals.lowerBound / 100, held: held).items
    let isConcave = items.allSatisfy { $0.step == nil && $0.curve.inflection <= $0.limits.lowerBound }
    let width = totals.upperBound - totals.lowerBound
    var samples: [Sample] = []
    let steps = isConcave ? 1 : Self.samples
    for step in 0...steps {
      let cents = (totals.lowerBound + width * Double(step) / Double(steps)).rounded()
      samples.append((cents, try surplus(cents)))
    }
    if !samples.contains(where: { $0.value >= 0 }) {
      let top = try last(of: totals) { total throws(PlanError) in try response(total, held).price > least }
      samples.append((top, try surplus(top)))
      samples.sort { $0.cents < $1.cents }
    }
    guard let best = samples.lastIndex(where: { $0.value >= 0 }) else {
      // The best average is where the next unit brings just that.
      let cents = try last(of: totals) { total throws(PlanError) in
        let (response, price) = try response(total, held)
        return price * (total / 100) > response
      }
      let spend = max(cents, 1) / 100
      throw .unreachableReturn(
        asked: least, measure: request.measure, best: try response(spend * 100, held).response / spend, spend: spend)
    }
    guard best + 1 < samples.count else { return samples[best].cents / 100 }
    return try crossing(samples[best], samples[best + 1], surplus).0 / 100
  }

  /// The last total, in cents, up to which something holds; the first one where it never does.
  private func last(
    of totals: ClosedRange<Double>, _ holds: (Double) throws(PlanError) -> Bool
  ) throws(PlanError) -> Double {
    var (low, high) = (totals.lowerBound, totals.upperBound)
    while high - low > 1 {
      let middle = ((low + high) / 2).rounded()
      if try holds(middle) { low = middle } else { high = middle }
    }
    return low
  }
}
