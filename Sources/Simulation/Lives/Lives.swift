import RealModule

/// Lives users' lives, one user at a time, in all arms at once.
///
/// Goals, in this order: exactly the laws of <doc:Worlds>; the same random numbers in every arm; little work for an arm more. What arms share
/// is worked out once a slot (``Slots``), so that what is left for an arm is to add up its felt exposures and one logistic function a day, four
/// arms at a time.
///
/// One thread uses one instance. All memory is taken at the beginning, as plain memory: an array would be asked for its owner at every look.
final class Lives {
  let laws: WorldLaws
  let slots: Slots
  let armCount: Int
  private let channelCount: Int
  private let dayCount: Int
  private let warmup: Int
  private let coolDown: Int32
  private let repeats: Bool
  private let needsVisits: Bool
  private let hasSatiation: Bool
  private let movement: Double

  private typealias Vector = Logistic.Vector
  private let memory = LifeMemory()

  // MARK: Laws

  /// In the order of the day: push, retarget, owned and organic channels, and then pull channels, which push drives.
  private let channels: UnsafeMutablePointer<ChannelLaw>
  private let drives: UnsafeMutablePointer<ChannelLaw.Drive>
  private let driverSlots: UnsafeMutablePointer<Int32>
  /// By channel and day.
  private let rates: UnsafeMutablePointer<Double>
  private let pulses: UnsafeMutablePointer<Double>
  private let dayLogOdds: UnsafeMutablePointer<Double>
  private let firstSlots: [Int]

  // MARK: What a day left, by slot

  /// Impressions, sends, queries taken, or visits.
  let touches: UnsafeMutablePointer<Int32>
  /// Queries that arrived by organic search.
  let substituted: UnsafeMutablePointer<Int32>
  /// Whether there was a visit.
  let visited: UnsafeMutablePointer<Bool>
  private let exposures: UnsafeMutablePointer<Double>
  private let felt: UnsafeMutablePointer<Double>
  private let multiples: UnsafeMutablePointer<Double>
  private let slotCount: Int

  // MARK: What a user is, by channel

  private let isExposed: UnsafeMutablePointer<Bool>
  private let hasTouch: UnsafeMutablePointer<Bool>
  private let hasVisit: UnsafeMutablePointer<Bool>
  private let userRates: UnsafeMutablePointer<Double>
  private let subscriptions: UnsafeMutablePointer<Double>
  private let phases: UnsafeMutablePointer<Int>
  /// The words of the day, two a pair of channels.
  private let words: UnsafeMutablePointer<UInt64>

  // MARK: By arm

  private let blockCount: Int
  private let slotOfArm: UnsafeMutablePointer<Int32>
  /// By slot, 1 for the arms of the slot; only where a channel has few slots.
  private let masks: UnsafeMutablePointer<Vector>
  private let hasMasks: UnsafeMutablePointer<Bool>
  private let logOdds: UnsafeMutablePointer<Vector>
  private let expected: UnsafeMutablePointer<Vector>
  /// The first day on which an arm is at risk again.
  private let riskFrom: UnsafeMutablePointer<Int32>
  /// The last day of the cool-down.
  private let coolEnd: UnsafeMutablePointer<Int32>
  private let lastVisit: UnsafeMutablePointer<Int32>
  /// From this day on all arms are at risk.
  private var allAtRiskFrom: Int32 = 0

  /// By arm: the sum of the probabilities to convert over the logged days at risk.
  let conversions: UnsafeMutablePointer<Double>
  /// By arm: conversions that happened on logged days.
  let realised: UnsafeMutablePointer<Double>
  /// By slot: what ``touches`` came to on logged days.
  let touchSums: UnsafeMutablePointer<Double>
  let substitutedSums: UnsafeMutablePointer<Double>

  /// Channels with more slots look each arm's slot up instead of adding masked lifts.
  private static let mostMasks = 4

