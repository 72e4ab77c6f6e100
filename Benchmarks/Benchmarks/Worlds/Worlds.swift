import Touchstone
import TouchstoneMonteCarlo

/// How fast worlds are lived, and what pairing is worth.
///
///     swift run -c release --package-path Benchmarks Worlds
///
/// Prints: steps a second of journeys sampled from a chain, by number of touchpoints; nanoseconds per user, day and
/// arm, by number of channels and arms; and the variance of the effect `off` by paired lives and Σ p against two
/// independent worlds and realised conversions. What is timed is checked: journeys have the length that the chain says,
/// and Shapley values add up to what all channels bring together.
@main
struct Worlds {
  static func main() {
    for touchpoints in [5, 50, 500] { chain(touchpoints: touchpoints) }
    for channels in [2, 4, 6, 8] { arms(channels: channels) }
    pairing()
  }

  private static func seconds(_ work: () -> Void) -> Double {
    (0..<3).map { _ in
      let start = ContinuousClock.now
      work()
      return (ContinuousClock.now - start) / .seconds(1)
    }.min()!
  }

  // MARK: Chains

  /// Order 1, mean length 5.
  private static func chain(touchpoints count: Int) {
    var touchpoints = TouchpointTable()
    for index in 0..<count { _ = touchpoints.intern("t\(index)") }
    var stream = RandomStream(seed: 4, purpose: .permutation, index: 0)
    func targets(_ exits: Double) -> [(target: ChainWorld.Target, weight: Double)] {
      var targets = (1...count).map {
        (target: ChainWorld.Target.state($0), weight: Double.random(in: 0...1, using: &stream))
      }
      let sum = targets.reduce(0) { $0 + $1.weight }
      if exits > 0 {
        targets.append((.conversion, sum * exits * 0.1 / (1 - exits)))
        targets.append((.null, sum * exits * 0.9 / (1 - exits)))
      }
      return targets
    }
    let world = ChainWorld(
      touchpoints: touchpoints,
      states: [ChainWorld.State(touchpoint: nil, targets: targets(0))]
        + (0..<count).map { ChainWorld.State(touchpoint: Int32($0), targets: targets(0.2), value: 1) })
    let journeys = 20_000_000
    let chunks = Parallel.ranges(count: journeys, length: 250_000)
    var steps = 0
    let time = seconds {
      steps = Parallel.map(chunks.count) { world.walk(chunks[$0], seed: 1) { _, _, _ in } }.reduce(0, +)
    }
    // A fifth of the touches are the last: five on average with a standard deviation of 4.5, and the end is a step too.
    precondition(abs(Double(steps) / Double(journeys) - 6) < 0.01, "\(steps) steps of \(journeys) journeys")
    print(
      "chain of \(count) touchpoints, order 1: \(Int(Double(steps) / time / 1e6)) million steps a second"
        + " on \(Parallel.threads) threads")
  }

  // MARK: Arms

  private static func channel(_ index: Int) -> Channel {
    var channel = Channel(name: "c\(index)", kind: .push)
    channel.rate = 0.2 + 0.05 * Double(index)
    channel.costPerTouch = 0.01
    channel.effect = 0.3
    channel.movingTargeting = 0.3
    channel.latentTargeting = 0.2
    return channel
  }

  private static func world(users: Int, channels: Int) -> World {
    let channels = (0..<channels).map(channel)
    return World(
      name: "benchmark", users: users, days: 45, warmup: 21, seed: 3, conversion: World.Conversion(base: -7),
      channels: channels)
  }

  /// The baseline beside the world as it is, and all coalitions of the channels.
  private static func arms(channels: Int) {
    let world = world(users: 4_096, channels: channels)
    let userDays = Double(world.users * (world.days + world.warmup))
    var truth = Truth(world, [])
    let two = seconds { truth = Truth(world, []) }
    let all = seconds { truth = Truth(world, [.shapley]) }
    let (sum, together) = (
      truth[.shapley].reduce(0) { $0 + $1.estimate.conversions }, truth.allOn.conversions - truth.baseline.conversions
    )
    precondition(abs(sum - together) <= 1e-9 * truth.allOn.conversions, "\(sum) of \(together) shared out")
    func words(_ seconds: Double, arms: Int) -> String {
      "\(arms) arms, \(channels) channels: \(Int(seconds / userDays * 1e9)) ns a user and day,"
        + " \(seconds / userDays / Double(arms) * 1e9) ns an arm"
    }
    print(words(two, arms: 2))
    print(words(all, arms: 1 << channels) + "; \(all / two) times 2 arms, which cost at most twice one")
  }

  // MARK: Pairing

  /// The variance of `off` over seeds' users, paired and by Σ p, against the difference of two independent samples of
  /// realised conversions.
  private static func pairing() {
    let world = world(users: 20_000, channels: 4)
    let truth = Truth(world, [.off])
    var without = world
    without.channels[1].rate = 0
    let other = Truth(without.with(seed: 4), [])
    let paired = truth[.off][1].estimate.standardError
    let independent =
      (truth.realised.standardError * truth.realised.standardError
      + other.realised.standardError * other.realised.standardError).squareRoot()
    precondition(paired > 0 && paired < independent, "pairing is worth something")
    print(
      "off, targeted world: paired with Σ p ± \(paired), independent and realised ± \(independent):"
        + " variance \(independent * independent / paired / paired) times lower")
  }
}
