/// A length of time as users write it: `30d`, `12h`, `90m`, `45s`, `1.5d`, or `none` for no limit.
package struct DurationText: Sendable, Equatable {
  /// In microseconds; `nil` for no limit.
  package let microseconds: Int64?

  /// Three thousand years: in microseconds it still fits into an Int64 many times.
  private static let mostSeconds = 1e11

  /// `nil` where the text is none.
  package init?(_ text: String) {
    if text == "none" {
      microseconds = nil
      return
    }
    let units: [Character: Double] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Self.decimal(text.dropLast()),
      number >= 0, number * unit <= Self.mostSeconds
    else { return nil }
    microseconds = Int64((number * unit * Double(Microseconds.perSecond)).rounded())
  }

  /// A decimal number: no hexadecimal, no infinity.
  private static func decimal(_ text: Substring) -> Double? {
    text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) } ? Double(text) : nil
  }

  /// What is accepted, as messages say it.
  package static let accepted = "30d, 12h, 90m, 45s or none"
}