  init(_ laws: WorldLaws, _ arms: [Arm]) {
    self.laws = laws
    let world = laws.world
    let slots = Slots(world, arms)
    self.slots = slots
    let (armCount, channelCount) = (arms.count, world.channels.count)
    (self.armCount, self.channelCount) = (armCount, channelCount)
    dayCount = laws.dayCount
    warmup = world.warmup
    coolDown = Int32(world.conversion.coolDown)
    repeats = world.conversion.repeats
    needsVisits = world.channels.contains { $0.kind == .retarget }
    hasSatiation = world.intent.satiation != 0
    movement = world.intent.movement
    blockCount = (armCount + 3) / 4

    var firstSlots: [Int] = []
    var slotCount = 0
    for channel in slots.channels {
      firstSlots.append(slotCount)
      slotCount += channel.multiples.count
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
          ChannelLaw.Drive(channel: drive.channel, effect: drive.effect, firstSlot: driverSlotList.count))
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

    touches = memory.take(slotCount, 0)
    substituted = memory.take(slotCount, 0)
    visited = memory.take(slotCount, false)
    exposures = memory.take(slotCount, 0)
    felt = memory.take(slotCount, 0)
    multiples = memory.take(slotCount, 0)
    touchSums = memory.take(slotCount, 0)
    substitutedSums = memory.take(slotCount, 0)
    isExposed = memory.take(channelCount, false)
    hasTouch = memory.take(channelCount, false)
    hasVisit = memory.take(channelCount, false)
    userRates = memory.take(channelCount, 0)
    subscriptions = memory.take(channelCount, 0)
    phases = memory.take(channelCount, 0)
    words = memory.take(channelCount + 1, 0)
    slotOfArm = memory.copy(slots.channels.flatMap(\.ofArm))
    logOdds = memory.take(blockCount, Vector())
    expected = memory.take(blockCount, Vector())
    conversions = UnsafeMutableRawPointer(expected).assumingMemoryBound(to: Double.self)
    riskFrom = memory.take(armCount, 0)
    coolEnd = memory.take(armCount, 0)
    lastVisit = memory.take(armCount, 0)
    realised = memory.take(armCount, 0)
    var (maskList, hasMaskList): ([Vector], [Bool]) = ([], [])
    for channel in slots.channels {
      hasMaskList.append(channel.multiples.count <= Self.mostMasks)
      for slot in channel.multiples.indices {
        for block in 0..<blockCount {
          var mask = Vector()
          for lane in 0..<4 where 4 * block + lane < armCount {
            mask[lane] = channel.ofArm[4 * block + lane] == Int32(slot) ? 1 : 0
          }
          maskList.append(mask)
        }
      }
    }
    masks = memory.copy(maskList)
    hasMasks = memory.copy(hasMaskList)
  }

  /// The place of an arm's slot of a channel in the figures by slot.
  func place(channel: Int, arm: Int) -> Int { firstSlots[channel] + Int(slotOfArm[channel * armCount + arm]) }

  // MARK: A life

  /// Lives a user's life; the sums are then the user's.
  ///
  /// - Parameter eachDay: Called at the end of each logged day, from 0, with whether the first arm converted.
  @inline(__always)
  func live(_ user: UInt64, eachDay: (Int, Bool) -> Void) {
    let person = laws.person(user)
    reset(user, person)
    let numbers = laws.numbers
    let (kept, new) = (laws.movementKept, laws.movementNew)
    var moved = 0.0
    for day in 0..<dayCount {
      let logged = day &- warmup
      if day == 0 || logged == 0 { setMultiples(logged) }
      let dayWords = numbers.words(user: user, day: logged, .day)
      for pair in 0..<(channelCount &+ 1) / 2 {
        let pairWords = numbers.words(user: user, day: logged, channel: pair, .touches)
        words[2 &* pair] = pairWords.0
        if 2 &* pair &+ 1 < channelCount { words[2 &* pair &+ 1] = pairWords.1 }
      }
      let shock = WorldNumbers.normal(dayWords.0)
      moved = day == 0 ? movement * shock : kept * moved + new * shock
      for place in 0..<channelCount { meet(channels[place], user, day, moved) }
      if needsVisits { noteVisits(day) }
      addLifts(dayLogOdds[day] + person.latent + moved)
      let first = convert(day, uniform: WorldNumbers.uniform(dayWords.1))
      if logged >= 0 {
        addTouches()
        eachDay(logged, first)
      }
    }
  }

