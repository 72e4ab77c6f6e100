import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneText

/// Makes plans.
public struct Planner: Sendable {
  public let input: PlanInput
  public let request: PlanRequest
  private var groups: [(group: PlanRequest.Group, members: [Int])]

  /// - Throws: ``PlanError`` where a request names what cannot be planned.
  public init(_ input: PlanInput, _ request: PlanRequest) throws(PlanError) {
    guard !input.touchpoints.isEmpty else { throw .nothingToPlan }
    self.input = input
    self.request = request
    groups = []
    if request.measure == .value && !input.hasValue { throw .noValue(what: "planning for value") }
    guard currentBudget <= PlanRequest.largestBudget else { throw .tooMuchMoney(currentBudget) }
    guard input.touchpoints.indices.contains(where: { input.credit($0, request.measure) > 0 }) else { throw .noCredit }
    let places = Dictionary(uniqueKeysWithValues: input.touchpoints.enumerated().map { ($1.name, $0) })
    func place(_ name: String, _ source: String) throws(PlanError) -> Int {
      if let place = places[name] { return place }
      if let id = input.names.firstIndex(of: name) {
        throw .noSpend(name: name, credit: input.credits[id].conversions, where: source)
      }
      let known = input.touchpoints.map(\.name)
      throw .unknownTouchpoint(
        name: name, where: source, suggestion: Suggestion.nearest(to: name, in: known), known: Array(known.prefix(20)))
    }
    for name in request.limits.keys.sorted() { _ = try place(name, "a limit") }
    var groups: [(group: PlanRequest.Group, members: [Int])] = []
    for group in request.groups {
      var members: [Int] = []
      for name in group.touchpoints { members.append(try place(name, "the group \"\(group.name)\"")) }
      groups.append((group, Set(members).sorted()))
    }
    self.groups = groups
  }

  // MARK: The problem

  private var currentBudget: Double { input.touchpoints.reduce(0) { $0 + Cents.of($1.spend) } / 100 }

  private func money(_ amount: PlanRequest.Amount, current: Double, total: Double) -> Double {
    switch amount {
    case .money(let money): money
    case .change(let change): current * (1 + change)
    case .share(let share): share * total
    }
  }

  /// The limits of a touchpoint's spend where the whole plan has a total; whole cents.
  private func limits(_ place: Int, total: Double, held: Set<Int>) throws(PlanError) -> ClosedRange<Double> {
    let touchpoint = input.touchpoints[place]
    let own = request.limits[touchpoint.name] ?? PlanRequest.Limits()
    if own.isLocked || held.contains(place) { return touchpoint.spend...touchpoint.spend }
    let change = own.change ?? request.change
    let minimum = own.minimum.map { money($0, current: touchpoint.spend, total: total) }
    let maximum = own.maximum.map { money($0, current: touchpoint.spend, total: total) }
    // A limit that was asked for wins over how far spend may move.
    let low = minimum ?? min(touchpoint.spend * max(0, 1 - change), maximum ?? .infinity)
    let high = maximum ?? max(touchpoint.spend * (1 + change), minimum ?? 0)
    guard low <= high else { throw .emptyLimits(name: touchpoint.name, minimum: low, maximum: high) }
    return Self.wholeCents(low, high)
  }

  /// Limits moved inward to whole cents. Where none lies between them, what is too little by less than a cent is better than what is too much.
  private static func wholeCents(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    let most = max(0, (high * 100 + 1e-6).rounded(.down) / 100)
    // Adding 0 makes no negative zero.
    return min(max(0, (low * 100 - 1e-6).rounded(.up) / 100) + 0, most)...most
  }

  private func problem(total: Double, held: Set<Int>) throws(PlanError) -> AllocationProblem {
    var items: [AllocationProblem.Item] = []
    for (place, touchpoint) in input.touchpoints.enumerated() {
      let limits = try limits(place, total: total, held: held)
      let step = limits.lowerBound < limits.upperBound ? request.limits[touchpoint.name]?.step : nil
      items.append(
        AllocationProblem.Item(
          name: touchpoint.name, curve: curve(place, request.measure), limits: limits, step: step))
    }
    var list: [AllocationProblem.Group] = []
    for (group, members) in groups {
      let current = members.reduce(0) { $0 + input.touchpoints[$1].spend }
      let low = group.minimum.map { money($0, current: current, total: total) } ?? 0
      let high = group.maximum.map { money($0, current: current, total: total) } ?? .infinity
      guard low <= high else { throw .emptyLimits(name: group.name, minimum: low, maximum: high) }
      list.append(AllocationProblem.Group(name: group.name, members: members, limits: Self.wholeCents(low, high)))
    }
    return AllocationProblem(items: items, groups: list)
  }

