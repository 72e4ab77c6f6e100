import TouchstoneAttribution

extension ResultTable.Cell {
  /// A credit, with its interval where that is known.
  init(_ credit: Double, _ spread: CreditUncertainty.Spread?, decimals: Int) {
    self =
      spread.map { .interval(credit, $0.interval, decimals: decimals) } ?? .number(credit, decimals: decimals)
  }
}

extension [String: JSONValue] {
  /// How sure a figure is, under two keys; neither is there where that is unknown.
  mutating func add(_ spread: CreditUncertainty.Spread?, interval: String, standardError: String) {
    guard let spread else { return }
    self[interval] = JSONValue(spread.interval)
    self[standardError] = JSONValue(spread.standardError)
  }
}
