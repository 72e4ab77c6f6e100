import RealModule

/// Lives users' lives, one user at a time, in all arms at once.
///
/// Goals, in this order: exactly the laws of <doc:Worlds>; the same random numbers in every arm; little work for a day more and for an arm more.
///
/// - What depends on nothing that happens in an arm, which is most of it, is worked out for all days of a life before the life is lived, four
///   days at a time (`Lives+Ahead.swift`): how intent moves, rates, touches, and what is felt of them, once for each slot (``Slots``).
/// - Day by day there is left what visits and purchases decide on (`Lives+ByArm.swift`), and converting itself, four arms at a time
///   (`Lives+Converting.swift`).
///
/// One thread uses one instance. All memory is taken at the beginning, as plain memory: an array would be asked for its owner at every look.
final class Lives {
  typealias Vector = Logistic.Vector

  let laws: WorldLaws
  let slots: Slots
  let armCount: Int
  let channelCount: Int
  let dayCount: Int
  /// Days, rounded up to fours: the length of each slot's row.
  let rowLength: Int
  let warmup: Int
  let needsVisits: Bool
  let hasSatiation: Bool
  /// Of each channel.
  let firstSlots: [Int]
  let slotCount: Int
  let blockCount: Int
  private let memory = LifeMemory()

  // MARK: Laws

  /// In the order of the day: push, retarget, owned and organic channels, and then pull channels, which push drives.
  let channels: UnsafeMutablePointer<ChannelLaw>
  let drives: UnsafeMutablePointer<ChannelLaw.Drive>
  let driverSlots: UnsafeMutablePointer<Int32>
  /// By channel and day.
  let rates: UnsafeMutablePointer<Double>
  let pulses: UnsafeMutablePointer<Double>
  let dayLogOdds: UnsafeMutablePointer<Double>
  /// By slot: the multiple of spend, before the log begins and from then on.
  let multiplesBefore: UnsafeMutablePointer<Double>
  let multiples: UnsafeMutablePointer<Double>

  // MARK: A life ahead, by day

  let movement: UnsafeMutablePointer<Double>
  /// What decides on converting.
  let coins: UnsafeMutablePointer<Double>
  /// By channel and day: what decides on touches, and the rate for this user.
  let uniforms: UnsafeMutablePointer<Double>
  let userRates: UnsafeMutablePointer<Double>
  /// By slot and day, for channels that are no arm's own.
  let touchRows: UnsafeMutablePointer<Int32>
  let substitutedRows: UnsafeMutablePointer<Int32>
  let visitRows: UnsafeMutablePointer<Bool>
  let feltRows: UnsafeMutablePointer<Double>
  /// By slot, the first day with a touch.
  let firstTouch: UnsafeMutablePointer<Int>
  /// By channel and day, whether a slot had a visit.
  let visitDays: UnsafeMutablePointer<Bool>

  // MARK: Today, by slot of channels whose slots are arms; rows of four

  let armTouches: UnsafeMutablePointer<Int32>
  let armSubstituted: UnsafeMutablePointer<Int32>
  let armVisited: UnsafeMutablePointer<Bool>
  let armExposures: UnsafeMutablePointer<Vector>
  let armFelt: UnsafeMutablePointer<Vector>
  /// By channel.
  let isExposed: UnsafeMutablePointer<Bool>
  let hasTouch: UnsafeMutablePointer<Bool>
  let hasVisit: UnsafeMutablePointer<Bool>

  // MARK: By arm

  let slotOfArm: UnsafeMutablePointer<Int32>
  /// By channel whose slots are shared, how lifts come to the arms.
  let spreads: [LiftSpread]
  let spreadArms: UnsafeMutablePointer<Int32>
  let masks: UnsafeMutablePointer<Vector>
  let logOdds: UnsafeMutablePointer<Vector>
  let expected: UnsafeMutablePointer<Vector>
  /// The first day on which an arm is at risk again.
  let riskFrom: UnsafeMutablePointer<Int32>
  /// The last day of the cool-down.
  let coolEnd: UnsafeMutablePointer<Int32>
  let lastVisit: UnsafeMutablePointer<Int32>
  /// From this day on all arms are at risk, and from that day on none cools down.
  var allAtRiskFrom: Int32 = 0
  var noneCoolsFrom: Int32 = 0

  /// By arm: the sum of the probabilities to convert over the logged days at risk.
  let conversions: UnsafeMutablePointer<Double>
  /// By arm: conversions that happened on logged days.
  let realised: UnsafeMutablePointer<Double>
  /// By slot: impressions, sends, queries taken or visits on logged days.
  let touchSums: UnsafeMutablePointer<Double>
  /// By slot: queries that arrived by organic search on logged days.
  let substitutedSums: UnsafeMutablePointer<Double>

  /// How the lift of one slot comes to the arms of the slot: added to a few, or to all with a mask.
  struct LiftSpread: BitwiseCopyable {
    var channel: Int
    var slot: Int
    var effect: Double
    /// Where the arms, or the masks, begin.
    var start: Int
    /// The number of arms; 0 for a mask.
    var armCount: Int
  }