  private func curve(_ place: Int, _ measure: PlanRequest.Measure) -> any ResponseCurve {
    let (shape, credit) = (input.touchpoints[place].shape, input.credit(place, measure))
    guard let schedule = request.schedule, credit > 0 else { return shape.curve(response: credit) }
    return shape.curve(response: credit, schedule: schedule)
  }

  private func allocate(_ total: Double, _ held: Set<Int>) throws(PlanError) -> Allocation {
    let problem = try problem(total: total, held: held)
    do throws(AllocationError) {
      return try Allocation(problem, total: total)
    } catch {
      throw .allocation(error)
    }
  }

  // MARK: Goals

  /// The plan that meets the goal best.
  ///
  /// - Parameter held: Touchpoints, by place in the input, that stay where they are, and how sure their move was.
  /// - Throws: ``PlanError`` where limits clash, or no plan within them meets the goal.
  /// - Complexity: one allocation, or some forty where the budget is what is looked for.
  public func plan(holding held: [Int: Double] = [:]) throws(PlanError) -> Plan {
    let places = Set(held.keys)
    let total: Double
    switch request.goal {
    case .most:
      total = request.budget.map { money($0, current: currentBudget, total: currentBudget) } ?? currentBudget
    case .target(let target): total = try leastBudget(target, places)
    case .perUnitSpent(let least): total = try largestBudget(least, places)
    }
    let rounded = try withinCents(Cents.of(total) / 100, places)
    return try plan(try allocate(rounded, places), total: rounded, held)
  }

