import RealModule
import TouchstoneParallel

/// Finds the log-odds with which a world has a given rate of conversions.
enum BaseSearch {
  /// The users that the rate is worked out for, at the most.
  private static let mostUsers = 20_000

  /// So close the rate must come, as a share of it: far closer than the noise of any log.
  private static let tolerance = 1e-4

  /// A rate is that of so many days.
  private static let daysOfRate = 30.0
  private static let usersPerChunk = 512
  /// Far more than halving needs to get from ``bound`` to ``smallestInterval``.
  private static let mostRounds = 100
  /// Beyond these log-odds nobody, or everybody, converts on every day: e^−60 is 1e-26.
  private static let bound = 60.0
  /// Where the interval is as small as this, the rate has a jump there that no base meets.
  private static let smallestInterval = 1e-9
  private static let smallStep = 0.5
  /// At these log-odds one in 3,000 converts on a day, and the top of the branch is far.
  private static let rareBase = -8.0

  /// The base with which the world, as it is, has so many conversions per user and 30 days.
  ///
  /// The logarithm of the rate rises with the base, with a slope of nearly 1 while few users convert: stepping by the
  /// distance gets there in a few rounds, and halving the interval wherever a step leaves it gets there in any case.
  /// - Returns: `nil` where no base has that rate.
  static func base(of world: World, rate: Double) -> Double? {
    var world = world.with(users: min(world.users, mostUsers))
    func rateAt(_ base: Double) -> Double {
      world.conversion.base = base
      let laws = WorldLaws(world)
      let chunks = Parallel.ranges(count: world.users, length: usersPerChunk)
      let sums = Parallel.map(chunks.count) { chunk -> Double in
        let lives = Lives(laws, [.allOn(laws.world)])
        var sum = 0.0
        for user in chunks[chunk] {
          lives.live(UInt64(user)) { _, _ in }
          sum += lives.conversions(arm: 0)
        }
        return sum
      }
      return sums.reduce(0, +) / Double(world.users) * daysOfRate / Double(world.days)
    }
    // With a high base users buy before the log begins, and cool down when it does: the rate rises with the base only
    // up to a point. Steps from below stay on the rising branch: exposure and the spread of intent lift the mean
    // probability above that of the base, so that one 2 below the rate's own log-odds is nearly always below.
    var (low, high) = (-bound, Double.infinity)
    var (base, last) = (Double.log(rate / daysOfRate) - 2, 0.0)
    for _ in 0..<mostRounds {
      let found = rateAt(base)
      if abs(found / rate - 1) < tolerance { return base }
      if found > rate {
        high = base
      } else if found < last && high == .infinity {
        return nil
      } else {
        (low, last) = (base, found)
      }
      // Small steps while nothing is known from above, so that the top of the branch is not leapt over; far below it,
      // where hardly anybody converts, they may be larger.
      let longest = high == .infinity ? max(smallStep, rareBase - base) : .infinity
      let step = base + min(Double.log(rate / max(found, .leastNormalMagnitude)), longest)
      base = step > low && step < high ? step : (low + high) / 2
      if high - low < smallestInterval || base > bound { return nil }
    }
    return nil
  }
}
