import Testing
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

@Suite struct CentsTests {
  /// What was worked out may miss the total, and a limit, by rounding.
  @Test func largeAmountsKeepTheirTotal() {
    let cents = Cents.rounded(
      [0, 9_279_234_320.83], total: 9_279_234_320.76, limits: [0...9_279_234_320.76, 0...9_279_234_320.76],
      isFixed: [false, false], groups: [])
    #expect(cents == [0, 9_279_234_320.76])
  }

  /// Cents add up whatever was worked out, and stay within limits.
  @Test func centsAddUp() {
    var random = RandomCurves(seed: 31)
    for _ in 0..<300 {
      let count = 1 + Int(random.uniform(0...12))
      var spends = (0..<count).map { _ in random.uniform(0...1_000) }
      var isFixed = spends.map { _ in random.uniform(0...1) < 0.2 }
      isFixed[0] = false
      for index in spends.indices where isFixed[index] { spends[index] = (spends[index] * 100).rounded() / 100 }
      let total = (spends.reduce(0, +) * 100).rounded() / 100
      let limits = spends.map { 0...$0 + 5 }
      let cents = Cents.rounded(spends, total: total, limits: limits, isFixed: isFixed, groups: [])
      #expect(isClose(cents.reduce(0, +), total, relative: 1e-13))
      for index in spends.indices {
        #expect(abs(cents[index] - spends[index]) < 0.0200001 && limits[index].contains(cents[index]))
        if isFixed[index] { #expect(cents[index] == spends[index]) }
      }
    }
  }

  /// A group's least is kept to the cent, whatever is rounded.
  @Test func groupsKeepTheirCents() throws {
    var random = RandomCurves(seed: 17)
    for _ in 0..<60 {
      let share = (random.uniform(50...62)).rounded() / 100
      let plan = try SmallPlan.plan { request in
        request.budget = .money((random.uniform(6_500...8_500) * 100).rounded() / 100)
        request.groups = [.init(name: "two", touchpoints: ["tv", "mail"], minimum: .share(share))]
      }
      let sum = plan.rows[0].plannedSpend + plan.rows[2].plannedSpend
      #expect(sum >= share * plan.plannedBudget - 1e-9, "\(sum) of \(plan.plannedBudget)")
    }
  }
}
