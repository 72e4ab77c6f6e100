import RealModule
import TouchstoneMonteCarlo

/// A world's laws day by day, as far as they are the same for all users and arms.
struct WorldLaws: Sendable {
  let world: World
  let numbers: WorldNumbers
  /// Warm-up and logged days.
  let dayCount: Int
  /// By channel and day, rate × pulse × season / M; of pull channels without the pulse.
  let rates: [Double]
  /// By channel and day, the pulse.
  let pulses: [Double]
  /// By day, the log-odds of converting without intent and exposure.
  let logOdds: [Double]
  /// Where the segments end among uniform numbers.
  private let segmentEnds: [Double]
  let movementKept: Double
  let movementNew: Double
  private let logValueMean: Double
  private let logValueSpread: Double

  /// Traps where the world's target rate was not turned into a base (``World/calibrated()``).
  init(_ world: World) {
    precondition(world.conversion.targetRate == nil, "a world is calibrated before it is lived")
    self.world = world
    let numbers = WorldNumbers(seed: world.seed)
    self.numbers = numbers
    let dayCount = world.warmup + world.days
    self.dayCount = dayCount
    var (rates, pulses): ([Double], [Double]) = ([], [])
    for (index, channel) in world.channels.enumerated() {
      let mean = Self.meanTargeting(channel, world)
      let seasons = (0..<dayCount).map { day -> Double in
        let logged = day - world.warmup
        return channel.weekday[Self.weekday(logged, world)] * .exp(channel.trend * Double(logged))
      }
      let usual = seasons[world.warmup...].reduce(0, +) / Double(world.days)
      for day in 0..<dayCount {
        let word = numbers.words(user: WorldNumbers.nobody, day: day - world.warmup, channel: index, .pulse).0
        let pulse = Double.exp(channel.pulse * Self.normal(word) - channel.pulse * channel.pulse / 2)
        pulses.append(pulse)
        let season = usual > 0 ? seasons[day] / usual : 0
        rates.append(
          channel.rate(users: world.users, days: world.days) * season / mean * (channel.kind == .pull ? 1 : pulse))
      }
    }
    self.rates = rates
    self.pulses = pulses
    logOdds = (0..<dayCount).map { day in
      let logged = day - world.warmup
      return world.conversion.base + world.conversion.weekday[Self.weekday(logged, world)]
        + world.conversion.trend * Double(logged)
    }
    var end = 0.0
    segmentEnds = world.segments.map { segment in
      end += segment.share
      return end
    }
    movementKept = world.intent.persistence
    movementNew = (1 - movementKept * movementKept).squareRoot() * world.intent.movement
    let variance = Double.log(onePlus: world.conversion.valueCV * world.conversion.valueCV)
    logValueSpread = variance.squareRoot()
    logValueMean = .log(world.conversion.meanValue) - variance / 2
  }

  /// A channel whose rate is no number, or has become 0 without being given as 0.
  var channelBeyondNumbers: Int? {
    world.channels.indices.first { index in
      let rates = rates[index * dayCount..<(index + 1) * dayCount]
      let isGiven = world.channels[index].rate(users: world.users, days: world.days) > 0
      let isNever = rates.allSatisfy { $0 == 0 } && world.channels[index].weekday.contains { $0 > 0 }
      return !rates.allSatisfy(\.isFinite) || (isGiven && isNever)
    }
  }

  /// A word as a number from the standard normal distribution.
  private static func normal(_ word: UInt64) -> Double { Normal.quantile(Uniform.open(word)) }

  /// The weekday of a logged day, Monday 0. The first of January 1970 was a Thursday.
  private static func weekday(_ day: Int, _ world: World) -> Int { ((world.firstDay + day + 3) % 7 + 7) % 7 }

  /// The mean over users of what targeting multiplies a rate by.
  private static func meanTargeting(_ channel: Channel, _ world: World) -> Double {
    let (latent, moving) = (channel.latentTargeting, channel.movingTargeting)
    let latentMean = world.segments.reduce(0) { sum, segment in
      sum + segment.share * .exp(latent * segment.mean + latent * latent * world.intent.sd * world.intent.sd / 2)
    }
    return latentMean * .exp(moving * moving * world.intent.movement * world.intent.movement / 2)
  }

  // MARK: Users

  /// What stays of a user.
  struct Person {
    var latent: Double
    var activity: Double
  }

  func person(_ user: UInt64) -> Person {
    let words = numbers.words(user: user, .person)
    let uniform = Uniform.halfOpen(words.0)
    let segment = segmentEnds.firstIndex { uniform < $0 } ?? segmentEnds.count - 1
    let spread = world.intent.activitySpread
    let activity =
      spread == 0
      ? 1 : Double.exp(spread * Self.normal(numbers.words(user: user, .activity).0) - spread * spread / 2)
    return Person(
      latent: world.segments[segment].mean + world.intent.sd * Self.normal(words.1), activity: activity)
  }

  /// The uniform number that a user's subscription is decided by, and the phase of the sends.
  func subscription(_ user: UInt64, _ channel: Int) -> (uniform: Double, phase: Int) {
    let words = numbers.words(user: user, channel: channel, .subscription)
    let period = UInt64(world.channels[channel].period)
    return (Uniform.halfOpen(words.0), Int(words.1.multipliedFullWidth(by: period).high))
  }

  /// The value of a conversion.
  func value(_ word: UInt64) -> Double {
    logValueSpread == 0
      ? world.conversion.meanValue : .exp(logValueMean + logValueSpread * Self.normal(word))
  }
}
