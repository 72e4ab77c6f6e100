/// Makes journeys of one person's events after another, by the rules in <doc:BuildingJourneys>.
struct PersonJourneys: ~Copyable {
  /// One event while its person's are put in order.
  struct Item: BitwiseCopyable {
    var time: Int64
    /// Role, kind and touchpoint in the order in which events of one instant come. Plain touches with equal times and
    /// keys are duplicates.
    var key: UInt64
    /// Its index among the shard's events.
    var index: UInt32
    var touchpoint: Int32
    var kind: TouchKind
    var role: Event.Role
    var conversions: Double
    var value: Double
  }

  private struct Touch {
    var time: Int64
    var touchpoint: Int32
    var kind: TouchKind
    var fate: JourneyAccount.Fate = .outsideLookback
  }

  private struct Conversion {
    var time: Int64
    var totals: PathTotals
    /// The number of the person's touches at or before it.
    var touchEnd: Int
  }

  private let rules: JourneyRules
  private let isDirect: [Bool]
  private(set) var journeys = JourneySet()
  private(set) var account = JourneyAccount()
  private var touches: [Touch] = []
  private var conversions: [Conversion] = []
  /// The touches, by index in `touches`, of the journey that is being made.
  private var kept: [Int] = []

  /// - Parameter isDirect: By touchpoint.
  init(_ rules: JourneyRules, isDirect: [Bool]) {
    self.rules = rules
    self.isDirect = isDirect
  }

  // MARK: One person

  /// Adds a person's journeys.
  ///
  /// - Parameters:
  ///   - items: The person's events in order.
  ///   - person: The person's index in the shard's fixed order.
  /// - Returns: The number of items that are in use, moved to the front: without duplicates, and none of a bot.
  @inline(__always)
  mutating func add(_ items: UnsafeMutableBufferPointer<Item>, person: Int32) -> Int {
    account.persons &+= 1
    account.include(items[0].time...items[items.count - 1].time)
    let items = UnsafeMutableBufferPointer(rebasing: items[..<withoutDuplicates(items)])
    let touchCount = items.reduce(0) { $0 &+ ($1.role.isTouch ? 1 : 0) }
    account.mostTouches = max(account.mostTouches, touchCount)
    if let limit = rules.maximumTouches, touchCount > limit {
      account.bots += 1
      account[.bot] += items.count
      for item in items { account.droppedConversions += item.conversions }
      return 0
    }
    sort(items)
    let firstJourney = journeys.count
    switch rules.conversions {
    case .endJourney: endJourneys(person)
    case .lookBack: lookBack(person)
    }
    for touch in touches { account[touch.fate] &+= 1 }
    for journey in firstJourney..<journeys.count {
      let converted = journeys.totals[journey].conversions
      if journeys.range(journey).isEmpty {
        account.untouchedConversions += converted
      } else {
        account.touchedConversions += converted
      }
    }
    return items.count
  }

  /// Notes what the person added last met and did, however it was cut into journeys.
  ///
  /// - Parameter key: The person's.
  func noteHistory(_ key: UInt64, in histories: inout ExposureHistories) {
    var met = touches.map {
      ExposureHistories.DayTouch(time: $0.time, touchpoint: $0.touchpoint, kind: $0.kind)
    }
    histories.addPerson(key: key, touches: &met, conversions: conversions.lazy.map { ($0.time, $0.totals) })
  }

  private mutating func withoutDuplicates(_ items: UnsafeMutableBufferPointer<Item>) -> Int {
    guard rules.duplicates == .drop else { return items.count }
    var count = 1
    for index in 1..<max(items.count, 1) {
      let (item, last) = (items[index], items[count &- 1])
      if item.time == last.time && item.key == last.key && item.conversions == last.conversions
        && item.value == last.value
      {
        account[.duplicate] &+= 1
        account.droppedConversions += item.conversions
      } else {
        items[count] = item
        count &+= 1
      }
    }
    return count
  }

  /// Sorts the events into touches and conversions.
  @inline(__always)
  private mutating func sort(_ items: UnsafeMutableBufferPointer<Item>) {
    touches.removeAll(keepingCapacity: true)
    conversions.removeAll(keepingCapacity: true)
    for item in items {
      if item.role.isTouch {
        touches.append(Touch(time: item.time, touchpoint: item.touchpoint, kind: item.kind))
      }
      switch item.role {
      case .touch: break
      case .touchAndConversion, .conversion:
        if item.role == .conversion { account[.conversion] &+= 1 }
        let totals = PathTotals(conversions: item.conversions, value: item.value)
        if let last = conversions.last, last.time == item.time {
          conversions[conversions.count - 1].totals += totals
          conversions[conversions.count - 1].touchEnd = touches.count
        } else {
          conversions.append(
            Conversion(time: item.time, totals: totals, touchEnd: touches.count))
        }
      case .refund:
        if conversions.isEmpty || rules.refunds == .drop {
          account[.refundDropped] += 1
        } else {
          account[.refund] += 1
          account.refunded += item.value
          conversions[conversions.count - 1].totals.value += item.value
        }
      }
    }
  }

  // MARK: Journeys

