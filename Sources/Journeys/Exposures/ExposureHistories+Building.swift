import TouchstoneText

extension ExposureHistories {
  /// Adds a person behind those that are there.
  ///
  /// - Parameters:
  ///   - key: Not below that of the last person.
  ///   - touches: In order of time; sorted by day, touchpoint and kind on the way.
  ///   - conversions: In order of time.
  mutating func addPerson(key: UInt64, touches: inout [DayTouch], conversions: some Sequence<(Int64, PathTotals)>) {
    touches.sort { $0.order < $1.order }
    var previous: DayTouch?
    for touch in touches {
      if touch == previous {
        exposureTouches[exposureTouches.count - 1] += 1
      } else {
        exposureDays.append(touch.day)
        exposureTouchpoints.append(touch.touchpoint)
        exposureKinds.append(touch.kind)
        exposureTouches.append(1)
      }
      previous = touch
    }
    let firstDay = conversionDays.count
    for (time, totals) in conversions {
      let day = Self.day(of: time)
      if conversionDays.count == firstDay || conversionDays[conversionDays.count - 1] != day {
        conversionDays.append(day)
        conversionCounts.append(0)
        conversionValues.append(0)
      }
      conversionCounts[conversionDays.count - 1] += totals.conversions
      conversionValues[conversionDays.count - 1] += totals.value
    }
    // Who left nothing but a dropped refund has no history.
    guard exposureDays.count > exposureStarts[personCount] || conversionDays.count > firstDay else { return }
    personKeys.append(key)
    exposureStarts.append(exposureDays.count)
    conversionStarts.append(conversionDays.count)
  }

  /// A touch without the time of the day.
  struct DayTouch: Equatable {
    var day: Int32
    var touchpoint: Int32
    var kind: TouchKind

    init(time: Int64, touchpoint: Int32, kind: TouchKind) {
      day = ExposureHistories.day(of: time)
      self.touchpoint = touchpoint
      self.kind = kind
    }

    fileprivate var order: (Int32, Int32, UInt8) { (day, touchpoint, kind.rawValue) }
  }

  /// The day of a time in microseconds since 1970-01-01T00:00:00Z, also before then.
  static func day(of time: Int64) -> Int32 {
    let (days, rest) = time.quotientAndRemainder(dividingBy: Microseconds.perDay)
    return Int32(truncatingIfNeeded: rest < 0 ? days - 1 : days)
  }

  /// Adds the persons of other histories, whose keys are not below those that are there.
  mutating func append(_ other: ExposureHistories) {
    for person in 0..<other.personCount { append(person, of: other) }
  }

  private mutating func append(_ person: Int, of other: ExposureHistories) {
    personKeys.append(other.personKeys[person])
    let exposures = other.exposureStarts[person]..<other.exposureStarts[person + 1]
    exposureDays += other.exposureDays[exposures]
    exposureTouchpoints += other.exposureTouchpoints[exposures]
    exposureKinds += other.exposureKinds[exposures]
    exposureTouches += other.exposureTouches[exposures]
    exposureStarts.append(exposureDays.count)
    let days = other.conversionStarts[person]..<other.conversionStarts[person + 1]
    conversionDays += other.conversionDays[days]
    conversionCounts += other.conversionCounts[days]
    conversionValues += other.conversionValues[days]
    conversionStarts.append(conversionDays.count)
  }

  /// The histories of several logs with the same touchpoints and different persons, as if they were one log.
  ///
  /// - Complexity: O(n log n) in persons.
  init(merging histories: [ExposureHistories], touchpoints: TouchpointTable) {
    self.init(touchpoints: touchpoints)
    let persons = histories.indices.flatMap { log in
      histories[log].personKeys.indices.map { (key: histories[log].personKeys[$0], log: log, person: $0) }
    }
    for (_, log, person) in persons.sorted(by: { $0 < $1 }) { append(person, of: histories[log]) }
    checkInvariants()
  }
}
