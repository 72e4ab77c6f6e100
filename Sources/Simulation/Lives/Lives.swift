import TouchstoneMonteCarlo

/// Lives users' lives, one user at a time, in all arms at once.
///
/// Goals, in this order: exactly the laws of <doc:Worlds>; the same random numbers in every arm; little work for a day
/// more and for an arm more.
///
/// - What depends on nothing that happens in an arm, which is most of it, is worked out for all days of a life before
///   the life is lived, four days at a time (`Lives+Ahead.swift`): how intent moves, rates, touches, and what is felt
///   of them, once for each slot (``Slots``).
/// - Day by day there is left what visits and purchases decide on (`Lives+ByArm.swift`), and converting itself, four
///   arms at a time (`Lives+Converting.swift`).
///
/// One thread uses one instance. All memory is taken at the beginning (`LifeTables.swift`).
final class Lives {
  typealias Vector = Logistic.Vector

  let laws: WorldLaws
  let slots: Slots
  let armCount: Int
  let channelCount: Int
  let dayCount: Int
  let warmup: Int
  let needsVisits: Bool
  let hasSatiation: Bool
  /// Of each channel.
  private let firstSlots: [Int]
  /// Arms by fours.
  let blockCount: Int
  private let memory = LifeMemory()

  let tables: LifeLaws
  let ahead: LifeAhead
  let today: LifeToday
  let arms: LifeArms
  /// How lifts come to the arms, of channels whose slots are shared.
  let spreads: [LiftSpread]

  /// From this day on all arms are at risk, and from that day on none cools down.
  var allAtRiskFrom: Int32 = 0
  var noneCoolsFrom: Int32 = 0

  convenience init(_ laws: WorldLaws, _ arms: [Arm]) { self.init(laws, Slots(laws.world, arms)) }

  init(_ laws: WorldLaws, _ slots: Slots) {
    self.laws = laws
    self.slots = slots
    let world = laws.world
    (armCount, channelCount, dayCount) = (slots.armCount, world.channels.count, laws.dayCount)
    warmup = world.warmup
    needsVisits = world.channels.contains { $0.kind == .retarget }
    hasSatiation = world.intent.satiation != 0
    blockCount = (slots.armCount + 3) / 4

    var firstSlots: [Int] = []
    var slotCount = 0
    for channel in slots.channels {
      firstSlots.append(slotCount)
      slotCount += (channel.multiples.count + 3) / 4 * 4
    }
    self.firstSlots = firstSlots
    let spread = LiftSpreads(world, slots, firstSlots: firstSlots, blockCount: blockCount)
    spreads = spread.spreads
    tables = LifeLaws(memory, laws, slots, firstSlots: firstSlots, slotCount: slotCount)
    ahead = LifeAhead(memory, slots, slotCount: slotCount, dayCount: dayCount)
    today = LifeToday(memory, slotCount: slotCount, channelCount: channelCount)
    arms = LifeArms(memory, spread, armCount: armCount, blockCount: blockCount, slotCount: slotCount)
  }

  // MARK: What a life came to

  /// The sum of an arm's probabilities to convert over the logged days at risk.
  func conversions(arm: Int) -> Double { arms.expected[arm] }

  /// An arm's conversions that happened on logged days.
  func realised(arm: Int) -> Double { arms.realised[arm] }

  /// Impressions, sends, queries taken or visits on logged days.
  func touches(channel: Int, arm: Int) -> Double { arms.touchSums[slot(channel: channel, arm: arm)] }

  /// Queries that arrived by organic search on logged days.
  func substituted(channel: Int, arm: Int) -> Double { arms.substitutedSums[slot(channel: channel, arm: arm)] }

  /// What the first arm met on a channel on a logged day, while that day is lived.
  func met(channel: Int, day: Int) -> (touches: Int, substituted: Int, isVisit: Bool) {
    let slot = slot(channel: channel, arm: 0)
    if slots.channels[channel].isByArm {
      return (Int(today.touches[slot]), Int(today.substituted[slot]), today.visits[slot])
    }
    let lived = warmup + day
    return (Int(ahead.touches[slot, lived]), Int(ahead.substituted[slot, lived]), ahead.visits[slot, lived])
  }

  /// An arm's slot of a channel, among the slots of all channels.
  @inline(__always)
  func slot(channel: Int, arm: Int) -> Int { firstSlots[channel] + Int(tables.slotOfArm[channel, arm]) }

  // MARK: A life

  /// Lives a user's life; the sums are then the user's.
  ///
  /// - Parameter eachDay: Called at the end of each logged day, from 0, with whether the first arm converted.
  @inline(__always)
  func live(_ user: UInt64, eachDay: (Int, Bool) -> Void) {
    let person = laws.person(user)
    today.reset()
    arms.reset()
    allAtRiskFrom = 0
    noneCoolsFrom = 0
    lookAhead(user, person)
    for day in 0..<dayCount {
      for index in 0..<channelCount where tables.channels[index].isByArm {
        meetByArm(tables.channels[index], user, day)
      }
      if needsVisits { noteVisits(day) }
      addLifts(tables.logOdds[day] + person.latent + ahead.movement[day], day)
      let first = convert(day)
      if day >= warmup { eachDay(day &- warmup, first) }
    }
  }

  private func noteVisits(_ day: Int) {
    let now = Int32(truncatingIfNeeded: day)
    for index in 0..<channelCount {
      let channel = tables.channels[index]
      let slotOfArm = tables.slotOfArm.row(channel.index)
      if channel.isByArm {
        guard today.hasVisit[channel.index] else { continue }
        let visits = today.visits.part(from: channel.firstSlot, count: channel.slotCount)
        for arm in 0..<armCount where visits[Int(slotOfArm[arm])] { arms.lastVisit[arm] = now }
      } else {
        guard ahead.visitDays[channel.index, day] else { continue }
        for arm in 0..<armCount where ahead.visits[channel.firstSlot &+ Int(slotOfArm[arm]), day] {
          arms.lastVisit[arm] = now
        }
      }
    }
  }
}
