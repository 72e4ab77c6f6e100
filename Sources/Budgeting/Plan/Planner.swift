import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneText

/// Makes plans.
///
/// ```swift
/// let planner = try Planner(input, request)
/// let plan = try planner.plan()
/// for row in plan.rows { print(row.name, row.currentSpend, row.plannedSpend) }
/// ```
public struct Planner: Sendable {
  /// What each touchpoint costs and earns, and how that changes.
  public let input: PlanInput
  /// What is asked for.
  public let request: PlanRequest
  /// The groups of the request, with indices of the input's touchpoints.
  private let groups: [(group: PlanRequest.Group, members: [Int])]

  /// Touchpoints that a message about an unknown name lists.
  private static let mostKnown = 20

  /// - Throws: ``PlanError`` where a request names what cannot be planned.
  public init(_ input: PlanInput, _ request: PlanRequest) throws(PlanError) {
    guard !input.touchpoints.isEmpty else { throw .nothingToPlan }
    self.input = input
    self.request = request
    if request.measure == .value && !input.hasValue { throw .noValue(what: "planning for value") }
    let budget = input.currentBudget
    guard budget <= PlanRequest.largestBudget else { throw .tooMuchMoney(budget) }
    guard input.touchpoints.indices.contains(where: { input.credit($0, request.measure) > 0 }) else { throw .noCredit }
    let indices = Dictionary(uniqueKeysWithValues: input.touchpoints.enumerated().map { ($1.name, $0) })
    func index(of name: String, _ source: String) throws(PlanError) -> Int {
      if let index = indices[name] { return index }
      if let id = input.names.firstIndex(of: name) {
        throw .noSpend(name: name, credit: input.credits[id].conversions, where: source)
      }
      let known = input.touchpoints.map(\.name)
      throw .unknownTouchpoint(
        name: name, where: source, suggestion: Suggestion.nearest(to: name, in: known),
        known: Array(known.prefix(Self.mostKnown)))
    }
    for name in request.limits.keys.sorted() { _ = try index(of: name, "a limit") }
    var groups: [(group: PlanRequest.Group, members: [Int])] = []
    for group in request.groups {
      var members: [Int] = []
      for name in group.touchpoints { members.append(try index(of: name, "the group \"\(group.name)\"")) }
      groups.append((group, Set(members).sorted()))
    }
    self.groups = groups
  }

  // MARK: The problem

  /// The limits of a touchpoint's spend where the whole plan has a total; whole cents.
  private func limits(_ index: Int, total: Double, held: Set<Int>) throws(PlanError) -> ClosedRange<Double> {
    let touchpoint = input.touchpoints[index]
    let asked = request.limits[touchpoint.name] ?? PlanRequest.Limits()
    if asked.isLocked || held.contains(index) { return touchpoint.spend...touchpoint.spend }
    let change = asked.change ?? request.change
    let minimum = asked.minimum?.money(current: touchpoint.spend, total: total)
    let maximum = asked.maximum?.money(current: touchpoint.spend, total: total)
    // A limit that was asked for wins over how far spend may move.
    let low = minimum ?? min(touchpoint.spend * max(0, 1 - change), maximum ?? .infinity)
    let high = maximum ?? max(touchpoint.spend * (1 + change), minimum ?? 0)
    guard low <= high else { throw .emptyLimits(name: touchpoint.name, minimum: low, maximum: high) }
    return Self.wholeCents(low, high)
  }

  /// Limits moved inward to whole cents. Where none lies between them, what is too little by less than a cent is better
  /// than what is too much.
  private static func wholeCents(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    let most = max(0, (high * 100 + Cents.slack).rounded(.down) / 100)
    // Adding 0 makes no negative zero.
    return min(max(0, (low * 100 - Cents.slack).rounded(.up) / 100) + 0, most)...most
  }

  /// The allocation that shares out a total, with the held touchpoints where they are.
  func problem(total: Double, held: Set<Int>) throws(PlanError) -> AllocationProblem {
    var items: [AllocationProblem.Item] = []
    for (index, touchpoint) in input.touchpoints.enumerated() {
      let limits = try limits(index, total: total, held: held)
      let step = limits.lowerBound < limits.upperBound ? request.limits[touchpoint.name]?.step : nil
      items.append(
        AllocationProblem.Item(
          name: touchpoint.name, curve: curve(index, request.measure), limits: limits, step: step))
    }
    var list: [AllocationProblem.Group] = []
    for (group, members) in groups {
      let current = members.reduce(0) { $0 + input.touchpoints[$1].spend }
      let low = group.minimum?.money(current: current, total: total) ?? 0
      let high = group.maximum?.money(current: current, total: total) ?? .infinity
      guard low <= high else { throw .emptyLimits(name: group.name, minimum: low, maximum: high) }
      list.append(AllocationProblem.Group(name: group.name, members: members, limits: Self.wholeCents(low, high)))
    }
    return AllocationProblem(items: items, groups: list)
  }

  private func curve(_ index: Int, _ measure: PlanRequest.Measure) -> any ResponseCurve {
    scheduledCurve(index, measure)
      ?? input.touchpoints[index].shape.curve(response: input.credit(index, measure))
  }

  /// `nil` in a plan of totals, and without credit: one period is then as good as another.
  private func scheduledCurve(_ index: Int, _ measure: PlanRequest.Measure) -> ScheduledCurve? {
    let credit = input.credit(index, measure)
    guard let schedule = request.schedule, credit > 0 else { return nil }
    return input.touchpoints[index].shape.curve(response: credit, schedule: schedule)
  }

