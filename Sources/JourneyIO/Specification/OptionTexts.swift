import Journeys

/// Rules that come with the program.
public enum TouchpointPreset: String, Sendable, CaseIterable {
  /// Close to the default channel groups of Google Analytics 4.
  case ga4
}

/// The most touches of a person, as users write it.
public struct TouchLimit: Sendable, Equatable {
  /// `nil` for no limit.
  public let count: Int?
  public static let accepted = "a whole number from 1 on, or none"

  public init?(_ text: String) {
    if text == "none" {
      count = nil
    } else if let number = Int(text), number > 0 {
      count = number
    } else {
      return nil
    }
  }
}

/// The most touches by one touchpoint in a row, as users write it.
public struct RepeatLimit: Sendable, Equatable {
  /// `nil` for no limit.
  public let count: Int?
  public static let accepted = "keep, collapse, or a whole number from 1 on"

  public init?(_ text: String) {
    switch text {
    case "keep": count = nil
    case "collapse": count = 1
    default:
      guard let number = Int(text), number > 0 else { return nil }
      count = number
    }
  }
}

/// A length of time as users write it: `30d`, `12h`, `90m`, `45s`, `1.5d`, or `none` for no limit.
public struct DurationText: Sendable, Equatable {
  /// In microseconds; `nil` for no limit.
  public let microseconds: Int64?

  /// `nil` where the text is none.
  public init?(_ text: String) {
    if text == "none" {
      microseconds = nil
      return
    }
    let units: [Character: Double] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Self.decimal(text.dropLast()),
      number >= 0, number * unit <= 1e11
    else { return nil }
    microseconds = Int64((number * unit * Double(Microseconds.perSecond)).rounded())
  }

  private static func decimal(_ text: Substring) -> Double? {
    Array(text.utf8).withUnsafeBufferPointer { DecimalNumber.parse($0) }
  }

  /// What is accepted, as messages say it.
  public static let accepted = "30d, 12h, 90m, 45s or none"
}