  private func reset(_ user: UInt64, _ person: WorldLaws.Person) {
    exposures.update(repeating: 0, count: slotCount)
    felt.update(repeating: 0, count: slotCount)
    touches.update(repeating: 0, count: slotCount)
    substituted.update(repeating: 0, count: slotCount)
    touchSums.update(repeating: 0, count: slotCount)
    substitutedSums.update(repeating: 0, count: slotCount)
    isExposed.update(repeating: false, count: channelCount)
    hasTouch.update(repeating: false, count: channelCount)
    riskFrom.update(repeating: 0, count: armCount)
    coolEnd.update(repeating: -1, count: armCount)
    lastVisit.update(repeating: .min / 2, count: armCount)
    expected.update(repeating: Vector(), count: blockCount)
    realised.update(repeating: 0, count: armCount)
    allAtRiskFrom = 0
    for place in 0..<channelCount {
      let channel = channels[place]
      userRates[channel.index] =
        channel.latent == 0 ? person.activity : person.activity * .exp(channel.latent * person.latent)
      if channel.kind == .owned {
        let subscription = laws.subscription(user, channel.index)
        subscriptions[channel.index] = subscription.uniform
        phases[channel.index] = subscription.phase
      }
    }
  }

  /// What each slot spends from a day on.
  private func setMultiples(_ logged: Int) {
    let isBefore = logged < 0 && laws.world.truth.counterfactual == .stop
    for (channel, first) in zip(slots.channels, firstSlots) {
      for (slot, multiple) in channel.multiples.enumerated() { multiples[first + slot] = isBefore ? 1 : multiple }
    }
  }

  // MARK: Touches

  /// Today's touches on a channel, in all slots.
  @inline(__always)
  private func meet(_ channel: ChannelLaw, _ user: UInt64, _ day: Int, _ moved: Double) {
    switch channel.kind {
    case .push, .organic, .retarget: deliver(channel, user, day, moved)
    case .owned: send(channel, user, day)
    case .pull: search(channel, user, day, moved)
    }
    if channel.kind != .organic { feel(channel) }
  }

  /// The rate before what differs between slots.
  @inline(__always)
  private func rate(_ channel: ChannelLaw, _ day: Int, _ moved: Double) -> Double {
    let rate = rates[channel.index &* dayCount &+ day] * userRates[channel.index]
    return channel.moving == 0 ? rate : rate * .exp(channel.moving * moved)
  }

  /// Forgets the touches of the day before, where there were any.
  @inline(__always)
  private func clear(_ channel: ChannelLaw) {
    hasVisit[channel.index] = false
    guard hasTouch[channel.index] else { return }
    hasTouch[channel.index] = false
    touches.advanced(by: channel.firstSlot).update(repeating: 0, count: channel.slotCount)
    substituted.advanced(by: channel.firstSlot).update(repeating: 0, count: channel.slotCount)
    visited.advanced(by: channel.firstSlot).update(repeating: false, count: channel.slotCount)
  }

  @inline(__always)
  private func deliver(_ channel: ChannelLaw, _ user: UInt64, _ day: Int, _ moved: Double) {
    clear(channel)
    let rate = rate(channel, day, moved)
    let uniform = WorldNumbers.uniform(words[channel.index])
    let today = Int32(truncatingIfNeeded: day)
    var any = false
    for slot in 0..<channel.slotCount {
      var mean = rate * multiples[channel.firstSlot &+ slot]
      if channel.isByArm {
        if hasSatiation && coolEnd[slot] >= today { mean *= channel.sated }
        if channel.kind == .retarget && lastVisit[slot] < today &- channel.window { mean = 0 }
      }
      let number = Counts.poisson(uniform, mean: mean)
      if number > 0 {
        touches[channel.firstSlot &+ slot] = Int32(truncatingIfNeeded: number)
        any = true
      }
    }
    guard any else { return }
    hasTouch[channel.index] = true
    noteClicks(channel, user, day)
  }

