import TouchstoneText

/// What journeys say about their touchpoints: counts and sums, no model.
public struct JourneyProfile: Sendable, Equatable {
  /// The touchpoints, in the order of ``byTouchpoint``.
  public let touchpoints: TouchpointTable
  /// The names of the events' measures.
  public let measureNames: [String]
  /// Whether the first measure is what an event cost.
  public let hasCost: Bool
  public internal(set) var byTouchpoint: [TouchpointProfile]

  /// Persons with a journey.
  public internal(set) var persons = 0
  /// Persons with a conversion.
  public internal(set) var converters = 0
  /// Persons who converted more than once.
  public internal(set) var repurchasers = 0
  /// Journeys with touches.
  public internal(set) var journeys = 0
  /// Those of them that converted.
  public internal(set) var convertingJourneys = 0
  /// Journeys by their number of touches.
  public internal(set) var lengths: [Int: LengthCounts] = [:]
  /// Converting journeys by the time from their first touch to the conversion, in the classes of ``lagBounds``.
  public internal(set) var lags = [Int](repeating: 0, count: lagBounds.count + 1)
  /// The sum over converting journeys of the days from the first touch to the conversion.
  public internal(set) var lagDays = 0.0

  /// Journeys of one length.
  public struct LengthCounts: Sendable, Equatable {
    public internal(set) var converting = 0
    public internal(set) var other = 0
  }

  /// The upper bounds, in days, of the classes of time lags; a lag belongs below its bound, and the last class has
  /// none.
  public static let lagBounds: [Double] = [1.0 / 24, 1, 3, 7, 14, 30, 90]

  init(_ touchpoints: TouchpointTable, _ log: EventLog) {
    self.touchpoints = touchpoints
    measureNames = log.measureNames
    hasCost = log.hasCost
    byTouchpoint = [TouchpointProfile](
      repeating: TouchpointProfile(measures: measureNames.count), count: touchpoints.count)
  }

  /// Counts a person's events, without duplicates.
  mutating func addEvents(
    _ items: Slice<UnsafeMutableBufferPointer<PersonJourneys.Item>>,
    _ measures: UnsafeMutableBufferPointer<Double>, _ columns: Int, _ reached: inout DistinctTouchpoints
  ) {
    var touches: [Int32] = []
    for item in items where item.touchpoint >= 0 {
      addEvent(item, measures, columns)
      if item.role.isTouch { touches.append(item.touchpoint) }
    }
    for touch in touches.withUnsafeBufferPointer({ reached.list($0) }) {
      byTouchpoint[Int(touch)].touchedPersons += 1
    }
  }

  private mutating func addEvent(
    _ item: PersonJourneys.Item, _ measures: UnsafeMutableBufferPointer<Double>, _ columns: Int
  ) {
    let id = Int(item.touchpoint)
    switch item.kind {
    case .impression: byTouchpoint[id].impressions += 1
    case .click: byTouchpoint[id].clicks += 1
    case .visit: break
    }
    if item.role.isTouch { byTouchpoint[id].touchEvents += 1 }
    for column in 0..<columns {
      let value = measures[Int(item.index) * columns + column]
      guard !value.isNaN else { continue }
      byTouchpoint[id].measureSums[column] += value
      byTouchpoint[id].measureCounts[column] += 1
    }
  }

  /// Counts the journeys of a set, which holds each of its persons whole.
  mutating func add(_ set: borrowing JourneySet) {
    var distinct = DistinctTouchpoints(touchpointCount: touchpoints.count)
    var reached = DistinctTouchpoints(touchpointCount: touchpoints.count)
    var start = 0
    while start < set.count {
      var end = start + 1
      while end < set.count && set.persons[end] == set.persons[start] { end += 1 }
      for journey in start..<end { addJourney(journey, of: set, &distinct) }
      addPerson(start..<end, of: set, &reached)
      start = end
    }
  }