  convenience init(_ laws: WorldLaws, _ arms: [Arm]) { self.init(laws, Slots(laws.world, arms)) }

  init(_ laws: WorldLaws, _ slots: Slots) {
    self.laws = laws
    let world = laws.world
    self.slots = slots
    let (armCount, channelCount, dayCount) = (slots.armCount, world.channels.count, laws.dayCount)
    (self.armCount, self.channelCount, self.dayCount) = (armCount, channelCount, dayCount)
    let rowLength = (dayCount + 3) / 4 * 4
    self.rowLength = rowLength
    warmup = world.warmup
    needsVisits = world.channels.contains { $0.kind == .retarget }
    hasSatiation = world.intent.satiation != 0
    let blockCount = (armCount + 3) / 4
    self.blockCount = blockCount

    // Rows of four: a channel's slots begin at a multiple of it.
    var firstSlots: [Int] = []
    var slotCount = 0
    for channel in slots.channels {
      firstSlots.append(slotCount)
      slotCount += (channel.multiples.count + 3) / 4 * 4
    }
    (self.firstSlots, self.slotCount) = (firstSlots, slotCount)
    let order =
      world.channels.indices.filter { world.channels[$0].kind != .pull }
      + world.channels.indices.filter { world.channels[$0].kind == .pull }
    var (lawList, driveList, driverSlotList): ([ChannelLaw], [ChannelLaw.Drive], [Int32]) = ([], [], [])
    for index in order {
      var law = ChannelLaw(
        world.channels[index], index: index, firstSlot: firstSlots[index], slots: slots.channels[index], world: world)
      law.firstDrive = driveList.count
      for drive in slots.channels[index].drives {
        driveList.append(
          ChannelLaw.Drive(
            channel: drive.channel, effect: drive.effect, firstSlot: driverSlotList.count,
            isByArm: slots.channels[drive.channel].isByArm))
        driverSlotList += drive.slots.map { $0 + Int32(firstSlots[drive.channel]) }
      }
      lawList.append(law)
    }
    channels = memory.copy(lawList)
    drives = memory.copy(driveList)
    driverSlots = memory.copy(driverSlotList)
    rates = memory.copy(laws.rates)
    pulses = memory.copy(laws.pulses)
    dayLogOdds = memory.copy(laws.logOdds)
    multiples = memory.take(slotCount, 0)
    multiplesBefore = memory.take(slotCount, 0)
    for (channel, first) in zip(slots.channels, firstSlots) {
      for (slot, multiple) in channel.multiples.enumerated() {
        multiples[first + slot] = multiple
        multiplesBefore[first + slot] = world.truth.counterfactual == .stop ? 1 : multiple
      }
    }

    movement = memory.take(rowLength, 0)
    coins = memory.take(rowLength, 0)
    uniforms = memory.take(rowLength * channelCount, 0)
    userRates = memory.take(rowLength * channelCount, 0)
    let rows = slots.channels.allSatisfy(\.isByArm) ? 0 : slotCount * rowLength
    touchRows = memory.take(rows, 0)
    substitutedRows = memory.take(rows, 0)
    visitRows = memory.take(rows, false)
    feltRows = memory.take(rows, 0)
    firstTouch = memory.take(slotCount, dayCount)
    visitDays = memory.take(rowLength * channelCount, false)

    armTouches = memory.take(slotCount, 0)
    armSubstituted = memory.take(slotCount, 0)
    armVisited = memory.take(slotCount, false)
    armExposures = memory.take(slotCount / 4, Vector())
    armFelt = memory.take(slotCount / 4, Vector())
    isExposed = memory.take(channelCount, false)
    hasTouch = memory.take(channelCount, false)
    hasVisit = memory.take(channelCount, false)

    slotOfArm = memory.copy(slots.channels.flatMap(\.ofArm))
    let spread = Self.spreads(world, slots, firstSlots: firstSlots, blockCount: blockCount)
    spreads = spread.spreads
    spreadArms = memory.copy(spread.arms)
    masks = memory.copy(spread.masks)
    logOdds = memory.take(blockCount, Vector())
    expected = memory.take(blockCount, Vector())
    conversions = UnsafeMutableRawPointer(expected).assumingMemoryBound(to: Double.self)
    riskFrom = memory.take(armCount, 0)
    coolEnd = memory.take(armCount, 0)
    lastVisit = memory.take(armCount, 0)
    realised = memory.take(armCount, 0)
    touchSums = memory.take(slotCount, 0)
    substitutedSums = memory.take(slotCount, 0)
  }

