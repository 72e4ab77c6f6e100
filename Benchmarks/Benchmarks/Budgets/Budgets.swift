import Touchstone
import TouchstoneMonteCarlo

/// How fast budgets are shared out.
///
///     swift run -c release --package-path Benchmarks Budgets
///
/// Prints, best of three runs on one thread and over a sweep of sizes: cells of touchpoints by weeks, each touchpoint a
/// group with limits; touchpoints laid out over weeks with carry-over; S-shaped curves by branch and bound; curves
/// fitted to a history. Every result that is timed is checked: totals are spent, limits kept, gaps closed.
@main
struct Budgets {
  static func main() throws {
    for touchpoints in [25, 50, 100, 200] { try cells(touchpoints: touchpoints, weeks: 52) }
    for touchpoints in [25, 50, 100, 200] { try schedules(touchpoints: touchpoints, weeks: 52) }
    for count in [5, 10, 20, 40] { try shapes(count) }
    for weeks in [26, 52, 104, 208] { fits(weeks: weeks) }
  }

  // MARK: Timing and checking

  private static func time<Result>(_ work: () throws -> Result) rethrows -> (result: Result, seconds: Double) {
    var best = Double.infinity
    var result: Result?
    for _ in 0..<3 {
      let start = ContinuousClock.now
      result = try work()
      best = min(best, (ContinuousClock.now - start) / .seconds(1))
    }
    return (result!, best)
  }

  private static func milliseconds(_ seconds: Double) -> String { "\((seconds * 10_000).rounded() / 10) ms" }

  /// Traps unless an allocation spends the total, keeps all limits, and brings what it says.
  private static func check(_ allocation: Allocation, _ problem: AllocationProblem, total: Double, gap: Double) {
    let slack = 1e-9 * total
    precondition(abs(allocation.spends.reduce(0, +) + allocation.unspent - total) <= slack, "the total is spent")
    for (item, spend) in zip(problem.items, allocation.spends) {
      let isWithin = spend >= item.limits.lowerBound - slack && spend <= item.limits.upperBound + slack
      precondition(isWithin, "the limits of \(item.name)")
    }
    for group in problem.groups {
      let sum = group.members.reduce(0) { $0 + allocation.spends[$1] }
      let isWithin = sum >= group.limits.lowerBound - slack && sum <= group.limits.upperBound + slack
      precondition(isWithin, "the limits of \(group.name)")
    }
    let response = zip(problem.items, allocation.spends).reduce(0) { $0 + $1.0.curve.response($1.1) }
    precondition(abs(response - allocation.response) <= 1e-9 * response, "the response is that of the spends")
    precondition(allocation.gap <= gap, "a gap of \(allocation.gap)")
  }

  // MARK: Problems

  private static func curve(_ index: Int, _ stream: inout RandomStream, shape: ClosedRange<Double> = 0.4...1)
    -> any ResponseCurve
  {
    let (beta, gamma) = (Double.random(in: 1...50, using: &stream), Double.random(in: 100...5_000, using: &stream))
    switch index % 5 {
    case 0: return LogCurve(beta: beta, gamma: gamma)
    case 1: return ExponentialCurve(beta: beta, gamma: gamma)
    case 2: return MichaelisMentenCurve(beta: beta, gamma: gamma)
    case 3: return PowerCurve(beta: beta, exponent: Double.random(in: 0.2...0.8, using: &stream))
    default: return HillCurve(beta: beta, gamma: gamma, shape: Double.random(in: shape, using: &stream))
    }
  }

  private static func cells(touchpoints: Int, weeks: Int) throws {
    var stream = RandomStream(seed: 1, purpose: .permutation, index: 0)
    var (items, groups, total): ([AllocationProblem.Item], [AllocationProblem.Group], Double) = ([], [], 0)
    for touchpoint in 0..<touchpoints {
      let curve = curve(touchpoint, &stream)
      let spend = Double.random(in: 100...2_000, using: &stream)
      let first = items.count
      for week in 0..<weeks { items.append(.init(name: "\(touchpoint) \(week)", curve: curve, limits: 0...spend * 3)) }
      let current = Double(weeks) * spend
      groups.append(
        .init(
          name: "\(touchpoint)", members: Array(first..<items.count), limits: current * 0.7...current * 1.3))
      total += current
    }
    let problem = AllocationProblem(items: items, groups: groups)
    let (allocation, seconds) = try time { try Allocation(problem, total: total) }
    check(allocation, problem, total: total, gap: 1e-9)
    print(
      "\(touchpoints) touchpoints x \(weeks) weeks, \(items.count) cells in \(groups.count) groups:"
        + " \(milliseconds(seconds)), gap \(allocation.gap)")
  }

  private static func schedules(touchpoints: Int, weeks: Int) throws {
    var stream = RandomStream(seed: 2, purpose: .permutation, index: 0)
    let demand = (0..<weeks).map { _ in Double.random(in: 0.6...1.5, using: &stream) }
    var total = 0.0
    let items = (0..<touchpoints).map { index -> AllocationProblem.Item in
      let spend = Double.random(in: 100...2_000, using: &stream)
      let current = Double(weeks) * spend
      total += current
      let scheduled = ScheduledCurve(
        curve(index, &stream), demand: demand, carryOver: Double.random(in: 0...0.6, using: &stream), start: spend)
      return .init(name: "\(index)", curve: scheduled, limits: current * 0.7...current * 1.3)
    }
    let problem = AllocationProblem(items: items)
    let (allocation, seconds) = try time { try Allocation(problem, total: total) }
    check(allocation, problem, total: total, gap: 1e-9)
    print(
      "\(touchpoints) touchpoints laid out over \(weeks) weeks with carry-over: \(milliseconds(seconds)),"
        + " gap \(allocation.gap)")
  }

  private static func shapes(_ count: Int) throws {
    var stream = RandomStream(seed: UInt64(count), purpose: .permutation, index: 0)
    let items = (0..<count).map { index in
      AllocationProblem.Item(
        name: "\(index)", curve: curve(4, &stream, shape: 1.5...4),
        limits: 0...Double.random(in: 2_000...8_000, using: &stream))
    }
    let total = items.reduce(0) { $0 + $1.limits.upperBound } * 0.3
    let problem = AllocationProblem(items: items)
    let (allocation, seconds) = try time { try Allocation(problem, total: total) }
    check(allocation, problem, total: total, gap: 1e-9)
    print("\(count) S-shaped curves: \(milliseconds(seconds)), \(allocation.parts) parts, gap \(allocation.gap)")
  }

  private static func fits(weeks: Int) {
    var stream = RandomStream(seed: 5, purpose: .permutation, index: 0)
    let spend = (0..<weeks).map { _ in Double.random(in: 10...500, using: &stream) }
    let truth = MichaelisMentenCurve(beta: 40, gamma: 120)
    let history = SpendHistory(
      spend: spend, outcome: spend.map { truth.response($0) * Double.random(in: 0.9...1.1, using: &stream) })
    let (choice, seconds) = time { CurveChoice(history) }
    let (elasticity, mean) = (choice.elasticity?.estimate ?? .nan, spend.reduce(0, +) / Double(weeks))
    // Noise of 6 % on 26 weeks or more tells an elasticity to a few hundredths.
    precondition(abs(elasticity - truth.elasticity(mean)) < 0.1, "an elasticity of \(elasticity)")
    print(
      "choosing a curve for \(weeks) weeks among \(choice.candidates.count), with five parts left out in turn:"
        + " \(milliseconds(seconds)), elasticity \(elasticity)")
  }
}