  /// A total that misses what the limits allow by no more than rounding each limit to a cent, moved there.
  private func withinCents(_ total: Double, _ held: Set<Int>) throws(PlanError) -> Double {
    var problem = try problem(total: total, held: held)
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

  /// The totals that the limits and the budget allow, in cents.
  private func possibleTotals(_ held: Set<Int>) throws(PlanError) -> ClosedRange<Double> {
    let cap = request.budget.map { money($0, current: currentBudget, total: currentBudget) } ?? .infinity
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
    let usual = min(cap, currentBudget)
    let limits = try problem(total: usual, held: held).items.map(\.limits)
    let (least, most) = (limits.reduce(0) { $0 + $1.lowerBound }, limits.reduce(0) { $0 + $1.upperBound })
    let farthest = min(cap, 2 * max(most, currentBudget))
    let samples = ((0...400).map { farthest * Double($0) / 400 } + [usual, least, most, cap]).filter { $0 <= farthest }
    let possible = samples.filter { clash($0) == nil }
    guard var low = possible.min(), var high = possible.max() else { throw clash(usual)! }
    if let below = samples.filter({ $0 < low }).max() { low = edge(from: low, to: below) { clash($0) == nil } }
    if let above = samples.filter({ $0 > high }).min() { high = edge(from: high, to: above) { clash($0) == nil } }
    let cents = Cents.of(low)...max(Cents.of(low), Cents.of(high))
    return cents.lowerBound...max(cents.lowerBound, min(cents.upperBound, (cap * 100 + 1e-6).rounded(.down)))
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

  /// Two neighbouring cents between which a function changes its sign: by turns where the line between the ends meets 0, and halfway.
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
    let enough = target - 1e-12 * abs(target)
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

  private static let samples = 32

  /// The largest budget at which each unit of money brings `least` on average.
  ///
  /// What it brings beyond that, the surplus, rises while the shadow price is above `least` and then falls, where curves are concave. With
  /// S-shaped curves and steps it may rise again: then 33 budgets are looked at first.
  private func largestBudget(_ least: Double, _ held: Set<Int>) throws(PlanError) -> Double {
    let totals = try possibleTotals(held)
    func surplus(_ cents: Double) throws(PlanError) -> Double {
      try response(cents, held).response - least * (cents / 100) * (1 - 1e-12)
    }
    let items = try problem(total: totals.lowerBound / 100, held: held).items
    let isConcave = items.allSatisfy { $0.step == nil && $0.curve.inflection <= $0.limits.lowerBound }
    let width = totals.upperBound - totals.lowerBound
    var samples: [Sample] = []
    for step in 0...(isConcave ? 1 : Self.samples) {
      let cents = (totals.lowerBound + width * Double(step) / Double(isConcave ? 1 : Self.samples)).rounded()
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

  // MARK: The plan

  private func plan(_ allocation: Allocation, total: Double, _ held: [Int: Double]) throws(PlanError) -> Plan {
    let problem = try problem(total: total, held: Set(held.keys))
    let limits = problem.items.map(\.limits)
    let isFixed = problem.items.map { $0.step != nil || $0.limits.lowerBound == $0.limits.upperBound }
    let unspent = Cents.of(allocation.unspent) / 100
    let spends = Cents.rounded(
      allocation.spends, total: total - unspent, limits: limits, isFixed: isFixed, groups: problem.groups)
    let rows = input.touchpoints.enumerated().map { place, touchpoint -> Plan.Row in
      func figures(_ figure: (any ResponseCurve) -> Double) -> Credit {
        Credit(conversions: figure(curve(place, .conversions)), value: figure(curve(place, .value)))
      }
      let multiple = multiple(place, spends[place])
      let credit = input.credit(place)
      return Plan.Row(
        name: touchpoint.name, id: touchpoint.id, currentSpend: touchpoint.spend, plannedSpend: spends[place],
        // Credit below 0, of value, stays as it is.
        current: credit,
        planned: Credit(
          conversions: credit.conversions * multiple, value: credit.value > 0 ? credit.value * multiple : credit.value),
        currentMarginal: figures { $0.marginal(touchpoint.spend) },
        plannedMarginal: figures { $0.marginal(spends[place]) }, price: allocation.prices[place],
        multiple: multiple, limits: limits[place], schedule: schedule(place, spends[place]),
        bound: bound(place, allocation, problem, held))
    }
    return Plan(
      measure: request.measure, goal: request.goal, rows: rows, price: allocation.price, gap: allocation.gap,
      unspent: unspent)
  }

  /// The response under a spend over today's.
  private func multiple(_ place: Int, _ spend: Double) -> Double {
    let credit = input.credit(place, request.measure)
    guard request.schedule != nil, credit > 0 else { return input.touchpoints[place].shape.multiple(spend) }
    // What today's spend would have carried out of a plan may be more than a plan that ends in nothing brings.
    return max(0, curve(place, request.measure).response(spend) / credit)
  }

  /// Spend by period, in whole cents.
  private func schedule(_ place: Int, _ spend: Double) -> [Double] {
    guard let count = request.schedule?.demand.count else { return [] }
    let curve = curve(place, request.measure) as? ScheduledCurve
    // Without credit one period is as good as another.
    let spends = curve?.schedule(spend) ?? [Double](repeating: spend / Double(count), count: count)
    return Cents.rounded(
      spends, total: spend, limits: spends.map { _ in 0...max(spend, 0.01) }, isFixed: spends.map { _ in false },
      groups: [])
  }

  private func bound(
    _ place: Int, _ allocation: Allocation, _ problem: AllocationProblem, _ held: [Int: Double]
  ) -> Plan.Bound? {
    let touchpoint = input.touchpoints[place]
    if request.limits[touchpoint.name]?.isLocked ?? false { return .lock }
    if let certainty = held[place] { return .uncertainty(certainty) }
    if input.credit(place, request.measure) <= 0 { return .noCredit }
    let item = problem.items[place]
    let (spend, width) = (allocation.spends[place], 0.005)
    if item.step != nil { return .step }
    if spend <= item.limits.lowerBound + width { return .minimum }
    if spend >= item.limits.upperBound - width { return .maximum }
    for group in problem.groups where group.members.contains(place) {
      let sum = group.members.reduce(0) { $0 + allocation.spends[$1] }
      let isTight = sum >= group.limits.upperBound - width || sum <= group.limits.lowerBound + width
      let marginal = item.curve.marginal(spend)
      if isTight && abs(marginal - allocation.price) > 1e-6 * allocation.price { return .group(group.name) }
    }
    return nil
  }
}
