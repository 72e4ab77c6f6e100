import TouchstoneParallel

/// Makes journeys of an event log.
public struct JourneyBuilder: Sendable {
  public let rules: JourneyRules

  public init(_ rules: JourneyRules = JourneyRules()) { self.rules = rules }

  /// What a log came to.
  public struct Result: Sendable {
    /// The journeys, merged where their paths are equal; touchpoints are in the order of their names.
    public let paths: PathTable
    /// What became of every event.
    public let account: JourneyAccount
    /// What is known of each touchpoint, where it was asked for.
    public let profile: JourneyProfile?
    /// Which journeys are one person's, where it was asked for.
    public let jointJourneys: JointJourneys?
    /// What each person met day by day, where it was asked for.
    public let exposures: ExposureHistories?
    /// Conversions by period, where they were asked for.
    public let periods: PeriodConversions?
  }

  /// Shards that become journeys before they are merged into the table: enough for eight cores, and the journeys of an
  /// eighth of all persons in memory.
  private static let shardsPerWave = 8

  /// Makes the journeys.
  ///
  /// Persons and touchpoints have a fixed order that does not depend on that of the input; so has every sum.
  ///
  /// - Parameters:
  ///   - log: The events.
  ///   - rename: The touchpoint that a name of the log stands for; several may stand for one.
  ///   - halfLives: The half-lives in days to carry time-decay credit for, each above 0.
  ///   - wantsProfile: Whether to profile the touchpoints.
  ///   - wantsJointJourneys: Whether to note which journeys are one person's.
  ///   - wantsExposures: Whether to note what each person met day by day.
  ///   - periods: The periods to count conversions in, if any.
  /// - Complexity: O(n log n) in the events of each person; memory for the journeys of eight shards besides the path
  ///   table.
  public func build(
    _ log: EventLog, rename: @Sendable (String) -> String = { $0 }, halfLives: [Double] = [],
    wantsProfile: Bool = false, wantsJointJourneys: Bool = false, wantsExposures: Bool = false,
    periods: PeriodConversions? = nil
  ) -> Result {
    precondition(halfLives.allSatisfy { $0 > 0 }, "a half-life is above 0")
    let (touchpoints, ids) = log.touchpoints.renamed(rename)
    let direct = Set(rules.directNames.map { $0.lowercased() })
    let isDirect = touchpoints.names.map { direct.contains($0.lowercased()) }

    var builder = PathTableBuilder(halfLives: halfLives)
    var account = JourneyAccount()
    var profile = wantsProfile ? JourneyProfile(touchpoints, log) : nil
    var joint = JointJourneysBuilder()
    let noExposures = wantsExposures ? ExposureHistories(touchpoints: touchpoints) : nil
    var exposures = noExposures
    let noPeriods = periods?.empty(touchpoints: touchpoints.count)
    var counted = noPeriods
    let nameHashes = wantsJointJourneys ? CanonicalRows.nameHashes(touchpoints) : nil
    for wave in Parallel.ranges(count: EventLog.shardCount, length: Self.shardsPerWave) {
      let results = Parallel.map(wave.count) { index in
        var shard = ShardJourneys(rules, isDirect: isDirect, touchpoints: ids, measures: log.measureNames.count)
        return shard.build(
          log.shards[wave.lowerBound + index], halfLives: halfLives,
          profile: wantsProfile ? JourneyProfile(touchpoints, log) : nil, nameHashes: nameHashes,
          exposures: noExposures, periods: noPeriods)
      }
      builder.add(results.map(\.batch))
      for result in results {
        account.add(result.account)
        if let other = result.profile { profile!.add(other) }
        if let other = result.joint { joint.add(other) }
        if let other = result.exposures { exposures!.append(other) }
        if let other = result.periods { counted!.add(other) }
      }
    }
    exposures?.checkInvariants()
    return Result(
      paths: builder.finish(touchpoints: touchpoints), account: account, profile: profile,
      jointJourneys: wantsJointJourneys ? joint.finish() : nil, exposures: exposures, periods: counted)
  }
}

/// Makes the journeys of one shard's persons.
private struct ShardJourneys: ~Copyable {
  struct Result: Sendable {
    let batch: PathBatch
    let account: JourneyAccount
    let profile: JourneyProfile?
    let joint: JointJourneysBuilder?
    let exposures: ExposureHistories?
    let periods: PeriodConversions?
  }

  private var persons: PersonJourneys
  private let touchpoints: [Int32]
  private let measureColumns: Int
  private let sortsByKind: Bool

  init(_ rules: JourneyRules, isDirect: [Bool], touchpoints: [Int32], measures: Int) {
    persons = PersonJourneys(rules, isDirect: isDirect)
    self.touchpoints = touchpoints
    measureColumns = measures
    sortsByKind = rules.ties == .kind
  }

  mutating func build(
    _ shard: EventShard, halfLives: [Double], profile: consuming JourneyProfile?, nameHashes: [UInt64]?,
    exposures: consuming ExposureHistories?, periods: consuming PeriodConversions?
  ) -> Result {
    var (profile, exposures, periods) = (profile, exposures, periods)
    // Comparing an optional struct with nil copies it, which for each person would be felt.
    let (wantsProfile, wantsExposures) = (profile != nil, exposures != nil)
    let order = shard.orderedPersons()
    let grouped = group(shard, order)
    var reached = DistinctTouchpoints(touchpointCount: profile?.touchpoints.count ?? 0)
    var start = 0
    for person in order.indices {
      let end = grouped.ends[person]
      guard end > start else { continue }
      let items = UnsafeMutableBufferPointer(rebasing: grouped.items[start..<end])
      sort(items, shard)
      let used = persons.add(items, person: Int32(truncatingIfNeeded: person))
      if wantsProfile {
        profile!.addEvents(items[..<used], shard.measures.buffer, measureColumns, &reached)
      }
      if wantsExposures && used > 0 {
        persons.noteHistory(shard.identifiers.entries.buffer[Int(order[person])].hash, in: &exposures!)
      }
      start = end
    }
    grouped.items.deallocate()
    profile?.add(persons.journeys)
    periods?.add(persons.journeys)
    var joint: JointJourneysBuilder?
    if let nameHashes {
      joint = JointJourneysBuilder()
      joint!.add(persons.journeys, nameHashes: nameHashes)
    }
    return Result(
      batch: persons.journeys.batch(halfLives: halfLives), account: persons.account, profile: profile, joint: joint,
      exposures: exposures, periods: periods)
  }