  /// Which slots had a visit; an organic touch is one, an impression may lead to one.
  private func noteClicks(_ channel: ChannelLaw, _ user: UInt64, _ day: Int) {
    if channel.kind == .organic {
      hasVisit[channel.index] = true
      for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount { visited[slot] = touches[slot] > 0 }
    } else if channel.clickRate > 0 {
      let word = laws.numbers.words(user: user, day: day &- warmup, channel: channel.index, .click).0
      let uniform = WorldNumbers.uniform(word)
      var (number, none) = (Int32(0), 1.0)
      for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount where touches[slot] > 0 {
        // Slots mostly agree in their impressions.
        if touches[slot] != number {
          number = touches[slot]
          none = .pow(1 - channel.clickRate, Int(number))
        }
        visited[slot] = uniform < 1 - none
        if visited[slot] { hasVisit[channel.index] = true }
      }
    }
  }

  private func send(_ channel: ChannelLaw, _ user: UInt64, _ day: Int) {
    clear(channel)
    guard (day &+ phases[channel.index]) % channel.period == 0 else { return }
    var any = false
    for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount
    where subscriptions[channel.index] < multiples[slot] * channel.subscribers {
      touches[slot] = 1
      any = true
    }
    guard any else { return }
    hasTouch[channel.index] = true
    noteClicks(channel, user, day)
  }

  /// Queries of a channel a day, at the most.
  static let mostQueries = 16

  @inline(__always)
  private func search(_ channel: ChannelLaw, _ user: UInt64, _ day: Int, _ moved: Double) {
    clear(channel)
    let rate = rate(channel, day, moved)
    let uniform = WorldNumbers.uniform(words[channel.index])
    let today = Int32(truncatingIfNeeded: day)
    for slot in 0..<channel.slotCount {
      var mean = rate
      if channel.isByArm && hasSatiation && coolEnd[slot] >= today { mean *= channel.sated }
      var drive = 0.0
      for place in channel.firstDrive..<channel.firstDrive &+ channel.driveCount where isExposed[drives[place].channel] {
        drive += drives[place].effect * felt[Int(driverSlots[drives[place].firstSlot &+ slot])]
      }
      if drive != 0 { mean *= .exp(drive) }
      let queries = min(Counts.poisson(uniform, mean: mean), Self.mostQueries)
      if queries > 0 { answer(queries, channel, slot, user, day) }
    }
  }

  /// Lets the ad take queries, and organic search some of the others.
  private func answer(_ queries: Int, _ channel: ChannelLaw, _ slot: Int, _ user: UInt64, _ day: Int) {
    let place = channel.firstSlot &+ slot
    let pulse = pulses[channel.index &* dayCount &+ day]
    // (1 − take)^(pulse × multiple); with take = 1 and no spend, 0 × ∞.
    let missing = multiples[place] == 0 ? 1 : Double.exp(channel.logMissing * pulse * multiples[place])
    for query in 0..<queries {
      let words = laws.numbers.words(user: user, day: day &- warmup, channel: channel.index, index: query, .query)
      if WorldNumbers.uniform(words.0) < 1 - missing {
        touches[place] &+= 1
      } else if WorldNumbers.uniform(words.1) < channel.substitution {
        substituted[place] &+= 1
      }
    }
    guard touches[place] + substituted[place] > 0 else { return }
    visited[place] = true
    hasVisit[channel.index] = true
    hasTouch[channel.index] = true
  }

