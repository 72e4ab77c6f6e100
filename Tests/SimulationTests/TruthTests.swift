import Foundation
import Testing
import TouchstoneMonteCarlo
import TouchstoneParallel
import TouchstoneTestSupport

@testable import TouchstoneSimulation

/// Small worlds in code.
enum SmallWorlds {
  static func world(
    users: Int = 4_000, days: Int = 20, base: Double = -4, _ channels: [Channel],
    _ change: (inout World) -> Void = { _ in }
  ) -> World {
    var world = World(
      name: "small", users: users, days: days, warmup: 0, firstDay: 20_458, seed: 5, organicSearch: "organic_search",
      direct: "direct", segments: [World.Segment(name: "all", share: 1, mean: 0)], intent: World.Intent(),
      conversion: World.Conversion(base: base), channels: channels, interactions: [],
      damage: World.Damage(unlogged: channels.map { _ in 0 }), truth: World.TruthSettings())
    // What channels were given is spend by user and day.
    for index in world.channels.indices where world.channels[index].kind == .push {
      world.channels[index].spend *= Double(users * days)
    }
    change(&world)
    return world
  }

  static func push(_ name: String, rate: Double, effect: Double, _ change: (inout Channel) -> Void = { _ in })
    -> Channel
  {
    var channel = Channel(name: name, kind: .push)
    channel.spend = rate * 0.01
    channel.costPerTouch = 0.01
    channel.effect = effect
    change(&channel)
    return channel
  }
}

@Suite struct TruthTests {
  /// One in 15,600, at which estimates lie within just under four standard errors.
  static let falseAlarm = 6.4e-5

  /// Where an estimate's error from a known figure lies.
  static func errors(_ standardError: Double) -> ClosedRange<Double> {
    Chance.interval(mean: 0, standardDeviation: standardError, falseAlarm: falseAlarm)
  }

  /// One channel, felt on its own day alone, no targeting, no pulse, no cool-down: the expectation is an integral over
  /// intent and a sum over counts.
  @Test func equalsTheClosedFormOfOneChannel() {
    let rate = 0.4
    let world = SmallWorlds.world(
      users: 2_500,
      [
        SmallWorlds.push("a", rate: rate, effect: 1.5) {
          $0.pulse = 0
          $0.halfLife = 0
          $0.half = 0.7
        }
      ]
    ) { $0.conversion.coolDown = 0 }
    let truth = Truth(world, [.off])
    let sd = (1 + 0.7 * 0.7).squareRoot()
    /// The mean of the logistic function over intent, by the rectangle rule, which is exact to rounding for such smooth
    /// functions.
    func mean(_ odds: Double) -> Double {
      let step = 0.02
      return stride(from: -10.0, through: 10, by: step).reduce(0) { sum, x in
        sum + step * exp(-x * x / 2) / (2 * Double.pi).squareRoot() / (1 + exp(-odds - sd * x))
      }
    }
    var (withAds, chance) = (0.0, exp(-rate))
    for count in 0..<40 {
      let felt = Double(count) / (0.7 + Double(count))
      withAds += chance * mean(-4 + 1.5 * felt)
      chance *= rate / Double(count + 1)
    }
    let userDays = Double(world.users * world.days)
    let (allOn, none) = (withAds * userDays, mean(-4) * userDays)
    #expect(Self.errors(truth.allOn.standardError).contains(truth.allOn.conversions - allOn))
    #expect(Self.errors(truth.baseline.standardError).contains(truth.baseline.conversions - none))
    let off = truth[.off][0].estimate
    #expect(Self.errors(off.standardError).contains(off.conversions - (allOn - none)))
    #expect(off.standardError < 0.05 * off.conversions)
  }