  private mutating func endJourneys(_ person: Int32) {
    var start = 0
    for index in conversions.indices {
      let conversion = conversions[index]
      let run = closeRuns(start..<conversion.touchEnd, before: conversion.time, person) { _ in true }
      for position in run { keepWithinLookback(position, of: conversion.time) }
      finish(conversion.totals, endTime: conversion.time, .convertingTouch, person)
      start = conversion.touchEnd
    }
    closeTail(start, person) { _ in true }
  }

  private mutating func lookBack(_ person: Int32) {
    var reached = [Bool](repeating: false, count: touches.count)
    // Both lookbacks only move forward: what is too old for one conversion is too old for all that follow.
    var first = 0
    var oldest: Int64?
    if let lookback = rules.lookback, let impressions = rules.impressionLookback { oldest = max(lookback, impressions) }
    for conversion in conversions {
      while let oldest, first < conversion.touchEnd, Self.exceeds(conversion.time, touches[first].time, oldest) {
        first += 1
      }
      for position in first..<conversion.touchEnd where keepWithinLookback(position, of: conversion.time) {
        reached[position] = true
      }
      finish(conversion.totals, endTime: conversion.time, .convertingTouch, person)
    }
    let isFree: (Range<Int>) -> Bool = { run in !run.contains { reached[$0] } }
    var start = 0
    for conversion in conversions {
      _ = closeRuns(start..<conversion.touchEnd, before: conversion.time, person, where: isFree)
      start = conversion.touchEnd
    }
    closeTail(start, person, where: isFree)
  }

  /// Cuts touches where the gap is exceeded, and closes the runs that no conversion ended.
  ///
  /// - Returns: The run that lasts until `end`, perhaps empty; it is not closed.
  @inline(__always)
  private mutating func closeRuns(
    _ range: Range<Int>, before end: Int64, _ person: Int32,
    where isJourney: (Range<Int>) -> Bool
  ) -> Range<Int> {
    guard let gap = rules.gap else { return range }
    var start = range.lowerBound
    for position in range {
      let next = position + 1 < range.upperBound ? touches[position + 1].time : end
      if Self.exceeds(next, touches[position].time, gap) {
        closeRun(start..<position + 1, person, where: isJourney)
        start = position + 1
      }
    }
    return start..<range.upperBound
  }

  /// Closes the runs behind the last conversion.
  private mutating func closeTail(
    _ start: Int, _ person: Int32, where isJourney: (Range<Int>) -> Bool
  ) {
    let range = start..<touches.count
    guard let last = touches.last, !range.isEmpty else { return }
    if rules.afterConversion == .drop && !conversions.isEmpty {
      for position in range { improve(position, .afterConversion) }
      return
    }
    let run = closeRuns(range, before: last.time, person, where: isJourney)
    closeRun(run, person, where: isJourney)
  }

  /// Makes a run a journey without conversion.
  private mutating func closeRun(
    _ run: Range<Int>, _ person: Int32, where isJourney: (Range<Int>) -> Bool
  ) {
    guard !run.isEmpty && isJourney(run) else { return }
    kept.append(contentsOf: run)
    let totals = PathTotals(conversions: 0, nonConverting: 1)
    finish(totals, endTime: touches[run.upperBound - 1].time, .otherTouch, person)
  }

  /// Whether one time lies more than a duration behind another.
  @inline(__always)
  private static func exceeds(_ later: Int64, _ earlier: Int64, _ duration: Int64) -> Bool {
    later &- earlier > duration
  }

  @inline(__always) @discardableResult
  private mutating func keepWithinLookback(_ position: Int, of end: Int64) -> Bool {
    let touch = touches[position]
    let limit = touch.kind == .impression ? rules.impressionLookback : rules.lookback
    if let limit, Self.exceeds(end, touch.time, limit) { return false }
    kept.append(position)
    return true
  }

  @inline(__always)
  private mutating func improve(_ position: Int, _ fate: JourneyAccount.Fate) {
    if fate.rawValue < touches[position].fate.rawValue { touches[position].fate = fate }
  }

  /// Applies what is left of the rules to the touches kept, and closes their journey.
  @inline(__always)
  private mutating func finish(
    _ totals: PathTotals, endTime: Int64, _ fate: JourneyAccount.Fate, _ person: Int32
  ) {
    if rules.direct == .drop { dropDirect() }
    if let repeats = rules.repeats { dropRepeats(repeats) }
    for position in kept {
      improve(position, fate)
      journeys.addTouch(touches[position].touchpoint, at: touches[position].time)
    }
    kept.removeAll(keepingCapacity: true)
    journeys.close(totals, endTime: endTime, person: person)
  }

  private mutating func dropDirect() {
    guard kept.contains(where: { !isDirect[Int(touches[$0].touchpoint)] }) else { return }
    var count = 0
    for position in kept {
      if isDirect[Int(touches[position].touchpoint)] {
        improve(position, .direct)
      } else {
        kept[count] = position
        count += 1
      }
    }
    kept.removeLast(kept.count - count)
  }

  private mutating func dropRepeats(_ most: Int) {
    var later: [Int] = []
    var (count, last) = (0, Int32(-1))
    for position in kept.reversed() {
      let touchpoint = touches[position].touchpoint
      count = touchpoint == last ? count + 1 : 1
      last = touchpoint
      if count <= most { later.append(position) } else { improve(position, .repeated) }
    }
    kept = later.reversed()
  }
}