  /// A shard's events with each person's together, persons in `order`.
  private func group(
    _ shard: EventShard, _ order: [UInt32]
  ) -> (items: UnsafeMutableBufferPointer<PersonJourneys.Item>, ends: [Int]) {
    let events = shard.events.buffer
    var ranks = [UInt32](repeating: 0, count: order.count)
    for (rank, person) in order.enumerated() { ranks[Int(person)] = UInt32(rank) }
    var starts = [Int](repeating: 0, count: order.count + 1)
    for event in events { starts[Int(ranks[Int(event.person)]) + 1] += 1 }
    for rank in order.indices { starts[rank + 1] += starts[rank] }
    let items = UnsafeMutableBufferPointer<PersonJourneys.Item>.allocate(capacity: events.count)
    for (index, event) in events.enumerated() {
      let rank = Int(ranks[Int(event.person)])
      items.initializeElement(at: starts[rank], to: item(event, index, shard))
      starts[rank] += 1
    }
    // Each start has moved to its person's end.
    starts.removeLast()
    return (items, starts)
  }

  @inline(__always)
  private func item(_ event: EventShard.Stored, _ index: Int, _ shard: EventShard) -> PersonJourneys.Item {
    var item = PersonJourneys.Item(
      time: event.time, key: 0, index: UInt32(truncatingIfNeeded: index), touchpoint: -1, kind: .visit,
      role: .touch, conversions: 0, value: 0)
    if let index = event.code.outcome {
      let outcome = shard.outcomes[index]
      item.role = outcome.role
      item.kind = outcome.kind
      item.conversions = outcome.conversions
      item.value = outcome.value
      if outcome.touchpoint >= 0 { item.touchpoint = touchpoints[Int(outcome.touchpoint)] }
    } else {
      item.kind = event.code.kind
      item.touchpoint = touchpoints[Int(event.code.touchpoint)]
    }
    item.key =
      UInt64(item.role.rawValue) << 62
      | (sortsByKind ? UInt64(item.kind.rawValue) << 60 : 0)
      | UInt64(UInt32(bitPattern: item.touchpoint &+ 1)) << 8 | UInt64(item.kind.rawValue)
    return item
  }

  /// The longest stretch that is sorted by insertion: faster for the few events of nearly every person, and quadratic.
  private static let mostInserted = 32

  /// Puts a person's events in order.
  private func sort(_ items: UnsafeMutableBufferPointer<PersonJourneys.Item>, _ shard: EventShard) {
    if items.count > Self.mostInserted {
      var all = items
      all.sort { precedes($0, $1, shard) }
      return
    }
    for index in 1..<items.count {
      let item = items[index]
      var position = index
      while position > 0 && precedes(item, items[position &- 1], shard) {
        items[position] = items[position &- 1]
        position &-= 1
      }
      items[position] = item
    }
  }

  @inline(__always)
  private func precedes(
    _ left: PersonJourneys.Item, _ right: PersonJourneys.Item, _ shard: EventShard
  ) -> Bool {
    if left.time != right.time { return left.time < right.time }
    if left.key != right.key { return left.key < right.key }
    return precedesAtEqualKeys(left, right, shard)
  }

  @inline(never)
  private func precedesAtEqualKeys(
    _ left: PersonJourneys.Item, _ right: PersonJourneys.Item, _ shard: EventShard
  ) -> Bool {
    if left.conversions != right.conversions { return left.conversions < right.conversions }
    if left.value != right.value { return left.value < right.value }
    // Of duplicates the first stays: let it be the same one whatever the order of the input.
    for column in 0..<measureColumns {
      let leftMeasure = shard.measures[Int(left.index) * measureColumns + column]
      let rightMeasure = shard.measures[Int(right.index) * measureColumns + column]
      if leftMeasure.isNaN != rightMeasure.isNaN { return rightMeasure.isNaN }
      if leftMeasure != rightMeasure && !leftMeasure.isNaN { return leftMeasure < rightMeasure }
    }
    return false
  }
}

extension JourneySet {
  /// The journeys as rows of a path table.
  func batch(halfLives: [Double]) -> PathBatch {
    let batch = PathBatch(halfLifeCount: halfLives.count)
    for journey in 0..<count {
      let range = range(journey)
      let path = batch.openRow(capacity: range.count)
      for (position, touch) in range.enumerated() { path[position] = touches[touch] }
      let credits = batch.closeRow(touches: range.count, totals[journey])
      guard totals[journey].conversions > 0 && range.count > 0 else { continue }
      for (index, halfLife) in halfLives.enumerated() {
        let credits = UnsafeMutableBufferPointer(
          rebasing: credits[index * range.count..<(index + 1) * range.count])
        TimeDecayWeights.give(
          totals[journey], times: UnsafeBufferPointer(rebasing: times.buffer[range]),
          halfLife: halfLife, to: credits)
      }
    }
    return batch
  }
}
