import Touchstone

/// How fast budgets are shared out.
///
///     swift run -c release --package-path Benchmarks Budgets
///
/// Prints, best of three runs on one thread: 10,400 cells of 200 touchpoints by 52 weeks, each touchpoint a group with limits; 200 touchpoints laid
/// out over 52 weeks with carry-over; S-shaped curves by branch and bound; curves fitted to a history.
@main
struct Budgets {
  static func main() throws {
    try cells()
    try schedules()
    try shapes()
    fits()
  }

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

  private static func curve(_ number: Int, _ stream: inout RandomStream, shape: ClosedRange<Double> = 0.4...1)
    -> any ResponseCurve
  {
    let (beta, gamma) = (Double.random(in: 1...50, using: &stream), Double.random(in: 100...5_000, using: &stream))
    switch number % 5 {
    case 0: return LogCurve(beta: beta, gamma: gamma)
    case 1: return ExponentialCurve(beta: beta, gamma: gamma)
    case 2: return MichaelisMentenCurve(beta: beta, gamma: gamma)
    case 3: return PowerCurve(beta: beta, exponent: Double.random(in: 0.2...0.8, using: &stream))
    default: return HillCurve(beta: beta, gamma: gamma, shape: Double.random(in: shape, using: &stream))
    }
  }

  private static func cells() throws {
    var stream = RandomStream(seed: 1, purpose: .permutation, index: 0)
    var (items, groups, total): ([AllocationProblem.Item], [AllocationProblem.Group], Double) = ([], [], 0)
    for touchpoint in 0..<200 {
      let curve = curve(touchpoint, &stream)
      let spend = Double.random(in: 100...2_000, using: &stream)
      let first = items.count
      for week in 0..<52 { items.append(.init(name: "\(touchpoint) \(week)", curve: curve, limits: 0...spend * 3)) }
      groups.append(
        .init(name: "\(touchpoint)", members: Array(first..<items.count), limits: 52 * spend * 0.7...52 * spend * 1.3))
      total += 52 * spend
    }
    let problem = AllocationProblem(items: items, groups: groups)
    let (allocation, seconds) = try time { try Allocation(problem, total: total) }
    print("200 touchpoints x 52 weeks, 10,400 cells in 200 groups: \(milliseconds(seconds)), gap \(allocation.gap)")
  }

  private static func schedules() throws {
    var stream = RandomStream(seed: 2, purpose: .permutation, index: 0)
    let demand = (0..<52).map { _ in Double.random(in: 0.6...1.5, using: &stream) }
    var total = 0.0
    let items = (0..<200).map { number -> AllocationProblem.Item in
      let spend = Double.random(in: 100...2_000, using: &stream)
      total += 52 * spend
      let scheduled = ScheduledCurve(
        curve(number, &stream), demand: demand, carryOver: Double.random(in: 0...0.6, using: &stream), start: spend)
      return .init(name: "\(number)", curve: scheduled, limits: 52 * spend * 0.7...52 * spend * 1.3)
    }
    let problem = AllocationProblem(items: items)
    let (allocation, seconds) = try time { try Allocation(problem, total: total) }
    print("200 touchpoints laid out over 52 weeks with carry-over: \(milliseconds(seconds)), gap \(allocation.gap)")
  }

  private static func shapes() throws {
    for count in [5, 10, 20, 40] {
      var stream = RandomStream(seed: UInt64(count), purpose: .permutation, index: 0)
      let items = (0..<count).map { number in
        AllocationProblem.Item(
          name: "\(number)", curve: curve(4, &stream, shape: 1.5...4),
          limits: 0...Double.random(in: 2_000...8_000, using: &stream))
      }
      let total = items.reduce(0) { $0 + $1.limits.upperBound } * 0.3
      let (allocation, seconds) = try time { try Allocation(AllocationProblem(items: items), total: total) }
      print("\(count) S-shaped curves: \(milliseconds(seconds)), \(allocation.parts) parts, gap \(allocation.gap)")
    }
  }

  private static func fits() {
    var stream = RandomStream(seed: 5, purpose: .permutation, index: 0)
    let spend = (0..<104).map { _ in Double.random(in: 10...500, using: &stream) }
    let history = SpendHistory(
      spend: spend, outcome: spend.map { 40 * $0 / ($0 + 120) * Double.random(in: 0.9...1.1, using: &stream) })
    let (choice, seconds) = time { CurveChoice(history) }
    print(
      "choosing a curve for 104 weeks among ten, with five parts left out in turn: \(milliseconds(seconds)), doubt \(choice.doubt as Any)"
    )
  }
}
