import RealModule
import TouchstoneMonteCarlo

/// What can be said of a whole life before it is lived: nothing here depends on what happens in an arm.
extension Lives {
  func lookAhead(_ user: UInt64, _ person: WorldLaws.Person) {
    drawDays(user)
    for index in 0..<channelCount {
      let channel = tables.channels[index]
      if channel.kind != .owned { setRates(channel, person) }
      guard !channel.isByArm else { continue }
      switch channel.kind {
      case .push, .organic, .retarget: deliver(channel, user)
      case .owned: send(channel, user)
      case .pull: search(channel, user)
      }
      if channel.kind != .organic { feel(channel) }
    }
  }

  /// The random numbers of all days, and how intent moves.
  private func drawDays(_ user: UInt64) {
    let numbers = laws.numbers
    let movement = ahead.movement
    for day in 0..<dayCount {
      let words = numbers.words(user: user, day: day &- warmup, .day)
      movement[day] = Uniform.open(words.0)
      ahead.coins[day] = Uniform.halfOpen(words.1)
    }
    for pair in 0..<(channelCount &+ 1) / 2 {
      let first = ahead.uniforms.row(2 &* pair)
      // Of an odd number of channels the last has a pair to itself.
      let second = 2 &* pair &+ 1 < channelCount ? ahead.uniforms.row(2 &* pair &+ 1) : nil
      for day in 0..<dayCount {
        let words = numbers.words(user: user, day: day &- warmup, channel: pair, .touches)
        first[day] = Uniform.halfOpen(words.0)
        if let second { second[day] = Uniform.halfOpen(words.1) }
      }
    }
    Normal.quantiles(movement.base, count: dayCount)
    let (kept, new) = (laws.movementKept, laws.movementNew)
    movement[0] *= laws.world.intent.movement
    for day in 1..<max(dayCount, 1) { movement[day] = kept * movement[day &- 1] + new * movement[day] }
  }

  /// The user's rates on all days, before spend.
  private func setRates(_ channel: ChannelLaw, _ person: WorldLaws.Person) {
    let userRates = ahead.rates.row(channel.index)
    let rates = tables.rates.row(channel.index)
    let factor = channel.latent == 0 ? person.activity : person.activity * .exp(channel.latent * person.latent)
    if channel.moving == 0 {
      for day in 0..<dayCount { userRates[day] = rates[day] * factor }
      return
    }
    for block in 0..<(dayCount &+ 3) / 4 {
      userRates[block: block] = Logistic.exponential(channel.moving * ahead.movement[block: block]) * factor
    }
    for day in 0..<dayCount { userRates[day] *= rates[day] }
  }

  /// Forgets the life before.
  private func clear(_ channel: ChannelLaw) {
    ahead.visitDays.row(channel.index).fill(false)
    for slot in channel.slots where ahead.firstTouch[slot] < dayCount {
      ahead.touches.row(slot).fill(0)
      ahead.substituted.row(slot).fill(0)
      ahead.visits.row(slot).fill(false)
      ahead.felt.row(slot).fill(0)
      ahead.firstTouch[slot] = dayCount
    }
  }

  @inline(__always)
  private func multiple(_ slot: Int, _ day: Int) -> Double {
    day < warmup ? tables.multiplesBefore[slot] : tables.multiples[slot]
  }

  @inline(__always)
  private func note(_ touches: Int, slot: Int, day: Int) {
    ahead.touches[slot, day] = Int32(truncatingIfNeeded: touches)
    if day >= warmup { arms.touchSums[slot] += Double(touches) }
    if day < ahead.firstTouch[slot] { ahead.firstTouch[slot] = day }
  }

  private func deliver(_ channel: ChannelLaw, _ user: UInt64) {
    clear(channel)
    let rates = ahead.rates.row(channel.index)
    let draws = ahead.uniforms.row(channel.index)
    for day in 0..<dayCount where draws[day] >= 1 - rates[day] * channel.largestMultiple {
      var any = false
      for slot in channel.slots {
        let count = PoissonDraw.count(at: draws[day], mean: rates[day] * multiple(slot, day))
        guard count > 0 else { continue }
        note(count, slot: slot, day: day)
        any = true
      }
      if any { noteClicks(channel, user, day) }
    }
  }

  /// Which slots had a visit; an organic touch is one, an impression may lead to one.
  private func noteClicks(_ channel: ChannelLaw, _ user: UInt64, _ day: Int) {
    guard channel.kind == .organic || channel.clickRate > 0 else { return }
    let uniform = clickDraw(channel, user, day)
    for slot in channel.slots {
      let touches = ahead.touches[slot, day]
      guard touches > 0, channel.kind == .organic || uniform < 1 - .pow(1 - channel.clickRate, Int(touches))
      else { continue }
      ahead.visits[slot, day] = true
      ahead.visitDays[channel.index, day] = true
    }
  }

