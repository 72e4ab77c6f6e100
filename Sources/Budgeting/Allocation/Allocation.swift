import HeapModule

/// The best way found to share out a total, with a certificate of how much better another one could be.
public struct Allocation: Sendable {
  /// By item.
  public let spends: [Double]
  /// Σ f(x).
  public let response: Double
  /// No way of sharing out brings more than this: the value of a dual problem.
  public let bound: Double
  /// What one more unit of the total would bring: the shadow price.
  public let price: Double
  /// By item, the price within its innermost group whose limits bind; ``price`` outside such groups.
  public let prices: [Double]
  /// The parts of the problem that branch and bound looked into; 1 where all curves are concave.
  public let parts: Int
  /// What steps leave of the total.
  public let unspent: Double

  /// How much more than ``response`` might be possible, as a share of it; 0 to rounding where curves are concave.
  public var gap: Double { response > 0 ? max(0, bound - response) / response : bound > 0 ? .infinity : 0 }

  /// A gap below this is none.
  public static let settledGap = 1e-10
  /// Branch and bound gives up after so many parts, and the gap is what remains.
  public static let mostParts = 4_000

  /// Shares a total out.
  ///
  /// Concave curves are solved exactly: by the price at which what all ask for adds up to the total. Where curves are S-shaped or spend
  /// comes in steps, that solves the smallest concave functions above the curves instead, which bounds what is possible; the item whose
  /// function lies highest above its curve is split where it was put, and both halves are looked into, the most promising first.
  ///
  /// Source: J. Falk, R. Soland, "An algorithm for separable nonconvex programming problems", Management Science 15 (1969).
  /// - Parameters:
  ///   - problem: The curves and their limits.
  ///   - total: What is to be spent, all of it: not negative.
  /// - Throws: ``AllocationError`` where the limits clash.
  /// - Complexity: O(64 × items × depth of the groups), times the number of parts.
  public init(_ problem: AllocationProblem, total: Double) throws(AllocationError) {
    var problem = problem
    let count = problem.items.count
    try Self.check(&problem, total: total)
    let steps = problem.items.compactMap(\.step)
    if !steps.isEmpty {
      // What is left brings nothing.
      problem.items.append(
        AllocationProblem.Item(name: "unspent", curve: LogCurve(beta: 0, gamma: 1), limits: 0...total))
    }
    let best = BranchAndBound(problem, try BudgetTree(problem, total: total)).run()
    guard !best.spends.isEmpty || count == 0 else { throw .stepsDoNotFit }
    spends = Array(best.spends.prefix(count))
    response = best.response
    bound = max(best.bound, best.response)
    price = best.price
    prices = Array(best.prices.prefix(count))
    parts = best.parts
    unspent = steps.isEmpty ? 0 : best.spends[count]
  }

  /// Checks that a total can be shared out, and moves limits to steps.
  ///
  /// - Throws: ``AllocationError`` where limits clash.
  static func check(_ problem: inout AllocationProblem, total: Double) throws(AllocationError) {
    try roundToSteps(&problem)
    let tree = try BudgetTree(problem, total: total)
    do throws(AllocationError) {
      _ = try tree.range(0, problem.items)
    } catch {
      // A budget may be no sum of steps; what they cannot spend is left.
      guard case .tooMuch(BudgetTree.whole, let limit, let most, _) = error,
        limit - most < problem.items.compactMap(\.step).max() ?? 0
      else { throw error }
    }
  }

  private static func roundToSteps(_ problem: inout AllocationProblem) throws(AllocationError) {
    for place in problem.items.indices {
      let item = problem.items[place]
      guard let step = item.step else { continue }
      guard let multiples = ConcavePiece.multiples(of: step, in: item.limits) else {
        throw .noStep(item: item.name, step: step, limits: item.limits)
      }
      let most = item.curve is ScheduledCurve ? AllocationProblem.mostScheduledSteps : AllocationProblem.mostSteps
      guard multiples.count <= most else {
        let least = (item.limits.upperBound - item.limits.lowerBound) / Double(most)
        throw .stepTooSmall(item: item.name, step: step, least: least)
      }
      problem.items[place].limits = Double(multiples.lowerBound) * step...Double(multiples.upperBound) * step
    }
  }
}

/// The search behind ``Allocation``.
private struct BranchAndBound {
  private let problem: AllocationProblem
  private let tree: BudgetTree
  /// By item, `nil` without steps.
  private let stepped: [SteppedValues?]

  struct Outcome {
    var spends: [Double]
    var response: Double
    var bound: Double
    var price: Double
    var prices: [Double]
    var parts: Int
  }

  /// A part of the problem: each item within limits of its own, solved with concave functions.
  private struct Part: Comparable {
    var limits: [ClosedRange<Double>]
    var sharing: BudgetTree.Sharing
    /// The item to split next, and where.
    var split: (item: Int, at: Double)?

    static func == (left: Part, right: Part) -> Bool { left.sharing.bound == right.sharing.bound }
    static func < (left: Part, right: Part) -> Bool { left.sharing.bound < right.sharing.bound }
  }

