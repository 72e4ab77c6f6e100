import Foundation
import TouchstoneMonteCarlo

@testable import TouchstoneSimulation

/// The slow twin of `Lives`: one user, one arm, one day after the other, as the article Worlds says it, with the same
/// random numbers.
struct SlowLife {
  var conversions = 0.0
  var realised = 0.0
  /// By channel, on logged days.
  var touches: [Double]
  var substituted: [Double]

  init(_ world: World, user: UInt64, multiples: [Double]) {
    let numbers = WorldNumbers(seed: world.seed)
    let channels = world.channels
    touches = channels.map { _ in 0 }
    substituted = touches
    func uniform(_ word: UInt64) -> Double { Double(word >> 11) / 9_007_199_254_740_992 }
    func normal(_ word: UInt64) -> Double { Normal.quantile(uniform(word) + 1 / 18_014_398_509_481_984) }
    func weekday(_ day: Int) -> Int { ((world.firstDay + day + 3) % 7 + 7) % 7 }

    // What the user is.
    let person = numbers.words(user: user, .person)
    var (segment, sum) = (0, world.segments[0].share)
    while uniform(person.0) >= sum && segment + 1 < world.segments.count {
      segment += 1
      sum += world.segments[segment].share
    }
    let latent = world.segments[segment].mean + world.intent.sd * normal(person.1)
    let spread = world.intent.activitySpread
    let activity = exp(spread * normal(numbers.words(user: user, .activity).0) - spread * spread / 2)

    var movement = 0.0
    var exposures = channels.map { _ in 0.0 }
    var (coolEnd, isDone, lastVisit) = (Int.min, false, Int.min / 2)
    for day in -world.warmup..<world.days {
      let isCool = day <= coolEnd
      let words = numbers.words(user: user, day: day, .day)
      let shock = normal(words.0) * world.intent.movement
      movement =
        day == -world.warmup
        ? shock
        : world.intent.persistence * movement + (1 - world.intent.persistence * world.intent.persistence).squareRoot()
          * shock
      let moving = movement - (isCool ? world.intent.satiation : 0)
      var (met, organic) = (channels.map { _ in 0 }, channels.map { _ in 0 })
      var felt = channels.map { _ in 0.0 }
      var hasVisit = false
      let order =
        channels.indices.filter { channels[$0].kind != .pull } + channels.indices.filter { channels[$0].kind == .pull }
      for index in order {
        let channel = channels[index]
        let multiple = world.truth.counterfactual == .stop && day < 0 ? 1 : multiples[index]
        let seasons = (0..<world.days).map { channel.weekday[weekday($0)] * exp(channel.trend * Double($0)) }
        let season =
          channel.weekday[weekday(day)] * exp(channel.trend * Double(day)) / (seasons.reduce(0, +) / Double(world.days))
        let pulse = exp(
          channel.pulse * normal(numbers.words(user: WorldNumbers.nobody, day: day, channel: index, .pulse).0) - channel
            .pulse
            * channel.pulse / 2)
        let (z, w) = (channel.latentTargeting, channel.movingTargeting)
        let mean = world.segments.reduce(0) { sum, segment in
          sum + segment.share * exp(z * segment.mean + z * z * world.intent.sd * world.intent.sd / 2)
            * exp(w * w * world.intent.movement * world.intent.movement / 2)
        }
        let rate =
          channel.rate(users: world.users, days: world.days) * season * activity * exp(z * latent + w * moving) / mean
        let pair = numbers.words(user: user, day: day, channel: index / 2, .touches)
        let draw = uniform(index % 2 == 0 ? pair.0 : pair.1)
        let click = uniform(numbers.words(user: user, day: day, channel: index, .click).0)
        switch channel.kind {
        case .push: met[index] = Self.poisson(draw, rate * pulse * multiple)
        case .organic: met[index] = Self.poisson(draw, rate * pulse)
        case .retarget:
          met[index] = lastVisit >= day - channel.window ? Self.poisson(draw, rate * pulse * multiple) : 0
        case .owned:
          let own = numbers.words(user: user, channel: index, .subscription)
          let phase = Int(own.1.multipliedFullWidth(by: UInt64(channel.period)).high)
          let isDay = (day + world.warmup + phase) % channel.period == 0
          met[index] = isDay && uniform(own.0) < multiple * channel.subscribers ? 1 : 0
        case .pull:
          let drive = channels.indices.reduce(0) { sum, push in
            sum + channels[push].drives.filter { $0.channel == index }.reduce(0) { $0 + $1.effect * felt[push] }
          }
          let taking = 1 - pow(1 - channel.take, pulse * multiple)
          for query in 0..<min(16, Self.poisson(draw, rate * exp(drive))) {
            let own = numbers.words(user: user, day: day, channel: index, index: query, .query)
            if uniform(own.0) < taking {
              met[index] += 1
            } else if uniform(own.1) < channel.substitution {
              organic[index] += 1
            }
          }
        }
        switch channel.kind {
        case .push, .retarget, .owned:
          if met[index] > 0 && click < 1 - pow(1 - channel.clickRate, Double(met[index])) { hasVisit = true }
        case .pull: hasVisit = hasVisit || met[index] + organic[index] > 0
        case .organic: hasVisit = hasVisit || met[index] > 0
        }
        let keep = channel.halfLife == 0 ? 0 : pow(2, -1 / channel.halfLife)
        exposures[index] = exposures[index] * keep + Double(met[index]) + channel.carried * Double(organic[index])
        if exposures[index] > 0 && channel.kind != .organic {
          let (own, half) = (pow(exposures[index], channel.shape), pow(channel.half, channel.shape))
          felt[index] = own / (half + own)
        }
        if day >= 0 {
          touches[index] += Double(met[index])
          substituted[index] += Double(organic[index])
        }
      }
      if hasVisit { lastVisit = day }
      guard !isCool && !isDone else { continue }
      var odds = world.conversion.base + world.conversion.weekday[weekday(day)] + world.conversion.trend * Double(day)
      odds += latent + movement
      for index in channels.indices { odds += channels[index].effect * felt[index] }
      for interaction in world.interactions {
        odds += interaction.effect * felt[interaction.first] * felt[interaction.second]
      }
      let probability = 1 / (1 + exp(-odds))
      if day >= 0 { conversions += probability }
      if uniform(words.1) < probability {
        if day >= 0 { realised += 1 }
        coolEnd = day + world.conversion.coolDown
        isDone = !world.conversion.repeats
        lastVisit = day
      }
    }
  }

  /// The smallest count whose distribution function is above the uniform number.
  static func poisson(_ uniform: Double, _ mean: Double) -> Int {
    var term = exp(-mean)
    var (sum, count) = (term, 0)
    while sum <= uniform && count < 10_000 {
      count += 1
      term *= mean / Double(count)
      sum += term
    }
    return count
  }
}
