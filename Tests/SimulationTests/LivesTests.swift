import Foundation
import Testing
import TouchstoneMonteCarlo
import TouchstoneTestSupport

@testable import TouchstoneSimulation

/// The worlds that the Python oracle was run on.
enum ReferenceWorlds {
  static let names = ["push-only", "retargeting", "search", "owned-and-organic", "everything", "target-rate"]

  static func world(_ name: String) throws -> World {
    var world = try World(file: Repository.reference("worlds/\(name).yaml").path)
    // The base that the oracle found, so that no search is part of the comparison.
    let reference =
      try Repository.json(Repository.reference("worlds_oracle.json"))["worlds"] as! [String: [String: Any]]
    world.conversion.base = reference[name]!["base"] as! Double
    return world
  }
}

@Suite struct LivesTests {
  /// Every arm of every world equals its slow twin, whichever other arms are lived beside it.
  @Test(arguments: ReferenceWorlds.names, [World.Counterfactual.never, .stop])
  func equalsTheSlowTwin(_ name: String, _ counterfactual: World.Counterfactual) throws {
    var world = try ReferenceWorlds.world(name)
    world.truth.counterfactual = counterfactual
    let allOn = Arm.allOn(world)
    var arms = [allOn, allOn.with(world.advertised, at: 0)]
    for channel in world.advertised {
      for multiple in [0, 0.5, 1.7] { arms.append(allOn.with([channel], at: multiple)) }
    }
    if let first = world.advertised.first, let last = world.advertised.last {
      arms.append(allOn.with([first, last], at: 0))
      arms.append(allOn.with([first], at: 0).with([last], at: 2))
    }
    let lives = Lives(WorldLaws(world), arms)
    // Some users, then a few again: nothing of one life may leak into the next.
    for user in [3, 4, 5, 6, 7, 8, 9, 10, 4, 77, 3] {
      lives.live(UInt64(user)) { _, _ in }
      for (index, arm) in arms.enumerated() {
        let slow = SlowLife(world, user: UInt64(user), multiples: arm.multiples)
        #expect(isClose(lives.conversions(arm: index), slow.conversions, relative: 1e-11), "\(user) \(arm)")
        #expect(lives.realised(arm: index) == slow.realised)
        for channel in world.channels.indices {
          #expect(lives.touches(channel: channel, arm: index) == slow.touches[channel])
          #expect(lives.substituted(channel: channel, arm: index) == slow.substituted[channel])
        }
      }
    }
  }

  /// From the definition, by a separate program.
  @Test func numbersEqualThePublishedVectors() {
    #expect(WorldNumbers(seed: 1).words(user: 0, .day) == (0x1538_2f28_528e_738b, 0x6e7e_7b6a_0ee4_55c4))
    #expect(
      WorldNumbers(seed: 1).words(user: 12_345, day: -7, channel: 3, .touches) == (
        0x6796_8f96_e913_b32c, 0x8942_7264_155e_e675
      ))
    #expect(
      WorldNumbers(seed: 2_026).words(user: 99, day: 44, channel: 2, index: 5, .query) == (
        0xe017_5871_05ed_71d2, 0x1e1c_44d7_f3c6_1664
      ))
  }

  /// Against the mathematics library, from subnormal chances to certainty.
  @Test func exponentialsEqualTheLibrarys() {
    var generator = TestGenerator(seed: 3)
    for _ in 0..<20_000 {
      let x = Double.random(in: -690...690, using: &generator) * Double.random(in: 0...1, using: &generator)
      let exponentials = Logistic.exponential(Logistic.Vector(x, -x, x / 100, 0))
      for (lane, argument) in [x, -x, x / 100, 0].enumerated() {
        #expect(abs(exponentials[lane] - exp(argument)) <= 4 * exp(argument).ulp)
      }
      #expect(isClose(Logistic.logistic(.init(repeating: x))[2], 1 / (1 + exp(-x)), relative: 1e-14))
    }
    let ends = Logistic.logistic(.init(-1e300, 1e300, -.infinity, .infinity))
    #expect(ends[0] < 1e-300 && ends[1] == 1 && ends[2] < 1e-300 && ends[3] == 1)
  }

  /// Counts equal those of the slow sum, and rise with the mean at every uniform number.
  @Test func countsInvertTheDistribution() {
    var generator = TestGenerator(seed: 8)
    for _ in 0..<3_000 {
      let uniform = Double.random(in: 0..<1, using: &generator)
      var last = 0
      for mean in [0, 1e-9, 0.01, 0.3, 1, 2.5, 9, 40, 200] {
        let count = PoissonDraw.count(at: uniform, mean: mean)
        #expect(count == SlowLife.poisson(uniform, mean) || mean == 0 && count == 0)
        #expect(count >= last)
        last = count
      }
    }
    #expect(PoissonDraw.count(at: 1 - 0x1p-53, mean: 3) < 60)
    // Where the normal distribution takes over, the quartiles are off by one at the most.
    #expect(abs(PoissonDraw.count(at: 0.75, mean: 501) - SlowLife.poisson(0.75, 501)) <= 1)
  }
}
