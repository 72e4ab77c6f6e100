import Foundation
import Testing
import TouchstoneBudgeting
import TouchstoneMonteCarlo
import TouchstoneTestSupport

/// β arctan(x/γ): a family that the library does not know.
private struct ArctanCurve: ScaledCurve {
  static let name = "arctan"
  let beta: Double
  let gamma: Double

  func response(_ spend: Double) -> Double { beta * atan(spend / gamma) }
  func marginal(_ spend: Double) -> Double { beta * gamma / (gamma * gamma + spend * spend) }

  /// x = √(γ (β/λ − γ)).
  func spend(atMarginal price: Double) -> Double {
    guard price > 0 else { return .infinity }
    return max(0, gamma * (beta / price - gamma)).squareRoot()
  }

  static func starts(scale: Double) -> [Self] { [0.2, 1, 5].map { Self(beta: 1, gamma: $0 * scale) } }
}

/// A family needs its own file alone: it states all that fits, choices, allocations and plans ask for.
@Suite struct OwnCurveTests {
  private static let truth = ArctanCurve(beta: 20, gamma: 150)

  private static let history: SpendHistory = {
    var stream = RandomStream(seed: 11, purpose: .curve, index: 3)
    let spend = (0..<80).map { _ in 20 + 500 * stream.uniform() }
    return SpendHistory(spend: spend, outcome: spend.map { truth.response($0) * (1 + 0.02 * stream.normal()) })
  }()

  @Test func isFitted() throws {
    let fit = try #require(CurveFit(ArctanCurve.self, Self.history, fitsCarryOver: false))
    let parameters = fit.curve.parameters.map(\.value)
    #expect(isClose(parameters[0], 20, relative: 0.05) && isClose(parameters[1], 150, relative: 0.1))
    for (parameter, value) in Self.truth.free.enumerated() {
      #expect(try #require(fit.interval(parameter, level: 0.999)).contains(value))
    }
  }

  @Test func isChosenAmongOthers() throws {
    let choice = CurveChoice(Self.history, families: [PowerCurve.self, ArctanCurve.self])
    #expect(choice.candidates.count == 4)
    #expect(try type(of: #require(choice.fit).curve).name == "arctan" && choice.doubt == nil)
  }

  @Test func isAllocated() throws {
    let curves: [any ResponseCurve] = [Self.truth, LogCurve(beta: 10, gamma: 80), ArctanCurve(beta: 5, gamma: 30)]
    let items = curves.enumerated().map {
      AllocationProblem.Item(name: "\($0)", curve: $1, limits: 0...500, step: $0 == 2 ? 10 : nil)
    }
    let allocation = try Allocation(AllocationProblem(items: items), total: 400)
    #expect(allocation.gap < 1e-9 && isClose(allocation.spends.reduce(0, +), 400, relative: 1e-12))
    #expect(isClose(curves[0].marginal(allocation.spends[0]), curves[1].marginal(allocation.spends[1]), relative: 1e-6))
    let scheduled = ScheduledCurve(Self.truth, demand: [1, 2, 1], carryOver: 0.3, start: 50)
    #expect(isClose(scheduled.schedule(150).reduce(0, +), 150, relative: 1e-9))
  }
}
