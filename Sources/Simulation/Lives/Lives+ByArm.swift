import RealModule

/// What visits, purchases or satiation in an arm decide on, day by day.
extension Lives {
  /// Today's touches on a channel whose slots are arms, and what is felt of them.
  func meetByArm(_ channel: ChannelLaw, _ user: UInt64, _ day: Int) {
    forget(channel)
    let rate = userRates[channel.index &* rowLength &+ day]
    let uniform = uniforms[channel.index &* rowLength &+ day]
    if channel.kind == .pull {
      search(channel, user, day, rate, uniform)
    } else {
      deliver(channel, user, day, rate, uniform)
    }
    if channel.kind != .organic { feel(channel) }
  }

  private func forget(_ channel: ChannelLaw) {
    hasVisit[channel.index] = false
    guard hasTouch[channel.index] else { return }
    hasTouch[channel.index] = false
    armTouches.advanced(by: channel.firstSlot).update(repeating: 0, count: channel.slotCount)
    armSubstituted.advanced(by: channel.firstSlot).update(repeating: 0, count: channel.slotCount)
    armVisited.advanced(by: channel.firstSlot).update(repeating: false, count: channel.slotCount)
  }

  /// Whether any arm is in its cool-down, and sated.
  @inline(__always)
  private func anySated(_ day: Int) -> Bool { hasSatiation && noneCoolsFrom > Int32(truncatingIfNeeded: day) }

  private func deliver(_ channel: ChannelLaw, _ user: UInt64, _ day: Int, _ rate: Double, _ uniform: Double) {
    let largest = rate * channel.largestMultiple * max(1, channel.sated)
    guard uniform >= 1 - largest else { return }
    let today = Int32(truncatingIfNeeded: day)
    let sated = anySated(day)
    let multiples = day < warmup ? multiplesBefore : multiples
    // Arms mostly agree in their rate, and then in their count.
    var (known, count) = (-1.0, 0)
    var any = false
    for arm in 0..<channel.slotCount {
      if channel.kind == .retarget && lastVisit[arm] < today &- channel.window { continue }
      var mean = rate * multiples[channel.firstSlot &+ arm]
      if sated && coolEnd[arm] >= today { mean *= channel.sated }
      if mean != known {
        known = mean
        count = Counts.poisson(uniform, mean: mean)
      }
      guard count > 0 else { continue }
      armTouches[channel.firstSlot &+ arm] = Int32(truncatingIfNeeded: count)
      if day >= warmup { touchSums[channel.firstSlot &+ arm] += Double(count) }
      any = true
    }
    guard any else { return }
    hasTouch[channel.index] = true
    noteClicks(channel, user, day)
  }

  private func noteClicks(_ channel: ChannelLaw, _ user: UInt64, _ day: Int) {
    guard channel.kind == .organic || channel.clickRate > 0 else { return }
    let uniform = clickDraw(channel, user, day)
    var (number, clicks) = (Int32(0), 0.0)
    for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount where armTouches[slot] > 0 {
      if armTouches[slot] != number {
        number = armTouches[slot]
        clicks = channel.kind == .organic ? 1 : 1 - .pow(1 - channel.clickRate, Int(number))
      }
      guard uniform < clicks else { continue }
      armVisited[slot] = true
      hasVisit[channel.index] = true
    }
  }

  private func search(_ channel: ChannelLaw, _ user: UInt64, _ day: Int, _ rate: Double, _ uniform: Double) {
    guard uniform >= 1 - rate * channel.largestDrive * max(1, channel.sated) else { return }
    let today = Int32(truncatingIfNeeded: day)
    let sated = anySated(day)
    let multiples = day < warmup ? multiplesBefore : multiples
    for block in 0..<(channel.slotCount &+ 3) / 4 {
      let lanes = min(4, channel.slotCount &- 4 &* block)
      var means = Vector(repeating: rate)
      if channel.driveCount > 0 { means *= Logistic.exponential(drive(channel, block, lanes, day)) }
      if sated {
        for lane in 0..<lanes where coolEnd[4 &* block &+ lane] >= today { means[lane] *= channel.sated }
      }
      guard any(Vector(repeating: uniform) .>= 1 - means) else { continue }
      for lane in 0..<lanes {
        let queries = min(Counts.poisson(uniform, mean: means[lane]), Self.mostQueries)
        guard queries > 0 else { continue }
        let slot = channel.firstSlot &+ 4 &* block &+ lane
        let (taken, organic) = answers(queries, channel, multiples[slot], user, day)
        guard taken + organic > 0 else { continue }
        armTouches[slot] = Int32(truncatingIfNeeded: taken)
        armSubstituted[slot] = Int32(truncatingIfNeeded: organic)
        armVisited[slot] = true
        hasVisit[channel.index] = true
        hasTouch[channel.index] = true
        if day >= warmup {
          touchSums[slot] += Double(taken)
          substitutedSums[slot] += Double(organic)
        }
      }
    }
  }

  /// What drives the queries of four arms.
  private func drive(_ channel: ChannelLaw, _ block: Int, _ lanes: Int, _ day: Int) -> Vector {
    var exponents = Vector()
    for place in channel.firstDrive..<channel.firstDrive &+ channel.driveCount {
      let drive = drives[place]
      if drive.isByArm {
        // Arms are slots of both channels.
        exponents += drive.effect * armFelt[Int(driverSlots[drive.firstSlot]) / 4 &+ block]
      } else {
        for lane in 0..<lanes {
          let driver = Int(driverSlots[drive.firstSlot &+ 4 &* block &+ lane])
          exponents[lane] += drive.effect * feltRows[driver &* rowLength &+ day]
        }
      }
    }
    return exponents
  }

  private func feel(_ channel: ChannelLaw) {
    let isTouched = hasTouch[channel.index]
    if !isExposed[channel.index] {
      guard isTouched else { return }
      isExposed[channel.index] = true
    }
    let first = channel.firstSlot / 4
    for block in first..<first &+ (channel.slotCount &+ 3) / 4 {
      var exposures = armExposures[block] * channel.decay
      if isTouched {
        for lane in 0..<4 {
          exposures[lane] +=
            Double(armTouches[4 &* block &+ lane])
            + channel.carried * Double(armSubstituted[4 &* block &+ lane])
        }
      }
      armExposures[block] = exposures
      armFelt[block] = channel.felt(exposures)
    }
  }
}
