import RealModule
import TouchstoneMonteCarlo

/// What can be said of a whole life before it is lived: nothing here depends on what happens in an arm.
extension Lives {
  func lookAhead(_ user: UInt64, _ person: WorldLaws.Person) {
    drawDays(user)
    for place in 0..<channelCount {
      let channel = channels[place]
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
    for day in 0..<dayCount {
      let words = numbers.words(user: user, day: day &- warmup, .day)
      movement[day] = Double(words.0 &>> 11) * 0x1p-53 + 0x1p-54
      coins[day] = WorldNumbers.uniform(words.1)
    }
    for pair in 0..<(channelCount &+ 1) / 2 {
      let own = uniforms.advanced(by: 2 &* pair &* rowLength)
      let hasOther = 2 &* pair &+ 1 < channelCount
      for day in 0..<dayCount {
        let words = numbers.words(user: user, day: day &- warmup, channel: pair, .touches)
        own[day] = WorldNumbers.uniform(words.0)
        if hasOther { own[rowLength &+ day] = WorldNumbers.uniform(words.1) }
      }
    }
    Normal.quantiles(movement, count: dayCount)
    let (kept, new) = (laws.movementKept, laws.movementNew)
    movement[0] *= laws.world.intent.movement
    for day in 1..<max(dayCount, 1) { movement[day] = kept * movement[day &- 1] + new * movement[day] }
  }

  /// The user's rates on all days, before spend.
  private func setRates(_ channel: ChannelLaw, _ person: WorldLaws.Person) {
    let own = userRates.advanced(by: channel.index &* rowLength)
    let ofAll = rates.advanced(by: channel.index &* dayCount)
    let factor = channel.latent == 0 ? person.activity : person.activity * .exp(channel.latent * person.latent)
    if channel.moving == 0 {
      for day in 0..<dayCount { own[day] = ofAll[day] * factor }
      return
    }
    let rows = UnsafeMutableRawPointer(own)
    for first in stride(from: 0, to: rowLength, by: 4) {
      let moved = UnsafeMutableRawPointer(movement).loadUnaligned(fromByteOffset: 8 &* first, as: Vector.self)
      let chased = Logistic.exponential(channel.moving * moved) * factor
      rows.storeBytes(of: chased, toByteOffset: 8 &* first, as: Vector.self)
    }
    for day in 0..<dayCount { own[day] *= ofAll[day] }
  }

  /// Forgets the life before.
  private func clear(_ channel: ChannelLaw) {
    visitDays.advanced(by: channel.index &* rowLength).update(repeating: false, count: rowLength)
    for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount where firstTouch[slot] < dayCount {
      touchRows.advanced(by: slot &* rowLength).update(repeating: 0, count: rowLength)
      substitutedRows.advanced(by: slot &* rowLength).update(repeating: 0, count: rowLength)
      visitRows.advanced(by: slot &* rowLength).update(repeating: false, count: rowLength)
      feltRows.advanced(by: slot &* rowLength).update(repeating: 0, count: rowLength)
      firstTouch[slot] = dayCount
    }
  }

  @inline(__always)
  private func multiple(_ slot: Int, _ day: Int) -> Double { day < warmup ? multiplesBefore[slot] : multiples[slot] }

  @inline(__always)
  private func note(_ touches: Int, slot: Int, day: Int) {
    touchRows[slot &* rowLength &+ day] = Int32(truncatingIfNeeded: touches)
    if day >= warmup { touchSums[slot] += Double(touches) }
    if day < firstTouch[slot] { firstTouch[slot] = day }
  }

  private func deliver(_ channel: ChannelLaw, _ user: UInt64) {
    clear(channel)
    let own = userRates.advanced(by: channel.index &* rowLength)
    let draws = uniforms.advanced(by: channel.index &* rowLength)
    for day in 0..<dayCount where draws[day] >= 1 - own[day] * channel.largestMultiple {
      var any = false
      for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount {
        let number = Counts.poisson(draws[day], mean: own[day] * multiple(slot, day))
        guard number > 0 else { continue }
        note(number, slot: slot, day: day)
        any = true
      }
      if any { noteClicks(channel, user, day) }
    }
  }

  /// Which slots had a visit; an organic touch is one, an impression may lead to one.
  private func noteClicks(_ channel: ChannelLaw, _ user: UInt64, _ day: Int) {
    guard channel.kind == .organic || channel.clickRate > 0 else { return }
    let uniform = clickDraw(channel, user, day)
    for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount {
      let touches = touchRows[slot &* rowLength &+ day]
      guard touches > 0, channel.kind == .organic || uniform < 1 - .pow(1 - channel.clickRate, Int(touches))
      else { continue }
      visitRows[slot &* rowLength &+ day] = true
      visitDays[channel.index &* rowLength &+ day] = true
    }
  }

  /// What decides on a click; an organic touch is a visit without one.
  func clickDraw(_ channel: ChannelLaw, _ user: UInt64, _ day: Int) -> Double {
    if channel.kind == .organic { return 0 }
    return WorldNumbers.uniform(
      laws.numbers.words(user: user, day: day &- warmup, channel: channel.index, .click).0)
  }

  private func send(_ channel: ChannelLaw, _ user: UInt64) {
    clear(channel)
    let subscription = laws.subscription(user, channel.index)
    let first = (channel.period &- subscription.phase) % channel.period
    for day in stride(from: first, to: dayCount, by: channel.period) {
      var any = false
      for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount
      where subscription.uniform < multiple(slot, day) * channel.subscribers {
        note(1, slot: slot, day: day)
        any = true
      }
      if any { noteClicks(channel, user, day) }
    }
  }

  private func search(_ channel: ChannelLaw, _ user: UInt64) {
    clear(channel)
    let draws = uniforms.advanced(by: channel.index &* rowLength)
    let own = userRates.advanced(by: channel.index &* rowLength)
    for day in 0..<dayCount where draws[day] >= 1 - own[day] * channel.largestDrive {
      // Slots that are driven alike are neighbours, and have the same queries.
      var (known, queries) = (-1.0, 0)
      for slot in 0..<channel.slotCount {
        var exponent = 0.0
        for place in channel.firstDrive..<channel.firstDrive &+ channel.driveCount {
          let driver = Int(driverSlots[drives[place].firstSlot &+ slot])
          exponent += drives[place].effect * feltRows[driver &* rowLength &+ day]
        }
        if exponent != known || slot == 0 {
          known = exponent
          let mean = exponent == 0 ? own[day] : own[day] * .exp(exponent)
          queries = min(Counts.poisson(draws[day], mean: mean), Self.mostQueries)
        }
        if queries > 0 { ask(queries, channel, channel.firstSlot &+ slot, user, day) }
      }
    }
  }

  private func ask(_ queries: Int, _ channel: ChannelLaw, _ slot: Int, _ user: UInt64, _ day: Int) {
    let (taken, organic) = answers(queries, channel, multiple(slot, day), user, day)
    guard taken + organic > 0 else { return }
    note(taken, slot: slot, day: day)
    substitutedRows[slot &* rowLength &+ day] = Int32(truncatingIfNeeded: organic)
    if day >= warmup { substitutedSums[slot] += Double(organic) }
    visitRows[slot &* rowLength &+ day] = true
    visitDays[channel.index &* rowLength &+ day] = true
  }

  /// Queries of a channel a day, at the most.
  static let mostQueries = 16

  /// How many queries the ad takes, and how many of the others arrive by organic search.
  func answers(
    _ queries: Int, _ channel: ChannelLaw, _ multiple: Double, _ user: UInt64, _ day: Int
  ) -> (taken: Int, organic: Int) {
    // (1 − take)^(pulse × multiple); with take = 1 and no spend, 0 × ∞.
    let missing =
      multiple == 0 ? 1 : Double.exp(channel.logMissing * pulses[channel.index &* dayCount &+ day] * multiple)
    var (taken, organic) = (0, 0)
    for query in 0..<queries {
      let words = laws.numbers.words(user: user, day: day &- warmup, channel: channel.index, index: query, .query)
      if WorldNumbers.uniform(words.0) < 1 - missing {
        taken += 1
      } else if WorldNumbers.uniform(words.1) < channel.substitution {
        organic += 1
      }
    }
    return (taken, organic)
  }

  /// Carries exposure over from day to day, and works out what is felt of it.
  private func feel(_ channel: ChannelLaw) {
    for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount where firstTouch[slot] < dayCount {
      let felt = feltRows.advanced(by: slot &* rowLength)
      let touches = touchRows.advanced(by: slot &* rowLength)
      let organic = substitutedRows.advanced(by: slot &* rowLength)
      var exposure = 0.0
      for day in firstTouch[slot]..<dayCount {
        exposure = exposure * channel.decay + Double(touches[day])
        if channel.kind == .pull { exposure += channel.carried * Double(organic[day]) }
        felt[day] = exposure
      }
      let rows = UnsafeMutableRawPointer(felt)
      for first in stride(from: firstTouch[slot] & ~3, to: dayCount, by: 4) {
        let exposures = rows.loadUnaligned(fromByteOffset: 8 &* first, as: Vector.self)
        rows.storeBytes(of: channel.felt(exposures), toByteOffset: 8 &* first, as: Vector.self)
      }
    }
  }
}
