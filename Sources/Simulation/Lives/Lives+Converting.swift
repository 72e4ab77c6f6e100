/// Adding up what arms feel, and converting.
extension Lives {
  /// The log-odds of all arms today.
  @inline(__always)
  func addLifts(_ common: Double, _ day: Int) {
    logOdds.update(repeating: Vector(repeating: common), count: blockCount)
    let odds = UnsafeMutableRawPointer(logOdds).assumingMemoryBound(to: Double.self)
    spreads.withUnsafeBufferPointer { spreads in
      for spread in spreads where firstTouch[spread.slot] <= day {
        let lift = spread.effect * feltRows[spread.slot &* rowLength &+ day]
        if spread.armCount == 0 {
          let lifts = Vector(repeating: lift)
          let mask = masks.advanced(by: spread.start)
          for block in 0..<blockCount { logOdds[block] += lifts * mask[block] }
        } else {
          let arms = spreadArms.advanced(by: spread.start)
          for place in 0..<spread.armCount { odds[Int(arms[place])] += lift }
        }
      }
    }
    for place in 0..<channelCount {
      let channel = channels[place]
      guard channel.isByArm && isExposed[channel.index] && channel.effect != 0 else { continue }
      // Arms are slots here, in the same order.
      let felt = armFelt.advanced(by: channel.firstSlot / 4)
      for block in 0..<blockCount { logOdds[block] += channel.effect * felt[block] }
    }
    if !laws.world.interactions.isEmpty { addInteractions(day) }
  }

  private func addInteractions(_ day: Int) {
    let odds = UnsafeMutableRawPointer(logOdds).assumingMemoryBound(to: Double.self)
    for interaction in laws.world.interactions {
      for arm in 0..<armCount {
        odds[arm] += interaction.effect * felt(interaction.first, arm, day) * felt(interaction.second, arm, day)
      }
    }
  }

  /// What an arm feels of a channel today.
  @inline(__always)
  private func felt(_ channel: Int, _ arm: Int, _ day: Int) -> Double {
    let slot = place(channel: channel, arm: arm)
    return slots.channels[channel].isByArm
      ? UnsafeMutableRawPointer(armFelt).assumingMemoryBound(to: Double.self)[slot]
      : feltRows[slot &* rowLength &+ day]
  }

  /// Lets arms convert; returns whether the first did.
  @inline(__always)
  func convert(_ day: Int) -> Bool {
    let isLogged = day >= warmup
    let today = Int32(truncatingIfNeeded: day)
    let coin = coins[day]
    let allAtRisk = allAtRiskFrom <= today
    var first = false
    for block in 0..<blockCount {
      var chances = Logistic.logistic(logOdds[block])
      if !allAtRisk {
        for lane in 0..<min(4, armCount &- 4 &* block) where riskFrom[4 &* block &+ lane] > today { chances[lane] = 0 }
      }
      if isLogged { expected[block] += chances }
      guard any(Vector(repeating: coin) .< chances) else { continue }
      for lane in 0..<min(4, armCount &- 4 &* block) where coin < chances[lane] {
        let arm = 4 &* block &+ lane
        purchase(arm, today)
        if isLogged { realised[arm] += 1 }
        if arm == 0 { first = true }
      }
    }
    return first
  }

  private func purchase(_ arm: Int, _ today: Int32) {
    let conversion = laws.world.conversion
    coolEnd[arm] = today &+ Int32(conversion.coolDown)
    riskFrom[arm] = conversion.repeats ? coolEnd[arm] &+ 1 : .max
    allAtRiskFrom = max(allAtRiskFrom, riskFrom[arm])
    noneCoolsFrom = max(noneCoolsFrom, coolEnd[arm] &+ 1)
    // Where the day has no visit yet, the conversion implies one.
    lastVisit[arm] = today
  }
}
