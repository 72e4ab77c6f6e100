/// What became of every event, and of every conversion.
public struct JourneyAccount: Sendable, Equatable {
  /// What becomes of an event. Of a touch in several journeys the first of these counts.
  public enum Fate: Int, Sendable, CaseIterable {
    case convertingTouch
    case otherTouch
    case repeated
    case direct
    case afterConversion
    case outsideLookback
    /// A conversion that is no touch.
    case conversion
    /// Taken off the value of a conversion.
    case refund
    case duplicate
    case bot
    case refundDropped
    /// Dropped when it was read, for want of a touchpoint.
    case noTouchpoint
  }

  private var events = [Int](repeating: 0, count: Fate.allCases.count)

  /// Persons with events.
  public internal(set) var persons = 0
  /// Persons left out as bots.
  public internal(set) var bots = 0
  /// The most touches of one person, dropped duplicates not counted.
  public internal(set) var mostTouches = 0
  /// Conversions of journeys with touches.
  public internal(set) var touchedConversions = 0.0
  /// Conversions that no touch preceded.
  public internal(set) var untouchedConversions = 0.0
  /// Conversions dropped with duplicates and bots.
  public internal(set) var droppedConversions = 0.0
  /// What refunds took off, as a sum below 0.
  public internal(set) var refunded = 0.0
  /// The first and the last event's time, in microseconds since 1970; `nil` without events.
  public internal(set) var period: ClosedRange<Int64>?

  /// An account of nothing.
  public init() {}

  /// The number of events with a fate.
  public internal(set) subscript(fate: Fate) -> Int {
    get { events[fate.rawValue] }
    set { events[fate.rawValue] = newValue }
  }

  /// Counts events that were dropped when they were read, for want of a touchpoint.
  public mutating func countWithoutTouchpoint(_ count: Int) { self[.noTouchpoint] += count }

  /// The number of all events.
  public var eventCount: Int { events.reduce(0, +) }

  mutating func add(_ other: Self) {
    for index in events.indices { events[index] += other.events[index] }
    persons += other.persons
    bots += other.bots
    mostTouches = max(mostTouches, other.mostTouches)
    touchedConversions += other.touchedConversions
    untouchedConversions += other.untouchedConversions
    droppedConversions += other.droppedConversions
    refunded += other.refunded
    if let period = other.period { include(period) }
  }

  mutating func include(_ other: ClosedRange<Int64>) {
    period =
      min(
        period?.lowerBound ?? .max, other.lowerBound)...max(
        period?.upperBound ?? .min, other.upperBound)
  }
}