  /// Carries exposure over, adds today's, and works out what is felt of it.
  @inline(__always)
  private func feel(_ channel: ChannelLaw) {
    let isTouched = hasTouch[channel.index]
    if !isExposed[channel.index] {
      guard isTouched else { return }
      isExposed[channel.index] = true
    }
    for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount {
      var exposure = exposures[slot] * channel.decay
      if isTouched { exposure += Double(touches[slot]) + channel.carried * Double(substituted[slot]) }
      exposures[slot] = exposure
      felt[slot] = channel.felt(exposure)
    }
  }

  private func noteVisits(_ day: Int) {
    for index in 0..<channelCount where hasVisit[index] {
      let own = slotOfArm.advanced(by: index &* armCount)
      let visits = visited.advanced(by: firstSlots[index])
      for arm in 0..<armCount where visits[Int(own[arm])] { lastVisit[arm] = Int32(truncatingIfNeeded: day) }
    }
  }

  // MARK: Conversions

  @inline(__always)
  private func addLifts(_ common: Double) {
    logOdds.update(repeating: Vector(repeating: common), count: blockCount)
    for place in 0..<channelCount {
      let channel = channels[place]
      guard isExposed[channel.index] && channel.effect != 0 else { continue }
      if hasMasks[channel.index] {
        for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount where felt[slot] != 0 {
          let lift = Vector(repeating: channel.effect * felt[slot])
          let mask = masks.advanced(by: slot &* blockCount)
          for block in 0..<blockCount { logOdds[block] += lift * mask[block] }
        }
      } else {
        let own = slotOfArm.advanced(by: channel.index &* armCount)
        let felt = felt.advanced(by: channel.firstSlot)
        let odds = UnsafeMutableRawPointer(logOdds).assumingMemoryBound(to: Double.self)
        for arm in 0..<armCount { odds[arm] += channel.effect * felt[Int(own[arm])] }
      }
    }
    for interaction in laws.world.interactions where isExposed[interaction.first] && isExposed[interaction.second] {
      let odds = UnsafeMutableRawPointer(logOdds).assumingMemoryBound(to: Double.self)
      let (first, second) = (
        slotOfArm.advanced(by: interaction.first &* armCount), slotOfArm.advanced(by: interaction.second &* armCount)
      )
      let (one, two) = (
        felt.advanced(by: firstSlots[interaction.first]), felt.advanced(by: firstSlots[interaction.second])
      )
      for arm in 0..<armCount { odds[arm] += interaction.effect * one[Int(first[arm])] * two[Int(second[arm])] }
    }
  }

  /// Lets arms convert; returns whether the first did.
  @inline(__always)
  private func convert(_ day: Int, uniform: Double) -> Bool {
    let isLogged = day >= warmup
    let today = Int32(truncatingIfNeeded: day)
    let draw = Vector(repeating: uniform)
    let allAtRisk = allAtRiskFrom <= today
    var first = false
    for block in 0..<blockCount {
      var chances = Logistic.logistic(logOdds[block])
      if !allAtRisk {
        for lane in 0..<min(4, armCount &- 4 &* block) where riskFrom[4 &* block &+ lane] > today { chances[lane] = 0 }
      }
      if isLogged { expected[block] += chances }
      guard any(draw .< chances) else { continue }
      for lane in 0..<min(4, armCount &- 4 &* block) where uniform < chances[lane] {
        let arm = 4 &* block &+ lane
        if isLogged { realised[arm] += 1 }
        coolEnd[arm] = today &+ coolDown
        riskFrom[arm] = repeats ? coolEnd[arm] &+ 1 : .max
        allAtRiskFrom = max(allAtRiskFrom, riskFrom[arm])
        // Where the day has no visit yet, the conversion implies one.
        lastVisit[arm] = today
        if arm == 0 { first = true }
      }
    }
    return first
  }

  @inline(__always)
  private func addTouches() {
    for place in 0..<channelCount where hasTouch[channels[place].index] {
      let channel = channels[place]
      for slot in channel.firstSlot..<channel.firstSlot &+ channel.slotCount {
        touchSums[slot] += Double(touches[slot])
        substitutedSums[slot] += Double(substituted[slot])
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