  /// What decides on a click; an organic touch is a visit without one.
  func clickDraw(_ channel: ChannelLaw, _ user: UInt64, _ day: Int) -> Double {
    if channel.kind == .organic { return 0 }
    return Uniform.halfOpen(
      laws.numbers.words(user: user, day: day &- warmup, channel: channel.index, .click).0)
  }

  private func send(_ channel: ChannelLaw, _ user: UInt64) {
    clear(channel)
    let subscription = laws.subscription(user, channel.index)
    let first = (channel.period &- subscription.phase) % channel.period
    for day in stride(from: first, to: dayCount, by: channel.period) {
      var any = false
      for slot in channel.slots
      where subscription.uniform < multiple(slot, day) * channel.subscribers {
        note(1, slot: slot, day: day)
        any = true
      }
      if any { noteClicks(channel, user, day) }
    }
  }

  private func search(_ channel: ChannelLaw, _ user: UInt64) {
    clear(channel)
    let draws = ahead.uniforms.row(channel.index)
    let rates = ahead.rates.row(channel.index)
    for day in 0..<dayCount where draws[day] >= 1 - rates[day] * channel.largestDrive {
      // Slots that are driven alike are neighbours, and have the same queries.
      var (known, queries) = (-1.0, 0)
      for slot in 0..<channel.slotCount {
        var exponent = 0.0
        for index in channel.drives {
          let drive = tables.drives[index]
          exponent += drive.effect * ahead.felt[Int(tables.driverSlots[drive.firstSlot &+ slot]), day]
        }
        if exponent != known || slot == 0 {
          known = exponent
          let mean = exponent == 0 ? rates[day] : rates[day] * .exp(exponent)
          queries = min(PoissonDraw.count(at: draws[day], mean: mean), Self.mostQueries)
        }
        if queries > 0 { ask(queries, channel, channel.firstSlot &+ slot, user, day) }
      }
    }
  }

  private func ask(_ queries: Int, _ channel: ChannelLaw, _ slot: Int, _ user: UInt64, _ day: Int) {
    let (taken, organic) = answers(queries, channel, multiple(slot, day), user, day)
    guard taken + organic > 0 else { return }
    note(taken, slot: slot, day: day)
    ahead.substituted[slot, day] = Int32(truncatingIfNeeded: organic)
    if day >= warmup { arms.substitutedSums[slot] += Double(organic) }
    ahead.visits[slot, day] = true
    ahead.visitDays[channel.index, day] = true
  }

  /// Queries of a channel a day, at the most: each has random numbers of its own, and the article Worlds promises no
  /// more.
  static let mostQueries = 16

  /// How many queries the ad takes, and how many of the others arrive by organic search.
  func answers(
    _ queries: Int, _ channel: ChannelLaw, _ multiple: Double, _ user: UInt64, _ day: Int
  ) -> (taken: Int, organic: Int) {
    // (1 − take)^(pulse × multiple); with take = 1 and no spend, 0 × ∞.
    let missing =
      multiple == 0 ? 1 : Double.exp(channel.logMissing * tables.pulses[channel.index, day] * multiple)
    var (taken, organic) = (0, 0)
    for query in 0..<queries {
      let words = laws.numbers.words(user: user, day: day &- warmup, channel: channel.index, index: query, .query)
      if Uniform.halfOpen(words.0) < 1 - missing {
        taken += 1
      } else if Uniform.halfOpen(words.1) < channel.substitution {
        organic += 1
      }
    }
    return (taken, organic)
  }

  /// Carries exposure over from day to day, and works out what is felt of it.
  private func feel(_ channel: ChannelLaw) {
    for slot in channel.slots where ahead.firstTouch[slot] < dayCount {
      let (felt, touches, organic) = (ahead.felt.row(slot), ahead.touches.row(slot), ahead.substituted.row(slot))
      let firstTouch = ahead.firstTouch[slot]
      var exposure = 0.0
      for day in firstTouch..<dayCount {
        exposure = exposure * channel.decay + Double(touches[day])
        if channel.kind == .pull { exposure += channel.carried * Double(organic[day]) }
        felt[day] = exposure
      }
      for block in firstTouch / 4..<(dayCount &+ 3) / 4 { felt[block: block] = channel.felt(felt[block: block]) }
    }
  }
}
