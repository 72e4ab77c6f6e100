import RealModule
import TouchstoneParallel

/// Finds the log-odds with which a world has a given rate of conversions.
enum BaseSearch {
  /// The users that the rate is worked out for, at the most.
  private static let mostUsers = 20_000

  /// So close the rate must come, as a share of it: far closer than the noise of any log.
  private static let tolerance = 1e-4

  /// The base with which the world, as it is, has so many conversions per user and 30 days.
  ///
  /// The logarithm of the rate rises with the base, with a slope of nearly 1 while few users convert: stepping by the distance gets there in a
  /// few rounds, and halving the interval wherever a step leaves it gets there in any case.
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
    // With a high base users buy before the log begins, and cool down when it does: the rate rises with the base only up to a point. Steps
    // from below stay on the rising branch.
    var (low, high) = (-60.0, Double.infinity)
    var (base, last) = (Double.log(rate / 30) - 2, 0.0)
    for _ in 0..<100 {
      let found = rateAt(base)
      if abs(found / rate - 1) < tolerance { return base }
      if found > rate {
        high = base
      } else if found < last && high == .infinity {
        return nil
      } else {
        (low, last) = (base, found)
      }
      // Half a unit at the most while nothing is known from above, so that the top of the branch is not leapt over.
      let step = base + min(Double.log(rate / max(found, 1e-300)), high == .infinity ? max(0.5, -base - 8) : .infinity)
      base = step > low && step < high ? step : (low + high) / 2
      if high - low < 1e-9 || base > 60 { return nil }
    }
    return nil
  }
}
