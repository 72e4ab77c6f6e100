/// The best way found to share out a total, with a certificate of how much better another one could be.
///
/// ```swift
/// let allocation = try Allocation(problem, total: 400)
/// allocation.spends  // by item, 400 together
/// allocation.price  // what one more unit of money would bring
/// allocation.gap  // 0 to rounding: nothing brings more
/// ```
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

  /// Shares a total out.
  ///
  /// Concave curves are solved exactly: by the price at which what all ask for adds up to the total. Where curves are
  /// S-shaped or spend comes in steps, that solves the smallest concave functions above the curves instead, which
  /// bounds what is possible; the item whose function lies highest above its curve is split where it was put, and both
  /// halves are looked into, the most promising first.
  ///
  /// Source: J. Falk, R. Soland, "An algorithm for separable nonconvex programming problems", Management Science 15
  /// (1969).
  ///
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
    for index in problem.items.indices {
      let item = problem.items[index]
      guard let step = item.step else { continue }
      guard let multiples = ConcavePiece.multiples(of: step, in: item.limits) else {
        throw .noStep(item: item.name, step: step, limits: item.limits)
      }
      guard multiples.count <= item.curve.mostSteps else {
        let least = (item.limits.upperBound - item.limits.lowerBound) / Double(item.curve.mostSteps)
        throw .stepTooSmall(item: item.name, step: step, least: least)
      }
      problem.items[index].limits = Double(multiples.lowerBound) * step...Double(multiples.upperBound) * step
    }
  }
}
