/// Adding up what arms feel, and converting.
extension Lives {
  /// The log-odds of all arms today.
  @inline(__always)
  func addLifts(_ common: Double, _ day: Int) {
    let logOdds = arms.logOdds
    logOdds.fill(common)
    spreads.withUnsafeBufferPointer { spreads in
      for spread in spreads where ahead.firstTouch[spread.slot] <= day {
        let lift = spread.effect * ahead.felt[spread.slot, day]
        if spread.armCount == 0 {
          let lifts = Vector(repeating: lift)
          for block in 0..<blockCount { logOdds[block: block] += lifts * arms.masks[block: spread.start &+ block] }
        } else {
          for index in spread.start..<spread.start &+ spread.armCount {
            logOdds[Int(arms.spreadArms[index])] += lift
          }
        }
      }
    }
    for index in 0..<channelCount {
      let channel = tables.channels[index]
      guard channel.isByArm && today.isExposed[channel.index] && channel.effect != 0 else { continue }
      // Arms are slots here, in the same order.
      let first = channel.firstSlot / 4
      for block in 0..<blockCount { logOdds[block: block] += channel.effect * today.felt[block: first &+ block] }
    }
    if !laws.world.interactions.isEmpty { addInteractions(day) }
  }

  private func addInteractions(_ day: Int) {
    for interaction in laws.world.interactions {
      for arm in 0..<armCount {
        arms.logOdds[arm] +=
          interaction.effect * felt(interaction.first, arm, day) * felt(interaction.second, arm, day)
      }
    }
  }

  /// What an arm feels of a channel today.
  @inline(__always)
  private func felt(_ channel: Int, _ arm: Int, _ day: Int) -> Double {
    let slot = slot(channel: channel, arm: arm)
    return slots.channels[channel].isByArm ? today.felt[slot] : ahead.felt[slot, day]
  }

  /// Lets arms convert; returns whether the first did.
  @inline(__always)
  func convert(_ day: Int) -> Bool {
    let isLogged = day >= warmup
    let now = Int32(truncatingIfNeeded: day)
    let coin = ahead.coins[day]
    let allAtRisk = allAtRiskFrom <= now
    var first = false
    for block in 0..<blockCount {
      var chances = Logistic.logistic(arms.logOdds[block: block])
      if !allAtRisk {
        for lane in 0..<min(4, armCount &- 4 &* block) where arms.riskFrom[4 &* block &+ lane] > now {
          chances[lane] = 0
        }
      }
      if isLogged { arms.expected[block: block] += chances }
      guard any(Vector(repeating: coin) .< chances) else { continue }
      for lane in 0..<min(4, armCount &- 4 &* block) where coin < chances[lane] {
        let arm = 4 &* block &+ lane
        purchase(arm, now)
        if isLogged { arms.realised[arm] += 1 }
        if arm == 0 { first = true }
      }
    }
    return first
  }

  private func purchase(_ arm: Int, _ now: Int32) {
    let conversion = laws.world.conversion
    let coolEnd = now &+ Int32(conversion.coolDown)
    let riskFrom = conversion.repeats ? coolEnd &+ 1 : .max
    arms.coolEnd[arm] = coolEnd
    arms.riskFrom[arm] = riskFrom
    allAtRiskFrom = max(allAtRiskFrom, riskFrom)
    noneCoolsFrom = max(noneCoolsFrom, coolEnd &+ 1)
    // Where the day has no visit yet, the conversion implies one.
    arms.lastVisit[arm] = now
  }
}
