import RealModule

/// What visits, purchases or satiation in an arm decide on, day by day.
extension Lives {
  /// Today's touches on a channel whose slots are arms, and what is felt of them.
  func meetByArm(_ channel: ChannelLaw, _ user: UInt64, _ day: Int) {
    forget(channel)
    let rate = ahead.rates[channel.index, day]
    let uniform = ahead.uniforms[channel.index, day]
    if channel.kind == .pull {
      search(channel, user: user, day: day, rate: rate, uniform: uniform)
    } else {
      deliver(channel, user: user, day: day, rate: rate, uniform: uniform)
    }
    if channel.kind != .organic { feel(channel) }
  }

  private func forget(_ channel: ChannelLaw) {
    today.hasVisit[channel.index] = false
    guard today.hasTouch[channel.index] else { return }
    today.hasTouch[channel.index] = false
    today.touches.part(from: channel.firstSlot, count: channel.slotCount).fill(0)
    today.substituted.part(from: channel.firstSlot, count: channel.slotCount).fill(0)
    today.visits.part(from: channel.firstSlot, count: channel.slotCount).fill(false)
  }

  /// Whether any arm is in its cool-down, and sated.
  @inline(__always)
  private func anySated(_ day: Int) -> Bool { hasSatiation && noneCoolsFrom > Int32(truncatingIfNeeded: day) }

  private func deliver(_ channel: ChannelLaw, user: UInt64, day: Int, rate: Double, uniform: Double) {
    let largest = rate * channel.largestMultiple * max(1, channel.sated)
    guard uniform >= 1 - largest else { return }
    let now = Int32(truncatingIfNeeded: day)
    let sated = anySated(day)
    let multiples = day < warmup ? tables.multiplesBefore : tables.multiples
    // Arms mostly agree in their rate, and then in their count.
    var (known, count) = (-1.0, 0)
    var any = false
    for arm in 0..<channel.slotCount {
      if channel.kind == .retarget && arms.lastVisit[arm] < now &- channel.window { continue }
      var mean = rate * multiples[channel.firstSlot &+ arm]
      if sated && arms.coolEnd[arm] >= now { mean *= channel.sated }
      if mean != known {
        known = mean
        count = PoissonDraw.count(at: uniform, mean: mean)
      }
      guard count > 0 else { continue }
      today.touches[channel.firstSlot &+ arm] = Int32(truncatingIfNeeded: count)
      if day >= warmup { arms.touchSums[channel.firstSlot &+ arm] += Double(count) }
      any = true
    }
    guard any else { return }
    today.hasTouch[channel.index] = true
    noteClicks(channel, user, day)
  }

  private func noteClicks(_ channel: ChannelLaw, _ user: UInt64, _ day: Int) {
    guard channel.kind == .organic || channel.clickRate > 0 else { return }
    let uniform = clickDraw(channel, user, day)
    // Arms mostly agree in their count, and then in the chance of a click.
    var (known, chance) = (Int32(0), 0.0)
    for slot in channel.slots where today.touches[slot] > 0 {
      if today.touches[slot] != known {
        known = today.touches[slot]
        chance = channel.kind == .organic ? 1 : 1 - .pow(1 - channel.clickRate, Int(known))
      }
      guard uniform < chance else { continue }
      today.visits[slot] = true
      today.hasVisit[channel.index] = true
    }
  }

  private func search(_ channel: ChannelLaw, user: UInt64, day: Int, rate: Double, uniform: Double) {
    guard uniform >= 1 - rate * channel.largestDrive * max(1, channel.sated) else { return }
    let now = Int32(truncatingIfNeeded: day)
    let sated = anySated(day)
    let multiples = day < warmup ? tables.multiplesBefore : tables.multiples
    for block in 0..<(channel.slotCount &+ 3) / 4 {
      let lanes = min(4, channel.slotCount &- 4 &* block)
      var means = Vector(repeating: rate)
      if channel.driveCount > 0 { means *= Logistic.exponential(drive(channel, block: block, lanes: lanes, day: day)) }
      if sated {
        for lane in 0..<lanes where arms.coolEnd[4 &* block &+ lane] >= now { means[lane] *= channel.sated }
      }
      guard any(Vector(repeating: uniform) .>= 1 - means) else { continue }
      for lane in 0..<lanes {
        let queries = min(PoissonDraw.count(at: uniform, mean: means[lane]), Self.mostQueries)
        guard queries > 0 else { continue }
        let slot = channel.firstSlot &+ 4 &* block &+ lane
        let (taken, organic) = answers(queries, channel, multiples[slot], user, day)
        guard taken + organic > 0 else { continue }
        today.touches[slot] = Int32(truncatingIfNeeded: taken)
        today.substituted[slot] = Int32(truncatingIfNeeded: organic)
        today.visits[slot] = true
        today.hasVisit[channel.index] = true
        today.hasTouch[channel.index] = true
        if day >= warmup {
          arms.touchSums[slot] += Double(taken)
          arms.substitutedSums[slot] += Double(organic)
        }
      }
    }
  }

  /// What drives the queries of four arms.
  private func drive(_ channel: ChannelLaw, block: Int, lanes: Int, day: Int) -> Vector {
    var exponents = Vector()
    for index in channel.drives {
      let drive = tables.drives[index]
      if drive.isByArm {
        // Arms are slots of both channels.
        exponents += drive.effect * today.felt[block: Int(tables.driverSlots[drive.firstSlot]) / 4 &+ block]
      } else {
        for lane in 0..<lanes {
          let driver = Int(tables.driverSlots[drive.firstSlot &+ 4 &* block &+ lane])
          exponents[lane] += drive.effect * ahead.felt[driver, day]
        }
      }
    }
    return exponents
  }

  private func feel(_ channel: ChannelLaw) {
    let isTouched = today.hasTouch[channel.index]
    if !today.isExposed[channel.index] {
      guard isTouched else { return }
      today.isExposed[channel.index] = true
    }
    let first = channel.firstSlot / 4
    for block in first..<first &+ (channel.slotCount &+ 3) / 4 {
      var exposures = today.exposures[block: block] * channel.decay
      if isTouched {
        for lane in 0..<4 {
          exposures[lane] +=
            Double(today.touches[4 &* block &+ lane])
            + channel.carried * Double(today.substituted[4 &* block &+ lane])
        }
      }
      today.exposures[block: block] = exposures
      today.felt[block: block] = channel.felt(exposures)
    }
  }
}