  init(_ problem: AllocationProblem, _ tree: BudgetTree) {
    self.problem = problem
    self.tree = tree
    stepped = problem.items.map { item in item.step.map { SteppedValues(item.curve, item.limits, step: $0) } }
  }

  func run() -> Outcome {
    let limits = problem.items.map(\.limits)
    var best = Outcome(spends: [], response: -.infinity, bound: -.infinity, price: 0, prices: [], parts: 1)
    guard let root = solve(limits) else { return best }
    best.bound = root.sharing.bound
    consider(root, &best)
    var open = Heap<Part>()
    if root.split != nil { open.insert(root) }
    while let part = open.popMax() {
      best.bound = max(part.sharing.bound, best.response)
      let isSettled = part.sharing.bound - best.response <= Allocation.settledGap * abs(best.response)
      guard !isSettled, best.parts < Allocation.mostParts else { return best }
      for half in halves(part) {
        best.parts += 1
        guard let solved = solve(half) else { continue }
        consider(solved, &best)
        if solved.split != nil && solved.sharing.bound > best.response { open.insert(solved) }
      }
    }
    // Everything was looked into.
    best.bound = root.split == nil ? max(root.sharing.bound, best.response) : best.response
    return best
  }

  /// `nil` where the limits leave no way to share out the total.
  private func solve(_ limits: [ClosedRange<Double>]) -> Part? {
    var items = problem.items
    for place in items.indices { items[place].limits = limits[place] }
    guard (try? tree.range(0, items)) != nil else { return nil }
    let pieces = zip(items, stepped).map { ConcavePiece($0.curve, $0.limits, steps: $1) }
    let sharing = tree.share(pieces)
    var split: (item: Int, at: Double)?
    var highest = 0.0
    for place in items.indices
    where items[place].step != nil || items[place].curve.inflection > limits[place].lowerBound {
      let spend = sharing.spends[place]
      let above = pieces[place].value(spend) - reachable(place, spend)
      if above > max(highest, 1e-15 * abs(sharing.bound)) { (highest, split) = (above, (place, spend)) }
    }
    return Part(limits: limits, sharing: sharing, split: split)
  }

  /// What an item brings at a spend, rounded down to its steps.
  private func reachable(_ item: Int, _ spend: Double) -> Double {
    problem.items[item].curve.response(roundedDown(item, spend))
  }

  private func roundedDown(_ item: Int, _ spend: Double) -> Double {
    guard let step = problem.items[item].step else { return spend }
    return (spend / step + 1e-9).rounded(.down) * step
  }

  private func halves(_ part: Part) -> [[ClosedRange<Double>]] {
    guard let (item, at) = part.split else { return [] }
    let limits = part.limits[item]
    var (low, high) = (at, at)
    if let step = problem.items[item].step {
      low = (at / step + 1e-9).rounded(.down) * step
      high = low + step
    }
    return [limits.lowerBound...max(low, limits.lowerBound), min(high, limits.upperBound)...limits.upperBound].map {
      var all = part.limits
      all[item] = $0
      return all
    }
  }

  /// Spends what is left, step by step, where it brings the most for its money.
  private func takeFurtherSteps(_ spends: inout [Double], _ items: inout [AllocationProblem.Item]) {
    let left = spends.count - 1
    while true {
      var best: (item: Int, spend: Double, gain: Double)?
      for place in problem.items.indices {
        guard let step = problem.items[place].step, step <= spends[left] else { continue }
        let spend = spends[place] + step
        guard spend <= problem.items[place].limits.upperBound * (1 + 1e-12) else { continue }
        let curve = problem.items[place].curve
        let gain = (curve.response(spend) - curve.response(spends[place])) / step
        if gain > best?.gain ?? 0 { best = (place, spend, gain) }
      }
      guard let best else { return }
      let before = items[best.item].limits
      items[best.item].limits = best.spend...best.spend
      items[left].limits = 0...max(0, spends[left] - (best.spend - spends[best.item]))
      guard (try? tree.range(0, items)) != nil else {
        items[best.item].limits = before
        return
      }
      spends[left] = items[left].limits.upperBound
      spends[best.item] = best.spend
    }
  }

  /// Takes a part's way to share out for the best one where it is better.
  private func consider(_ part: Part, _ best: inout Outcome) {
    var spends = part.sharing.spends
    if problem.items.contains(where: { $0.step != nil }) {
      // Steps are kept, and the rest shared out anew.
      let fixed = problem.items.indices.map { place -> ClosedRange<Double> in
        let spend = roundedDown(place, spends[place])
        return problem.items[place].step == nil ? part.limits[place] : spend...spend
      }
      var items = problem.items
      for place in items.indices { items[place].limits = fixed[place] }
      guard (try? tree.range(0, items)) != nil else { return }
      spends = tree.share(items.map { ConcavePiece($0.curve, $0.limits) }).spends
      takeFurtherSteps(&spends, &items)
    }
    let response = zip(problem.items, spends).reduce(0) { $0 + $1.0.curve.response($1.1) }
    guard response > best.response else { return }
    best.spends = spends
    best.response = response
    best.price = part.sharing.price
    best.prices = part.sharing.prices
  }
}
