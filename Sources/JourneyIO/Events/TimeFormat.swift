/// How times are written.
public struct TimeFormat: Sendable, Equatable {
  /// What a plain number counts since 1970; `nil` to tell it from the size of the first one.
  public var unit: Unit?
  /// The zone of times that name none.
  public var zone = ZoneOffsets.universal
  /// What comes first in dates such as 07/08/2024; `nil` to refuse them.
  public var dateOrder: DateOrder?

  public init() {}

  /// What a plain number counts since 1970-01-01T00:00:00Z.
  public enum Unit: String, Sendable, CaseIterable {
    case seconds, milliseconds, microseconds
  }

  /// What comes first in a date whose year comes last.
  public enum DateOrder: String, Sendable, CaseIterable {
    case dayFirst = "day-first"
    case monthFirst = "month-first"
  }

  /// What is accepted, as messages say it.
  static let accepted =
    "accepted are 2024-05-31T14:05:09Z (also with a space, without seconds or zone, with +08:00), 2024-05-31, 20240531,"
    + " 2024/05/31, 31.05.2024 14:05, 2024年5月31日, and seconds, milliseconds or microseconds since 1970"
}
