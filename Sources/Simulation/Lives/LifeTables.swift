// The memory of Lives, by purpose. A slot is a channel's for some arms (Slots); each channel's slots begin at a
// multiple of four.

/// The laws, which stay as they are from life to life.
struct LifeLaws {
  /// In the order of the day: push, retarget, owned and organic channels, and then pull channels, which push drives.
  let channels: Column<ChannelLaw>
  let drives: Column<ChannelLaw.Drive>
  let driverSlots: Column<Int32>
  /// By channel and day.
  let rates: Rows<Double>
  let pulses: Rows<Double>
  let logOdds: Column<Double>
  /// By slot: the multiple of spend, before the log begins and from then on.
  let multiplesBefore: Column<Double>
  let multiples: Column<Double>
  /// By channel and arm.
  let slotOfArm: Rows<Int32>

  init(_ memory: LifeMemory, _ laws: WorldLaws, _ slots: Slots, firstSlots: [Int], slotCount: Int) {
    let world = laws.world
    let order =
      world.channels.indices.filter { world.channels[$0].kind != .pull }
      + world.channels.indices.filter { world.channels[$0].kind == .pull }
    var (channels, drives, driverSlots): ([ChannelLaw], [ChannelLaw.Drive], [Int32]) = ([], [], [])
    for index in order {
      var law = ChannelLaw(
        world.channels[index], index: index, firstSlot: firstSlots[index], slots: slots.channels[index], world: world)
      law.firstDrive = drives.count
      for drive in slots.channels[index].drives {
        drives.append(
          ChannelLaw.Drive(
            channel: drive.channel, effect: drive.effect, firstSlot: driverSlots.count,
            isByArm: slots.channels[drive.channel].isByArm))
        driverSlots += drive.slots.map { $0 + Int32(firstSlots[drive.channel]) }
      }
      channels.append(law)
    }
    self.channels = memory.column(channels)
    self.drives = memory.column(drives)
    self.driverSlots = memory.column(driverSlots)
    rates = memory.rows(laws.rates, length: laws.dayCount)
    pulses = memory.rows(laws.pulses, length: laws.dayCount)
    logOdds = memory.column(laws.logOdds)
    multiples = memory.column(slotCount, 0)
    multiplesBefore = memory.column(slotCount, 0)
    for (channel, first) in zip(slots.channels, firstSlots) {
      for (slot, multiple) in channel.multiples.enumerated() {
        multiples[first + slot] = multiple
        multiplesBefore[first + slot] = world.truth.counterfactual == .stop ? 1 : multiple
      }
    }
    slotOfArm = memory.rows(slots.channels.flatMap(\.ofArm), length: slots.armCount)
  }
}

/// A life ahead, by day: what nothing that happens in an arm can change. Rows are as long as the days, rounded up to
/// fours.
struct LifeAhead {
  /// How intent moves.
  let movement: Column<Double>
  /// What decides on converting.
  let coins: Column<Double>
  /// By channel: what decides on touches, and the rate for this user.
  let uniforms: Rows<Double>
  let rates: Rows<Double>
  /// By channel, whether a slot had a visit.
  let visitDays: Rows<Bool>
  /// By slot, for channels whose slots are shared by arms.
  let touches: Rows<Int32>
  let substituted: Rows<Int32>
  let visits: Rows<Bool>
  let felt: Rows<Double>
  /// By slot, the first day with a touch; the number of days where there is none.
  let firstTouch: Column<Int>

  init(_ memory: LifeMemory, _ slots: Slots, slotCount: Int, dayCount: Int) {
    let rowLength = (dayCount + 3) / 4 * 4
    let channelCount = slots.channels.count
    movement = memory.column(rowLength, 0)
    coins = memory.column(rowLength, 0)
    uniforms = memory.rows(channelCount, length: rowLength, 0)
    rates = memory.rows(channelCount, length: rowLength, 0)
    visitDays = memory.rows(channelCount, length: rowLength, false)
    let rowCount = slots.channels.allSatisfy(\.isByArm) ? 0 : slotCount
    touches = memory.rows(rowCount, length: rowLength, 0)
    substituted = memory.rows(rowCount, length: rowLength, 0)
    visits = memory.rows(rowCount, length: rowLength, false)
    felt = memory.rows(rowCount, length: rowLength, 0)
    firstTouch = memory.column(slotCount, dayCount)
  }
}

/// Today, on channels whose slots are arms.
struct LifeToday {
  /// By slot.
  let touches: Column<Int32>
  let substituted: Column<Int32>
  let visits: Column<Bool>
  let exposures: Column<Double>
  let felt: Column<Double>
  /// By channel: since the beginning of the life, and today.
  let isExposed: Column<Bool>
  let hasTouch: Column<Bool>
  let hasVisit: Column<Bool>

  init(_ memory: LifeMemory, slotCount: Int, channelCount: Int) {
    touches = memory.column(slotCount, 0)
    substituted = memory.column(slotCount, 0)
    visits = memory.column(slotCount, false)
    exposures = memory.column(slotCount, 0)
    felt = memory.column(slotCount, 0)
    isExposed = memory.column(channelCount, false)
    hasTouch = memory.column(channelCount, false)
    hasVisit = memory.column(channelCount, false)
  }

  func reset() {
    exposures.fill(0)
    felt.fill(0)
    touches.fill(0)
    substituted.fill(0)
    isExposed.fill(false)
    hasTouch.fill(false)
    hasVisit.fill(false)
  }
}

/// What becomes of arms, and what a life adds up to.
struct LifeArms {
  let spreadArms: Column<Int32>
  let masks: Column<Double>
  /// By arm, rounded up to fours.
  let logOdds: Column<Double>
  /// By arm, rounded up to fours: the sum of the probabilities to convert over the logged days at risk.
  let expected: Column<Double>
  /// By arm: conversions that happened on logged days.
  let realised: Column<Double>
  /// The first day on which an arm is at risk again.
  let riskFrom: Column<Int32>
  /// The last day of the cool-down.
  let coolEnd: Column<Int32>
  let lastVisit: Column<Int32>
  /// By slot: impressions, sends, queries taken or visits on logged days.
  let touchSums: Column<Double>
  /// By slot: queries that arrived by organic search on logged days.
  let substitutedSums: Column<Double>

  /// Before every day of a life, with room for windows to be taken off.
  private static let longAgo = Int32.min / 2

  init(_ memory: LifeMemory, _ spreads: LiftSpreads, armCount: Int, blockCount: Int, slotCount: Int) {
    spreadArms = memory.column(spreads.arms)
    masks = memory.column(spreads.masks)
    logOdds = memory.column(4 * blockCount, 0)
    expected = memory.column(4 * blockCount, 0)
    realised = memory.column(armCount, 0)
    riskFrom = memory.column(armCount, 0)
    coolEnd = memory.column(armCount, 0)
    lastVisit = memory.column(armCount, 0)
    touchSums = memory.column(slotCount, 0)
    substitutedSums = memory.column(slotCount, 0)
  }

  func reset() {
    touchSums.fill(0)
    substitutedSums.fill(0)
    riskFrom.fill(0)
    coolEnd.fill(-1)
    lastVisit.fill(Self.longAgo)
    expected.fill(0)
    realised.fill(0)
  }
}
