import Algorithms
import Foundation
import TouchstoneJourneys
import TouchstoneText

/// From local time to universal time.
///
/// A local time that occurs twice, where clocks were put back, is the earlier of the two; one that never occurred,
/// where they were put forward, is read by the offset before.
public struct ZoneOffsets: Sendable, Equatable {
  /// The name that was given.
  public let name: String
  /// The seconds ahead of universal time that hold from each local time on; the first one holds before as well.
  private let starts: [(local: Int64, offset: Int64)]

  /// Universal time.
  public static let universal = ZoneOffsets(name: "UTC", starts: [(.min, 0)])

  private init(name: String, starts: [(local: Int64, offset: Int64)]) {
    self.name = name
    self.starts = starts
  }

  /// The zone of a name such as `Europe/Berlin`, or of a fixed offset such as `+08:00`; `nil` where there is none.
  public init?(_ name: String) {
    if ["utc", "z", "gmt"].contains(name.lowercased()) {
      self = .universal
      return
    }
    if let offset = Self.fixedOffset(name) {
      self.init(name: name, starts: [(.min, offset)])
      return
    }
    guard let zone = TimeZone(identifier: name) else { return nil }
    self.init(name: name, starts: Self.transitions(of: zone))
  }

  private static func fixedOffset(_ name: String) -> Int64? {
    let text = name.uppercased().hasPrefix("UTC") ? name.dropFirst(3) : name[...]
    guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
    var digits = String(text.dropFirst())
    if digits.count == 4, !digits.contains(":") { digits.insert(":", at: digits.index(digits.startIndex, offsetBy: 2)) }
    let pieces = digits.split(separator: ":", omittingEmptySubsequences: false)
    guard pieces.count <= 2, pieces.allSatisfy({ $0.utf8.allSatisfy { $0 &- 0x30 <= 9 } }),
      let hours = Int64(pieces[0]), hours <= 18, pieces[0].count <= 2,
      let minutes = pieces.count == 2 ? Int64(pieces[1]) : 0, minutes < 60
    else { return nil }
    return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  /// The zone's changes from 1800 to 2200.
  private static func transitions(of zone: TimeZone) -> [(local: Int64, offset: Int64)] {
    let end = Date(timeIntervalSince1970: 7_258_118_400)
    var date = Date(timeIntervalSince1970: -5_364_662_400)
    var offset = Int64(zone.secondsFromGMT(for: date))
    var starts: [(local: Int64, offset: Int64)] = [(.min, offset)]
    while let next = zone.nextDaylightSavingTimeTransition(after: date), next < end, next > date {
      let new = Int64(zone.secondsFromGMT(for: next))
      if new != offset {
        // Until the later of the two local times, the old offset is the earlier reading or the only one.
        starts.append((Int64(next.timeIntervalSince1970.rounded()) + max(offset, new), new))
        offset = new
      }
      date = next
    }
    return starts
  }

  /// The universal time of a local one, both in seconds since 1970.
  @inline(__always)
  func universalTime(ofLocal seconds: Int64) -> Int64 {
    guard starts.count > 1 else { return seconds &- starts[0].offset }
    // The first one holds from the smallest number on.
    return seconds &- starts[starts.partitioningIndex { $0.local > seconds } &- 1].offset
  }

  /// The date in the zone, as in 2024-05-31, of a time in microseconds since 1970.
  package func day(_ microseconds: Int64) -> String {
    let seconds = microseconds / Microseconds.perSecond
    // The offset that leads back to the time; the first one for the hour that clocks repeat.
    let offset = starts.lazy.map(\.offset).first { universalTime(ofLocal: seconds + $0) == seconds } ?? starts[0].offset
    return DateText.day(microseconds + offset * Microseconds.perSecond)
  }

  public static func == (left: Self, right: Self) -> Bool { left.name == right.name }
}
