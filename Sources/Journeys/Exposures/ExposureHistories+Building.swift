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
    Int32(truncatingIfNeeded: Microseconds.day(of: time))
  }

  /// Adds the persons of other histories, whose keys are not below those that are there.
  ///
  /// - Complexity: O(n), whole columns at a time.
  mutating func append(_ other: ExposureHistories) {
    let (exposures, conversions) = (exposureDays.count, conversionDays.count)
    personKeys += other.personKeys
    exposureStarts += other.exposureStarts.dropFirst().map { $0 + exposures }
    exposureDays += other.exposureDays
    exposureTouchpoints += other.exposureTouchpoints
    exposureKinds += other.exposureKinds
    exposureTouches += other.exposureTouches
    conversionStarts += other.conversionStarts.dropFirst().map { $0 + conversions }
    conversionDays += other.conversionDays
    conversionCounts += other.conversionCounts
    conversionValues += other.conversionValues
  }
}
