import TouchstoneJourneys

/// The JSON document `touchstone.journeys/1`: a path table, and what became of the events it was made of.
package struct JourneysReport: Sendable {
  private let paths: PathTable
  private let hasValue: Bool
  private let account: AccountReport

  package init(paths: PathTable, hasValue: Bool, account: AccountReport) {
    self.paths = paths
    self.hasValue = hasValue
    self.account = account
  }

  /// The document as text that ends in a line feed.
  package var json: String { JSONRenderer().text(of: document) }

  private var document: JSONDocument {
    JSONDocument(
      schema: "touchstone.journeys/1",
      fields: [
        "account": account.json, "baseline": .object(fields(paths.untouched)),
        "halfLives": JSONValue(paths.halfLives),
        "paths": .list(
          paths.rowsByWeight().map { row in
            paths.withRow(row) { path, totals, credits in object(path, totals, credits) }
          }),
      ])
  }

  private func object(
    _ path: UnsafeBufferPointer<Int32>, _ totals: PathTotals, _ credits: UnsafeBufferPointer<DecayCredit>
  ) -> JSONValue {
    var fields = fields(totals)
    fields["path"] = .list(path.map { .text(paths.touchpoints.names[Int($0)]) })
    if totals.conversions > 0 && !credits.isEmpty {
      fields["timeDecay"] = .list(
        paths.halfLives.enumerated().map { index, halfLife in
          let credits = credits[index * path.count..<(index + 1) * path.count]
          var decay: [String: JSONValue] = [
            "halfLife": JSONValue(halfLife), "conversions": JSONValue(credits.map(\.conversions)),
          ]
          if hasValue { decay["value"] = JSONValue(credits.map(\.value)) }
          return .object(decay)
        })
    }
    return .object(fields)
  }

  private func fields(_ totals: PathTotals) -> [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "conversions": JSONValue(totals.conversions), "nonConverting": JSONValue(totals.nonConverting),
    ]
    if hasValue { fields["value"] = JSONValue(totals.value) }
    return fields
  }
}