  func allocate(_ total: Double, _ held: Set<Int>) throws(PlanError) -> Allocation {
    let problem = try problem(total: total, held: held)
    do throws(AllocationError) {
      return try Allocation(problem, total: total)
    } catch {
      throw .allocation(error)
    }
  }

  // MARK: The plan

  /// Spend that is this close to a limit, half a cent, is at the limit.
  private static let width = 0.005
  /// A group's limit binds where the marginal response differs from the price of the whole by more than this share.
  private static let priceTolerance = 1e-6

  /// The plan that meets the goal best.
  ///
  /// - Throws: ``PlanError`` where limits clash, or no plan within them meets the goal.
  /// - Complexity: one allocation, or some forty where the budget is what is looked for.
  public func plan() throws(PlanError) -> Plan { try plan(holding: [:]) }

  /// The same where some touchpoints stay as they are.
  ///
  /// - Parameter held: Indices of the input's touchpoints, and how sure their move was.
  func plan(holding held: [Int: Double]) throws(PlanError) -> Plan {
    let total = try total(holding: Set(held.keys))
    return try plan(try allocate(total, Set(held.keys)), total: total, held)
  }

  private func plan(_ allocation: Allocation, total: Double, _ held: [Int: Double]) throws(PlanError) -> Plan {
    let problem = try problem(total: total, held: Set(held.keys))
    let limits = problem.items.map(\.limits)
    let isFixed = problem.items.map { $0.step != nil || $0.limits.lowerBound == $0.limits.upperBound }
    let unspent = Cents.of(allocation.unspent) / 100
    let spends = Cents.rounded(
      allocation.spends, total: total - unspent, limits: limits, isFixed: isFixed, groups: problem.groups)
    let rows = input.touchpoints.enumerated().map { index, touchpoint -> Plan.Row in
      func figures(_ figure: (any ResponseCurve) -> Double) -> Credit {
        Credit(conversions: figure(curve(index, .conversions)), value: figure(curve(index, .value)))
      }
      let multiple = multiple(index, spends[index])
      let credit = input.credit(index)
      return Plan.Row(
        name: touchpoint.name, id: touchpoint.id, currentSpend: touchpoint.spend, plannedSpend: spends[index],
        // Credit below 0, of value, stays as it is.
        current: credit,
        planned: Credit(
          conversions: credit.conversions * multiple, value: credit.value > 0 ? credit.value * multiple : credit.value),
        currentMarginal: figures { $0.marginal(touchpoint.spend) },
        plannedMarginal: figures { $0.marginal(spends[index]) }, price: allocation.prices[index],
        multiple: multiple, limits: limits[index], schedule: schedule(index, spends[index]),
        bound: bound(index, allocation, problem, held))
    }
    return Plan(
      measure: request.measure, goal: request.goal, rows: rows, price: allocation.price, gap: allocation.gap,
      unspent: unspent)
  }

  /// The response under a spend over today's.
  private func multiple(_ index: Int, _ spend: Double) -> Double {
    let credit = input.credit(index, request.measure)
    guard let curve = scheduledCurve(index, request.measure) else {
      return input.touchpoints[index].shape.multiple(spend)
    }
    // What today's spend would have carried out of a plan may be more than a plan that ends in nothing brings.
    return max(0, curve.response(spend) / credit)
  }

  /// Spend by period, in whole cents.
  private func schedule(_ index: Int, _ spend: Double) -> [Double] {
    guard let count = request.schedule?.demand.count else { return [] }
    let curve = scheduledCurve(index, request.measure)
    let spends = curve?.schedule(spend) ?? [Double](repeating: spend / Double(count), count: count)
    return Cents.rounded(
      spends, total: spend, limits: spends.map { _ in 0...max(spend, 0.01) }, isFixed: spends.map { _ in false },
      groups: [])
  }

  private func bound(
    _ index: Int, _ allocation: Allocation, _ problem: AllocationProblem, _ held: [Int: Double]
  ) -> Plan.Bound? {
    let touchpoint = input.touchpoints[index]
    if request.limits[touchpoint.name]?.isLocked ?? false { return .lock }
    if let certainty = held[index] { return .uncertainty(certainty) }
    if input.credit(index, request.measure) <= 0 { return .noCredit }
    let item = problem.items[index]
    let spend = allocation.spends[index]
    if item.step != nil { return .step }
    if spend <= item.limits.lowerBound + Self.width { return .minimum }
    if spend >= item.limits.upperBound - Self.width { return .maximum }
    for group in problem.groups where group.members.contains(index) {
      let sum = group.members.reduce(0) { $0 + allocation.spends[$1] }
      let isTight = sum >= group.limits.upperBound - Self.width || sum <= group.limits.lowerBound + Self.width
      let difference = abs(item.curve.marginal(spend) - allocation.price)
      if isTight && difference > Self.priceTolerance * allocation.price { return .group(group.name) }
    }
    return nil
  }
}

extension PlanInput {
  /// What is spent today.
  var currentBudget: Double { Cents.sum(touchpoints.map(\.spend)) }
}

extension PlanRequest.Amount {
  /// The amount in money.
  ///
  /// - Parameters:
  ///   - current: What a change is of.
  ///   - total: What a share is of.
  func money(current: Double, total: Double) -> Double {
    switch self {
    case .money(let money): money
    case .change(let change): current * (1 + change)
    case .share(let share): share * total
    }
  }
}