  /// With independent exposure to two channels and their log-odds adding up, all four arms have a closed form, and so
  /// has every estimand.
  @Test func equalsTheClosedFormOfTwoChannels() {
    func channel(_ name: String, _ rate: Double, _ effect: Double) -> Channel {
      SmallWorlds.push(name, rate: rate, effect: effect) {
        $0.pulse = 0
        $0.halfLife = 0
        $0.half = 1
      }
    }
    let channels = [channel("a", 0.5, 1.2), channel("b", 0.3, 0.8)]
    let world = SmallWorlds.world(users: 2_500, base: -3.5, channels) {
      $0.conversion.coolDown = 0
      $0.intent = World.Intent(sd: 0.5, movement: 0)
    }
    let truth = Truth(world, [.off, .shapley, .synergy])
    func mean(_ on: [Bool]) -> Double {
      var sum = 0.0
      func poisson(_ rate: Double, _ count: Int) -> Double {
        (1...max(count, 1)).prefix(count).reduce(exp(-rate)) { $0 * rate / Double($1) }
      }
      for first in 0..<(on[0] ? 20 : 1) {
        for second in 0..<(on[1] ? 20 : 1) {
          let chance = (on[0] ? poisson(0.5, first) : 1) * (on[1] ? poisson(0.3, second) : 1)
          let odds = -3.5 + 1.2 * Double(first) / Double(1 + first) + 0.8 * Double(second) / Double(1 + second)
          let step = 0.02
          sum +=
            chance
            * stride(from: -8.0, through: 8, by: step).reduce(0) {
              $0 + step * exp(-$1 * $1 / 2) / (2 * Double.pi).squareRoot() / (1 + exp(-odds - 0.5 * $1))
            }
        }
      }
      return sum * Double(world.users * world.days)
    }
    let (all, a, b, none) = (mean([true, true]), mean([true, false]), mean([false, true]), mean([false, false]))
    func check(_ estimate: Truth.Estimate, _ expected: Double) {
      #expect(
        Self.errors(estimate.standardError).contains(estimate.conversions - expected), "\(estimate) \(expected)")
    }
    check(truth.allOn, all)
    check(truth.baseline, none)
    check(truth[.off][0].estimate, all - b)
    check(truth[.off][1].estimate, all - a)
    check(truth[.shapley][0].estimate, (all - b + a - none) / 2)
    check(truth[.shapley][1].estimate, (all - a + b - none) / 2)
    check(truth[.synergy][0].estimate, all - none - (all - b) - (all - a))
  }

  /// Shapley values sum to what advertising causes, whether all coalitions are lived or orders are sampled.
  @Test(arguments: [3, 12])
  func shapleySumsToTheTotal(_ count: Int) {
    let channels = (0..<count).map { SmallWorlds.push("c\($0)", rate: 0.2, effect: 0.1 * Double($0 % 3)) }
    let world = SmallWorlds.world(users: 700, days: 10, channels)
    let truth = Truth(world, [.shapley])
    let sum = truth[.shapley].reduce(0) { $0 + $1.estimate.conversions }
    #expect(isClose(sum, truth.allOn.conversions - truth.baseline.conversions, relative: 1e-11))
    #expect(truth[.shapley].allSatisfy { $0.estimate.standardError > 0 || world.causesNothing($0.channel) })
    #expect(count > Truth.largestExact || truth[.shapley].allSatisfy { $0.orderError == 0 })
  }

  /// Sampled orders agree with all coalitions, in a world small enough for both.
  @Test func sampledShapleyAgreesWithAllCoalitions() {
    var channels = (0..<4).map { SmallWorlds.push("c\($0)", rate: 0.3, effect: 0.5 + 0.4 * Double($0)) }
    let few = Truth(SmallWorlds.world(users: 1_920, days: 10, channels), [.shapley])
    // Channels that never deliver change nothing but the way.
    for number in 4..<11 { channels.append(SmallWorlds.push("c\(number)", rate: 0, effect: 1)) }
    let many = Truth(SmallWorlds.world(users: 1_920, days: 10, channels), [.shapley])
    for (exact, sampled) in zip(few[.shapley], many[.shapley]) {
      #expect(sampled.estimate.standardError.isFinite && sampled.orderError < 2 * sampled.estimate.standardError)
      // The same users in both: what differs is what the orders add.
      #expect(
        Chance.interval(mean: exact.estimate.conversions, standardDeviation: sampled.estimate.standardError)
          .contains(sampled.estimate.conversions))
    }
  }

  @Test func placebosCauseNothing() throws {
    var placebo = SmallWorlds.push("nothing", rate: 0.5, effect: 0)
    placebo.movingTargeting = 0.6
    let world = SmallWorlds.world([placebo, SmallWorlds.push("real", rate: 0.3, effect: 1)])
    let truth = Truth(world)
    // Exactly nothing: the lives are the same.
    #expect(truth[.off][0].estimate.conversions == 0 && truth[.off][0].estimate.standardError == 0)
    #expect(abs(truth[.shapley][0].estimate.conversions) < 1e-9)
    #expect(world.causesNothing(0) && !world.causesNothing(1))
    // A placebo that brings visits which retargeting follows is none, and what it does is told from noise.
    #expect(truth[.off][1].estimate.conversions > 4 * truth[.off][1].estimate.standardError)
  }

  @Test func doublingUsersHalvesTheVariance() {
    let channels = [SmallWorlds.push("a", rate: 0.3, effect: 1)]
    func error(_ users: Int) -> Double {
      Truth(SmallWorlds.world(users: users, days: 10, channels), [.off])[.off][0].estimate.standardError / Double(users)
    }
    let ratio = error(1_500) / error(3_000)
    #expect(abs(ratio - 2.0.squareRoot()) < 0.15 * 2.0.squareRoot())
  }

  @Test(arguments: ReferenceWorlds.names)
  func realisedCountsAgreeWithTheCompensator(_ name: String) throws {
    let truth = Truth(try ReferenceWorlds.world(name).with(users: 1_200), [])
    #expect(Self.errors(truth.realisedExcess.standardError).contains(truth.realisedExcess.conversions))
    #expect(truth.allOn.standardError < truth.realised.standardError)
  }

  /// Targeting moves touches between users and never adds any.
  @Test func targetingDeliversTheSameNumber() {
    func touches(_ latent: Double, _ moving: Double) -> Truth.Estimate {
      let channel = SmallWorlds.push("a", rate: 0.5, effect: 0) {
        $0.latentTargeting = latent
        $0.movingTargeting = moving
      }
      return Truth(
        SmallWorlds.world(users: 3_000, [channel]) {
          $0.segments = [
            World.Segment(name: "x", share: 0.3, mean: 1), World.Segment(name: "y", share: 0.7, mean: -0.5),
          ]
        }, []
      ).touches[0]
    }
    let (flat, chasing) = (touches(0, 0), touches(0.5, 0.6))
    // The pulses are the same; users differ.
    let error =
      (flat.standardError * flat.standardError + chasing.standardError * chasing.standardError).squareRoot()
    #expect(Self.errors(error).contains(flat.conversions - chasing.conversions))
    #expect(chasing.standardError > 2 * flat.standardError)
  }

  @Test func threadsChangeNoBit() throws {
    let world = try ReferenceWorlds.world("everything").with(users: 600)
    func figures(_ threads: Int) -> [Double] {
      Parallel.$maximumThreads.withValue(threads) {
        let truth = Truth(world)
        return truth[.off].map(\.estimate.conversions) + truth[.shapley].map(\.estimate.standardError)
          + truth[.marginal].map(\.estimate.conversions) + truth.spend + [truth.realised.conversions]
      }
    }
    #expect(figures(1) == figures(2))
  }

  /// More spend never takes touches away, and the response at today's spend is today's truth.
  @Test func responsesAreCoupled() throws {
    var world = try ReferenceWorlds.world("search").with(users: 400)
    world.truth.response = [0, 0.5, 1, 2]
    let truth = Truth(world, [.response, .off, .marginal])
    for channel in world.advertised {
      let own = truth[.response].filter { $0.channel == channel }
      #expect(zip(own, own.dropFirst()).allSatisfy { $0.spend! <= $1.spend! })
      #expect(own[2].estimate == truth.allOn)
      let off = truth[.off].first { $0.channel == channel }!.estimate
      #expect(isClose(truth.allOn.conversions - own[0].estimate.conversions, off.conversions, relative: 1e-9))
    }
    #expect(truth[.marginal].allSatisfy { $0.estimate.conversions > 0 && $0.estimate.standardError > 0 })
  }

  @Test func damageDoesNotTouchTheTruth() throws {
    let damaged = try ReferenceWorlds.world("everything").with(users: 400)
    var whole = damaged
    whole.damage = World.Damage(unlogged: whole.channels.map { _ in 0 })
    #expect(Truth(damaged, []).allOn == Truth(whole, []).allOn)
  }
}

