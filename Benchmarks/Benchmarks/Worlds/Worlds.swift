import Touchstone

/// How fast worlds are lived, and what pairing is worth.
///
///     swift run -c release --package-path Benchmarks Worlds
///
/// Prints: steps a second of journeys sampled from a chain; nanoseconds per user, day and arm by number of arms; and
/// the variance of the effect `off` by paired lives and Σ p against two independent worlds and realised conversions.
@main
struct Worlds {
  static func main() {
    chain()
    arms()
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

  /// 50 touchpoints, order 1, mean length 5.
  private static func chain() {
    var touchpoints = TouchpointTable()
    for number in 0..<50 { _ = touchpoints.intern("t\(number)") }
    var stream = RandomStream(seed: 4, purpose: .permutation, index: 0)
    func targets(_ exits: Double) -> [(target: ChainWorld.Target, weight: Double)] {
      var targets = (1...50).map {
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
        + (0..<50).map { ChainWorld.State(touchpoint: Int32($0), targets: targets(0.2), value: 1) })
    let chunks = Parallel.ranges(count: 20_000_000, length: 250_000)
    var steps = 0
    let time = seconds {
      steps = Parallel.map(chunks.count) { world.walk(chunks[$0], seed: 1) { _, _, _ in } }.reduce(0, +)
    }
    print(
      "chain of 50 touchpoints, order 1: \(Int(Double(steps) / time / 1e6)) million steps a second on \(Parallel.threads) threads"
    )
  }

  // MARK: Arms

  private static func channel(_ number: Int) -> Channel {
    var channel = Channel(name: "c\(number)", kind: .push)
    channel.rate = 0.2 + 0.05 * Double(number)
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

  /// Eight channels: the baseline beside the world as it is, and all 256 coalitions.
  private static func arms() {
    let world = world(users: 4_096, channels: 8)
    let all = seconds { _ = Truth(world, [.shapley]) }
    let userDays = Double(world.users * (world.days + world.warmup))
    let two = seconds { _ = Truth(world, []) }
    print("2 arms, 8 channels: \(Int(two / userDays * 1e9)) ns a user and day, \(two / userDays / 2 * 1e9) ns an arm")
    print(
      "256 arms, 8 channels: \(Int(all / userDays * 1e9)) ns a user and day, \(all / userDays / 256 * 1e9) ns an arm; \(all / two) times 2 arms, which cost at most twice one"
    )
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
    print(
      "off, targeted world: paired with Σ p ± \(paired), independent and realised ± \(independent): variance \(independent * independent / paired / paired) times lower"
    )
  }
}
