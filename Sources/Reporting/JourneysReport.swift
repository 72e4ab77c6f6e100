import TouchstoneJourneys

/// The JSON document `touchstone.journeys/1`: a path table, and what became of the events it was made of.
public struct JourneysReport: Sendable {
  private let paths: PathTable
  private let hasValue: Bool
  private let account: AccountReport

  public init(paths: PathTable, hasValue: Bool, account: AccountReport) {
    self.paths = paths
    self.hasValue = hasValue
    self.account = account
  }

  private struct Document: Encodable {
    let schema = "touchstone.journeys/1"
    let account: JSONValue
    let baseline: JSONValue
    let halfLives: [Double]
    let paths: [JSONValue]
  }

  /// The document as text that ends in a line feed.
  public var json: String {
    JSONDocument.text(
      Document(
        account: account.json, baseline: totals(paths.untouched), halfLives: paths.halfLives,
        paths: paths.rowsByWeight().map { row in
          paths.withRow(row) { path, totals, credits in object(path, totals, credits) }
        }))
  }

  private func object(
    _ path: UnsafeBufferPointer<Int32>, _ totals: PathTotals, _ credits: UnsafeBufferPointer<DecayCredit>
  ) -> JSONValue {
    guard case .object(var fields) = self.totals(totals) else { return .null }
    fields["path"] = .list(path.map { .text(paths.touchpoints.names[Int($0)]) })
    if totals.conversions > 0 && !credits.isEmpty {
      fields["timeDecay"] = .list(
        paths.halfLives.enumerated().map { index, halfLife in
          let own = credits[index * path.count..<(index + 1) * path.count]
          var decay: [String: JSONValue] = [
            "halfLife": JSONValue(halfLife), "conversions": .list(own.map { JSONValue($0.conversions) }),
          ]
          if hasValue { decay["value"] = .list(own.map { JSONValue($0.value) }) }
          return .object(decay)
        })
    }
    return .object(fields)
  }

  private func totals(_ totals: PathTotals) -> JSONValue {
    var fields: [String: JSONValue] = [
      "conversions": JSONValue(totals.conversions), "nonConverting": JSONValue(totals.nonConverting),
    ]
    if hasValue { fields["value"] = JSONValue(totals.value) }
    return .object(fields)
  }
}
