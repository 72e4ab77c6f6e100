import Testing
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

@Suite struct ScheduleTests {
  static func curve(_ index: Int) -> any ResponseCurve {
    [
      LogCurve(beta: 30, gamma: 60), ExponentialCurve(beta: 50, gamma: 90), MichaelisMentenCurve(beta: 60, gamma: 120),
      PowerCurve(beta: 4, exponent: 0.5), HillCurve(beta: 40, gamma: 80, shape: 0.8),
    ][index]
  }

  static let demand = [1, 1.4, 0.5, 0.9, 1.2, 0.7, 1.3]

  /// No move of money from one period to another brings anything, with demand that leaves periods without spend.
  @Test(arguments: 0..<5, [0, 0.3, 0.8]) func noMoveHelps(_ index: Int, _ carryOver: Double) {
    let scheduled = ScheduledCurve(Self.curve(index), demand: Self.demand, carryOver: carryOver, start: 50)
    var withoutSpend = 0
    for total in [30.0, 200, 500, 2_000] {
      let spends = scheduled.schedule(total)
      #expect(isClose(spends.reduce(0, +), total, relative: 1e-9) && spends.allSatisfy { $0 >= 0 })
      let response = scheduled.response(total)
      #expect(isClose(response, scheduled.response(toSchedule: spends), relative: 1e-9))
      withoutSpend += spends.count { $0 == 0 }
      for from in spends.indices where spends[from] > 1e-6 {
        for to in spends.indices where to != from {
          for share in [0.001, 0.05, 0.7] {
            var moved = spends
            moved[to] += share * spends[from]
            moved[from] -= share * spends[from]
            #expect(
              scheduled.response(toSchedule: moved) <= response * (1 + 1e-11), "\(index) \(total): \(from) to \(to)")
          }
        }
      }
    }
    #expect(carryOver < 0.5 || withoutSpend > 0)
  }

  /// Marginal response is the slope, and the inverse the inverse.
  @Test(arguments: 0..<5, [0, 0.6]) func isAResponseCurve(_ index: Int, _ carryOver: Double) {
    let scheduled = ScheduledCurve(Self.curve(index), demand: Self.demand, carryOver: carryOver, start: 20)
    for total in [60.0, 300, 1_500] {
      let slope = (scheduled.response(total * 1.0001) - scheduled.response(total * 0.9999)) / (0.0002 * total)
      #expect(isClose(scheduled.marginal(total), slope, relative: 1e-5), "\(index) \(total)")
      #expect(isClose(scheduled.spend(atMarginal: scheduled.marginal(total)), total, relative: 1e-10))
    }
    #expect(scheduled.spend(atMarginal: 0) == .infinity && scheduled.spend(atMarginal: 1e9) < 1e-3)
  }

  /// The same spend in every period of equal demand earns what it earns today, and is the best way to spend it.
  @Test(arguments: 0..<5, [0, 0.5, 0.9]) func steadySpendStaysWhatItIs(_ index: Int, _ carryOver: Double) {
    let curve = Self.curve(index)
    let scheduled = ScheduledCurve(
      curve, demand: [Double](repeating: 1, count: 12), carryOver: carryOver, start: 50)
    #expect(
      isClose(
        scheduled.response(toSchedule: [Double](repeating: 50, count: 12)), 12 * curve.response(50), relative: 1e-12))
    #expect(scheduled.response(600) >= 12 * curve.response(50) * (1 - 1e-12))
    if carryOver == 0 {
      for spend in scheduled.schedule(600) { #expect(isClose(spend, 50, relative: 1e-9)) }
    }
  }

  /// Much carried over for long: the end is valued by some terms.
  @Test func steadySpendStaysWhatItIsWithLongCarryOver() {
    let curve = PowerCurve(beta: 4, exponent: 0.5)
    let scheduled = ScheduledCurve(curve, demand: [1, 1, 1], carryOver: 0.99, start: 50)
    #expect(isClose(scheduled.response(toSchedule: [50, 50, 50]), 3 * curve.response(50), relative: 1e-12))
    #expect(isClose(scheduled.response(150), 3 * curve.response(50), relative: 1e-6))
    for spend in scheduled.schedule(150) { #expect(isClose(spend, 50, relative: 0.01)) }
  }

  @Test func stepsOfWhatIsLaidOutInTimeAreAsGoodAsTheBestCombination() throws {
    let items = (1...3).map { number in
      AllocationProblem.Item(
        name: "\(number)",
        curve: ScheduledCurve(
          LogCurve(beta: 30 * Double(number), gamma: 60), demand: Self.demand, carryOver: 0.4, start: 50),
        limits: 100...700, step: number < 3 ? 50 : nil)
    }
    let problem = AllocationProblem(items: items)
    let allocation = try Allocation(problem, total: 1_010)
    AllocationTests.check(allocation, problem, total: 1_010)
    var best = 0.0
    for first in stride(from: 100.0, through: 700, by: 50) {
      for second in stride(from: 100.0, through: 700, by: 50) where (100...700).contains(1_010 - first - second) {
        let spends = [first, second, 1_010 - first - second]
        best = max(best, zip(items, spends).reduce(0) { $0 + $1.0.curve.response($1.1) })
      }
    }
    #expect(isClose(allocation.response, best, relative: 1e-9))
    var fine = problem
    fine.items[0].step = 1
    #expect(throws: AllocationError.stepTooSmall(item: "1", step: 1, least: 3)) { try Allocation(fine, total: 1_010) }
  }

  @Test func manyTouchpointsByManyWeeksLeaveNoGap() throws {
    var random = RandomCurves(seed: 21)
    let demand = (0..<52).map { _ in random.uniform(0.6...1.5) }
    let items = (0..<40).map { number in
      let spend = random.scale(1...3)
      let curve = ScheduledCurve(
        PowerCurve(elasticity: random.uniform(0.2...0.8), spend: spend, response: random.scale(0...2)), demand: demand,
        carryOver: random.uniform(0...0.6), start: spend)
      return AllocationProblem.Item(name: "\(number)", curve: curve, limits: 52 * spend * 0.7...52 * spend * 1.3)
    }
    let total = items.reduce(0) { $0 + $1.limits.upperBound } / 1.3 * 1.05
    let allocation = try Allocation(AllocationProblem(items: items), total: total)
    AllocationTests.check(allocation, AllocationProblem(items: items), total: total)
    #expect(allocation.gap < 1e-9)
  }
}
