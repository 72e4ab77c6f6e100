import TouchstoneJourneys

/// Rules that come with the program.
package enum TouchpointPreset: String, Sendable, CaseIterable {
  /// Close to the default channel groups of Google Analytics 4.
  case ga4
}

/// The most touches of a person, as users write it.
package struct TouchLimit: Sendable, Equatable {
  /// `nil` for no limit.
  package let count: Int?
  package static let accepted = "a whole number from 1 on, or none"

  package init?(_ text: String) {
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
package struct RepeatLimit: Sendable, Equatable {
  /// `nil` for no limit.
  package let count: Int?
  package static let accepted = "keep, collapse, or a whole number from 1 on"

  package init?(_ text: String) {
    switch text {
    case "keep": count = nil
    case "collapse": count = 1
    default:
      guard let number = Int(text), number > 0 else { return nil }
      count = number
    }
  }
}
