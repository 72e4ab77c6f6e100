import Algorithms

/// Conversions by period, of the journeys that hold each touchpoint: a journey counts in the period in which it
/// converted.
public struct PeriodConversions: Sendable, Equatable {
  /// When each period begins, rising, in microseconds since 1970.
  public let starts: [Int64]
  /// When the last one ends.
  public let end: Int64
  /// By touchpoint id, then by period.
  public private(set) var byTouchpoint: [[Double]] = []

  /// Periods without conversions so far.
  public init(starts: [Int64], end: Int64) {
    precondition(
      zip(starts, starts.dropFirst()).allSatisfy { $0 < $1 } && (starts.last.map { $0 < end } ?? true), "rising times")
    self.starts = starts
    self.end = end
  }

  /// The period of a time; `nil` outside all of them.
  public func period(of time: Int64) -> Int? {
    guard let first = starts.first, time >= first && time < end else { return nil }
    return starts.partitioningIndex { $0 > time } - 1
  }

  /// No conversions, with a row for each touchpoint.
  func empty(touchpoints: Int) -> Self {
    var empty = Self(starts: starts, end: end)
    empty.byTouchpoint = [[Double]](repeating: [Double](repeating: 0, count: starts.count), count: touchpoints)
    return empty
  }

  /// Counts the journeys of a set.
  mutating func add(_ set: borrowing JourneySet) {
    var distinct = DistinctTouchpoints(touchpointCount: byTouchpoint.count)
    for journey in 0..<set.count where set.totals[journey].conversions > 0 {
      guard let period = period(of: set.endTimes[journey]) else { continue }
      let path = UnsafeBufferPointer(rebasing: set.touches.buffer[set.range(journey)])
      for touchpoint in distinct.list(path) { byTouchpoint[Int(touchpoint)][period] += set.totals[journey].conversions }
    }
  }

  /// Adds what other persons' journeys say.
  mutating func add(_ other: Self) {
    for touchpoint in byTouchpoint.indices {
      for period in starts.indices { byTouchpoint[touchpoint][period] += other.byTouchpoint[touchpoint][period] }
    }
  }
}