  private static func spreads(
    _ world: World, _ slots: Slots, firstSlots: [Int], blockCount: Int
  ) -> (spreads: [LiftSpread], arms: [Int32], masks: [Vector]) {
    var (spreads, arms, masks): ([LiftSpread], [Int32], [Vector]) = ([], [], [])
    for (index, channel) in slots.channels.enumerated() where !channel.isByArm {
      guard world.channels[index].kind != .organic && world.channels[index].effect != 0 else { continue }
      for slot in channel.multiples.indices {
        let own = channel.ofArm.indices.filter { channel.ofArm[$0] == Int32(slot) }
        var spread = LiftSpread(
          channel: index, slot: firstSlots[index] + slot, effect: world.channels[index].effect, start: arms.count,
          armCount: own.count)
        if own.count > max(2, blockCount) {
          spread.armCount = 0
          spread.start = masks.count
          for block in 0..<blockCount {
            var mask = Vector()
            for lane in 0..<4 where 4 * block + lane < channel.ofArm.count {
              mask[lane] = channel.ofArm[4 * block + lane] == Int32(slot) ? 1 : 0
            }
            masks.append(mask)
          }
        } else {
          arms += own.map { Int32($0) }
        }
        spreads.append(spread)
      }
    }
    return (spreads, arms, masks)
  }

  /// The place of an arm's slot of a channel in the figures by slot.
  func place(channel: Int, arm: Int) -> Int { firstSlots[channel] + Int(slotOfArm[channel * armCount + arm]) }

  /// What the first arm met on a channel on a logged day, while that day is lived.
  func met(channel: Int, day: Int) -> (touches: Int, substituted: Int, isVisit: Bool) {
    let place = place(channel: channel, arm: 0)
    if slots.channels[channel].isByArm {
      return (Int(armTouches[place]), Int(armSubstituted[place]), armVisited[place])
    }
    let row = place * rowLength + warmup + day
    return (Int(touchRows[row]), Int(substitutedRows[row]), visitRows[row])
  }

  // MARK: A life

  /// Lives a user's life; the sums are then the user's.
  ///
  /// - Parameter eachDay: Called at the end of each logged day, from 0, with whether the first arm converted.
  @inline(__always)
  func live(_ user: UInt64, eachDay: (Int, Bool) -> Void) {
    let person = laws.person(user)
    reset()
    lookAhead(user, person)
    for day in 0..<dayCount {
      for place in 0..<channelCount where channels[place].isByArm { meetByArm(channels[place], user, day) }
      if needsVisits { noteVisits(day) }
      addLifts(dayLogOdds[day] + person.latent + movement[day], day)
      let first = convert(day)
      if day >= warmup { eachDay(day &- warmup, first) }
    }
  }

  private func reset() {
    touchSums.update(repeating: 0, count: slotCount)
    substitutedSums.update(repeating: 0, count: slotCount)
    armExposures.update(repeating: Vector(), count: slotCount / 4)
    armFelt.update(repeating: Vector(), count: slotCount / 4)
    armTouches.update(repeating: 0, count: slotCount)
    armSubstituted.update(repeating: 0, count: slotCount)
    isExposed.update(repeating: false, count: channelCount)
    hasTouch.update(repeating: false, count: channelCount)
    hasVisit.update(repeating: false, count: channelCount)
    riskFrom.update(repeating: 0, count: armCount)
    coolEnd.update(repeating: -1, count: armCount)
    lastVisit.update(repeating: .min / 2, count: armCount)
    expected.update(repeating: Vector(), count: blockCount)
    realised.update(repeating: 0, count: armCount)
    allAtRiskFrom = 0
    noneCoolsFrom = 0
  }

  private func noteVisits(_ day: Int) {
    let today = Int32(truncatingIfNeeded: day)
    for place in 0..<channelCount {
      let channel = channels[place]
      let own = slotOfArm.advanced(by: channel.index &* armCount)
      if channel.isByArm {
        guard hasVisit[channel.index] else { continue }
        let visits = armVisited.advanced(by: channel.firstSlot)
        for arm in 0..<armCount where visits[Int(own[arm])] { lastVisit[arm] = today }
      } else {
        guard visitDays[channel.index &* rowLength &+ day] else { continue }
        let visits = visitRows.advanced(by: channel.firstSlot &* rowLength &+ day)
        for arm in 0..<armCount where visits[Int(own[arm]) &* rowLength] { lastVisit[arm] = today }
      }
    }
  }
}

/// Plain memory that is given back at once.
final class LifeMemory {
  private var pieces: [UnsafeMutableRawPointer] = []

  /// Room for so many values, all the same to begin with.
  func take<Value: BitwiseCopyable>(_ count: Int, _ value: Value) -> UnsafeMutablePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: max(count, 1))
    pointer.initialize(repeating: value, count: max(count, 1))
    pieces.append(UnsafeMutableRawPointer(pointer))
    return pointer
  }

  /// A copy of some values.
  func copy<Value: BitwiseCopyable>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: max(values.count, 1))
    pointer.initialize(from: values, count: values.count)
    pieces.append(UnsafeMutableRawPointer(pointer))
    return pointer
  }

  deinit { for piece in pieces { piece.deallocate() } }
}