/// The truth against an independent simulator in numpy, with its own random numbers
/// (`Tests/References/worlds_oracle.py`).
@Suite struct WorldReferenceTests {
  @Test(arguments: ReferenceWorlds.names)
  func agreesWithTheOracle(_ name: String) throws {
    let reference =
      try Repository.json(Repository.reference("worlds_oracle.json"))["worlds"] as! [String: [String: Any]]
    let expected = reference[name]!
    let arms = expected["arms"] as! [String: [String: Any]]
    let all = arms["all"]!
    var world = try ReferenceWorlds.world(name)
    world.truth.response = [1, 1.5]
    let (users, seeds) = (400, 5)
    var sums: [String: Double] = [:]
    for seed in 1...UInt64(seeds) {
      let truth = Truth(world.with(users: users).with(seed: seed), [.off, .response])
      func add(_ key: String, _ value: Double) { sums[key, default: 0] += value / Double(users * seeds) }
      add("conversions", truth.allOn.conversions)
      add("realised", truth.realised.conversions)
      add("baseline", truth.allOn.conversions - truth.baseline.conversions)
      for (channel, own) in world.channels.enumerated() {
        add("touches:\(own.name)", truth.touches[channel].conversions)
        if own.kind == .pull { add("substituted:\(own.name)", truth.substituted[channel]) }
      }
      for effect in truth[.off] { add("off:\(world.channels[effect.channel].name)", effect.estimate.conversions) }
      for response in truth[.response] where response.multiple == 1.5 {
        add("more:\(world.channels[response.channel].name)", response.estimate.conversions - truth.allOn.conversions)
      }
    }
    for (key, value) in sums {
      let parts = key.split(separator: ":").map(String.init)
      let figure: [String: Double]
      if let effect = (expected["effects"] as! [String: [String: Double]])[key] {
        figure = effect
      } else if parts.count == 1 {
        figure = all[key] as! [String: Double]
      } else {
        figure = (all[parts[0]] as! [String: [String: Double]])[parts[1]]!
      }
      // The pulses of the days are shared by all users, so they enter by seeds.
      let variance =
        figure["se"]! * figure["se"]! + figure["pulseSd"]! * figure["pulseSd"]! / Double(seeds) + figure["userSd"]!
        * figure["userSd"]! / Double(users * seeds)
      // With these 80 figures one false alarm in 12,500; figures that have no variance agree to rounding.
      let interval = Chance.interval(mean: figure["mean"]!, standardDeviation: variance.squareRoot() + 1e-13)
      #expect(interval.contains(value), "\(name) \(key): \(value) \(figure)")
    }
  }
}
