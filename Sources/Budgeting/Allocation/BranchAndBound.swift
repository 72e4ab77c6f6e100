import HeapModule

/// The search behind ``Allocation``.
struct BranchAndBound {
  private let problem: AllocationProblem
  private let tree: BudgetTree
  /// By item, `nil` without steps.
  private let stepped: [SteppedValues?]

  /// A gap below this share of the response is none.
  private static let settledGap = 1e-10
  /// The search gives up after so many parts, some seconds of work, and the gap is what remains.
  private static let mostParts = 4_000
  /// A function that lies above its curve by less than this share of the bound lies on it.
  private static let leastExcess = 1e-15
  /// What rounding may take from a multiple of a step, in steps.
  private static let stepSlack = 1e-9

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
      let isSettled = part.sharing.bound - best.response <= Self.settledGap * abs(best.response)
      guard !isSettled, best.parts < Self.mostParts else { return best }
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
    for index in items.indices { items[index].limits = limits[index] }
    guard tree.isPossible(items) else { return nil }
    let pieces = zip(items, stepped).map { ConcavePiece($0.curve, $0.limits, steps: $1) }
    let sharing = tree.share(pieces)
    var split: (item: Int, at: Double)?
    var highest = 0.0
    for index in items.indices
    where items[index].step != nil || items[index].curve.inflection > limits[index].lowerBound {
      let spend = sharing.spends[index]
      let above = pieces[index].value(spend) - reachable(index, spend)
      if above > max(highest, Self.leastExcess * abs(sharing.bound)) { (highest, split) = (above, (index, spend)) }
    }
    return Part(limits: limits, sharing: sharing, split: split)
  }

  /// What an item brings at a spend, rounded down to its steps.
  private func reachable(_ item: Int, _ spend: Double) -> Double {
    problem.items[item].curve.response(roundedDown(item, spend))
  }

  private func roundedDown(_ item: Int, _ spend: Double) -> Double {
    guard let step = problem.items[item].step else { return spend }
    return (spend / step + Self.stepSlack).rounded(.down) * step
  }

  private func halves(_ part: Part) -> [[ClosedRange<Double>]] {
    guard let (item, at) = part.split else { return [] }
    let limits = part.limits[item]
    let low = roundedDown(item, at)
    let high = problem.items[item].step.map { low + $0 } ?? at
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
      for index in problem.items.indices {
        guard let step = problem.items[index].step, step <= spends[left] else { continue }
        let spend = spends[index] + step
        guard spend <= problem.items[index].limits.upperBound * (1 + 1e-12) else { continue }
        let curve = problem.items[index].curve
        let gain = (curve.response(spend) - curve.response(spends[index])) / step
        if gain > best?.gain ?? 0 { best = (index, spend, gain) }
      }
      guard let best else { return }
      let before = items[best.item].limits
      items[best.item].limits = best.spend...best.spend
      items[left].limits = 0...max(0, spends[left] - (best.spend - spends[best.item]))
      guard tree.isPossible(items) else {
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
      let fixed = problem.items.indices.map { index -> ClosedRange<Double> in
        let spend = roundedDown(index, spends[index])
        return problem.items[index].step == nil ? part.limits[index] : spend...spend
      }
      var items = problem.items
      for index in items.indices { items[index].limits = fixed[index] }
      guard tree.isPossible(items) else { return }
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
