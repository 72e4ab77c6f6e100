import Parallel
import RealModule

/// Finds the log-odds with which a world has a given rate of conversions.
enum BaseSearch {
  /// The users that the rate is worked out for, at the most.
  private static let mostUsers = 20_000

  /// So close the rate must come, as a share of it: far closer than the noise of any log.
  private static let tolerance = 1e-4

  /// The base with which the world, as it is, has so many conversions per user and 30 days.
  ///
  /// The rate rises with the base; its logarithm is close to a straight line, so that steps along the secant get there in a few
  /// rounds, and halving the interval wherever they leave it gets there in any case.
  /// - Returns: `nil` where no base has that rate.
  static func base(of world: World, rate: Double) -> Double? {
    var world = world.with(users: min(world.users, mostUsers))
    func rateAt(_ base: Double) -> Double {
      world.conversion.base = base
      let laws = WorldLaws(world)
      let chunks = Parallel.ranges(count: world.users, length: 512)
      let sums = Parallel.map(chunks.count) { chunk -> Double in
        let lives = Lives(laws, [.allOn(laws.world)])
        var sum = 0.0
        for user in chunks[chunk] {
          lives.live(UInt64(user)) { _, _ in }
          sum += lives.conversions[0]
        }
        return sum
      }
      return sums.reduce(0, +) / Double(world.users) * 30 / Double(world.days)
    }
    // No user buys more often than the cool-down lets, or than once.
    let most = world.conversion.repeats ? 30 / Double(world.conversion.coolDown + 1) : 30 / Double(world.days)
    guard rate < 0.999 * most else { return nil }
    var (low, high) = (-60.0, 60.0)
    var base = Double.log(rate / 30)
    for _ in 0..<60 {
      let found = rateAt(base)
      if abs(found / rate - 1) < tolerance || high - low < 1e-9 { break }
      if found < rate { low = base } else { high = base }
      let step = base + Double.log(rate / found)
      base = step > low && step < high ? step : (low + high) / 2
    }
    return base
  }
}
