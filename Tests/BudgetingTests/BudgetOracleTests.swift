import Foundation
import Testing
import TouchstoneAttribution
import TouchstoneLinearAlgebra
import TouchstoneTestSupport

@testable import TouchstoneBudgeting

/// Against scipy: Tests/References/budget_oracle.py, by an author who had not seen this module.
@Suite struct BudgetOracleTests {
  static func list(_ key: String) throws -> [[String: Any]] {
    try Repository.json(Repository.reference("budget_oracle.json"))[key] as! [[String: Any]]
  }

  static func family(_ object: [String: Any]) throws -> any ParametricCurve.Type {
    let name = try #require(object["family"] as? String)
    return try #require(CurveCatalogue.families.first { $0.name == name })
  }

  static func curve(_ object: [String: Any]) throws -> any ResponseCurve {
    let (family, numbers) = (try family(object), object["parameters"] as! [Double])
    if family == PowerCurve.self { return PowerCurve(beta: numbers[0], exponent: numbers[1]) }
    if family == HillCurve.self { return HillCurve(beta: numbers[0], gamma: numbers[1], shape: numbers[2]) }
    return RandomCurves.scaled(family, beta: numbers[0], gamma: numbers[1])
  }

  static func problem(_ object: [String: Any]) throws -> (problem: AllocationProblem, total: Double) {
    let (lower, upper) = (object["lower"] as! [Double], object["upper"] as! [Double])
    let items = try (object["curves"] as! [[String: Any]]).enumerated().map { index, item in
      AllocationProblem.Item(name: "\(index)", curve: try curve(item), limits: lower[index]...upper[index])
    }
    let groups = (object["groups"] as! [[String: Any]]).enumerated().map { index, group in
      AllocationProblem.Group(
        name: "group \(index)", members: group["members"] as! [Int],
        limits: (group["lower"] as! Double)...(group["upper"] as! Double))
    }
    return (AllocationProblem(items: items, groups: groups), object["total"] as! Double)
  }

  /// Never worse than the best of SLSQP, dual bisection, grids and branch and bound: to 1e-8 where curves are concave,
  /// within the printed gap where they are not; and no better than what is possible.
  @Test func allocationsAreNoWorseThanTheBestKnown() throws {
    var (worst, widest, parts) = (0.0, 0.0, 0)
    let problems = try Self.list("allocations")
    #expect(problems.count >= 500)
    for (index, object) in problems.enumerated() {
      let (problem, total) = try Self.problem(object)
      let (best, ceiling) = (object["best"] as! Double, object["upperBound"] as! Double)
      let allocation = try Allocation(problem, total: total)
      AllocationTests.check(allocation, problem, total: total)
      let isConcave = object["kind"] as! String == "concave"
      let short = (best - allocation.response) / best
      worst = max(worst, isConcave ? short : 0)
      widest = max(widest, allocation.gap)
      parts = max(parts, allocation.parts)
      #expect(
        short <= (isConcave ? 1e-8 : max(allocation.gap, 1e-9)), "problem \(index): \(short), gap \(allocation.gap)")
      // 1e-12 of the total may be worth more than it should be.
      let slack = 1e-9 * ceiling + 1e-11 * total * allocation.price
      #expect(allocation.response <= ceiling + slack, "problem \(index)")
      #expect(allocation.bound >= best - slack, "problem \(index): the bound is none")
      if isConcave {
        #expect(allocation.gap < 1e-8 && allocation.parts == 1, "problem \(index): gap \(allocation.gap)")
      }
    }
    #expect(worst < 1e-8 && widest < 1e-8, "worst \(worst), widest gap \(widest), most parts \(parts)")
  }

  @Test func clashesAreMeasured() throws {
    let problems = try Self.list("infeasible")
    #expect(!problems.isEmpty)
    for object in problems {
      let (problem, total) = try Self.problem(object)
      let by = object["by"] as! Double
      do throws(AllocationError) {
        _ = try Allocation(problem, total: total)
        Issue.record("\(object["reason"]!) was not noticed")
      } catch {
        switch error {
        case .tooLittle(_, let limit, let least, _): #expect(isClose(least - limit, by, relative: 1e-6), "\(error)")
        case .tooMuch(_, let limit, let most, _): #expect(isClose(limit - most, by, relative: 1e-6), "\(error)")
        default: Issue.record("\(error)")
        }
      }
    }
  }

  @Test func fitsAgreeWithScipy() throws {
    let fits = try Self.list("fits")
    #expect(fits.count >= 40)
    for (index, object) in fits.enumerated() {
      let history = SpendHistory(spend: object["spend"] as! [Double], outcome: object["outcome"] as! [Double])
      let fitsCarryOver = object["fitsAdstock"] as! Bool
      let fit = try #require(CurveFit(try Self.family(object), history, fitsCarryOver: fitsCarryOver))
      #expect(isClose(fit.residualSquares, object["sse"] as! Double, relative: 1e-9), "fit \(index)")
      let expected = object["parameters"] as! [Double]
      for (parameter, value) in zip(fit.curve.parameters, expected) {
        #expect(isClose(parameter.value, value, relative: 1e-4), "fit \(index): \(parameter.name)")
      }
      #expect(isClose(fit.carryOver, object["theta"] as! Double, relative: 1e-4))
      let covariance = try #require(fit.covariance)
      for (parameter, error) in (object["standardErrors"] as! [Double]).enumerated() {
        let found = covariance[parameter, parameter].squareRoot()
        #expect(isClose(found, error, relative: 1e-3), "fit \(index): error \(parameter)")
      }
    }
  }

  @Test func shiftsAgreeWithExactFractions() throws {
    let shifts = try Self.list("shifts")
    #expect(shifts.count >= 30)
    for (index, object) in shifts.enumerated() {
      let matrix = object["counts"] as! [[Double]]
      var counts = ChainCounts(states: matrix.count)
      counts.transitions = matrix.flatMap { $0 }
      counts.conversions = object["conversions"] as! [Double]
      counts.value = object["value"] as! [Double]
      counts.nulls = object["nulls"] as! [Double]
      let shift = ChainShift(counts, multiples: object["multipliers"] as! [Double])
      #expect(isClose(shift.then.conversions, object["conversionsThen"] as! Double, relative: 1e-11), "shift \(index)")
      #expect(isClose(shift.then.value, object["valueThen"] as! Double, relative: 1e-11), "shift \(index)")
      guard object["balanced"] as! Bool else { continue }
      #expect(isClose(shift.now.conversions, object["conversionsNow"] as! Double, relative: 1e-12))
      #expect(isClose(shift.now.value, object["valueNow"] as! Double, relative: 1e-12))
    }
  }
}