  private mutating func addJourney(
    _ journey: Int, of set: borrowing JourneySet, _ distinct: inout DistinctTouchpoints
  ) {
    let range = set.range(journey)
    guard !range.isEmpty else { return }
    let path = UnsafeBufferPointer(rebasing: set.touches.buffer[range])
    let conversions = set.totals[journey].conversions
    let endTime = set.endTimes[journey]
    journeys += 1
    let found = distinct.list(path)
    for touch in path { byTouchpoint[Int(touch)].touches += 1 }
    for touch in found { byTouchpoint[Int(touch)].journeys += 1 }
    guard conversions > 0 else {
      lengths[range.count, default: LengthCounts()].other += 1
      return
    }
    lengths[range.count, default: LengthCounts()].converting += 1
    convertingJourneys += 1
    let lag = Self.days(from: set.times[range.lowerBound], to: endTime)
    lagDays += lag
    lags[Self.lagBounds.firstIndex { lag < $0 } ?? Self.lagBounds.count] += 1
    var next = 0
    for (position, touch) in path.enumerated() where next < found.count && touch == found[next] {
      // Those found are in the order of their first touch.
      next += 1
      byTouchpoint[Int(touch)].convertingJourneys += 1
      byTouchpoint[Int(touch)].lagDays += Self.days(from: set.times[range.lowerBound + position], to: endTime)
    }
    if found.count == 1 {
      byTouchpoint[Int(path[0])].solo += conversions
    } else {
      byTouchpoint[Int(path[0])].first += conversions
      byTouchpoint[Int(path[path.count - 1])].last += conversions
      let inner = UnsafeBufferPointer(rebasing: path[1..<path.count - 1])
      for touch in distinct.list(inner) { byTouchpoint[Int(touch)].middle += conversions }
    }
  }

  private mutating func addPerson(
    _ range: Range<Int>, of set: borrowing JourneySet, _ reached: inout DistinctTouchpoints
  ) {
    persons += 1
    // A person's touches lie one behind the other.
    let touches = set.range(range.lowerBound).lowerBound..<set.range(range.upperBound - 1).upperBound
    for touch in reached.list(UnsafeBufferPointer(rebasing: set.touches.buffer[touches])) {
      byTouchpoint[Int(touch)].persons += 1
    }
    var converting: [Int32] = []
    var conversions = 0
    var value = 0.0
    var introducer: Int?
    for journey in range where set.totals[journey].conversions > 0 {
      conversions += 1
      value += set.totals[journey].value
      let path = UnsafeBufferPointer(rebasing: set.touches.buffer[set.range(journey)])
      converting.append(contentsOf: path)
      if introducer == nil, let first = path.first { introducer = Int(first) }
    }
    guard conversions > 0 else { return }
    converters += 1
    if conversions > 1 { repurchasers += 1 }
    for touch in converting.withUnsafeBufferPointer({ reached.list($0) }) {
      byTouchpoint[Int(touch)].converters += 1
    }
    if let introducer {
      byTouchpoint[introducer].introduced += 1
      byTouchpoint[introducer].introducedValue += value
      if conversions > 1 { byTouchpoint[introducer].repurchasers += 1 }
    }
  }

  private static func days(from start: Int64, to end: Int64) -> Double {
    Double(end - start) / Double(Microseconds.perDay)
  }

  /// Adds what other persons' journeys say.
  mutating func add(_ other: Self) {
    for id in byTouchpoint.indices { byTouchpoint[id].add(other.byTouchpoint[id]) }
    persons += other.persons
    converters += other.converters
    repurchasers += other.repurchasers
    journeys += other.journeys
    convertingJourneys += other.convertingJourneys
    for (length, counts) in other.lengths {
      lengths[length, default: LengthCounts()].converting += counts.converting
      lengths[length, default: LengthCounts()].other += counts.other
    }
    for index in lags.indices { lags[index] += other.lags[index] }
    lagDays += other.lagDays
  }
}
