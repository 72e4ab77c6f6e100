import TouchstoneJourneys
import TouchstoneText

/// What each touchpoint of a profile cost.
package struct TouchpointSpend: Sendable {
  /// By touchpoint id; `nil` where nothing is known.
  package let totals: [CostTable.Totals?]
  /// Sentences about costs and names that have no place in it.
  package let remarks: [String]

  /// Names that no journey holds are listed up to so many; others are counted.
  private static let mostUnknown = 10

  /// The costs that a table and the events say, added; where neither says any, the touches at the cost that the
  /// specification gives.
  ///
  /// - Parameters:
  ///   - profile: The journeys.
  ///   - table: Its costs of days outside the period are left out.
  ///   - period: The time that the journeys cover, in microseconds since 1970; without one the table is not used.
  ///   - attributes: By touchpoint, what the specification says.
  package init(
    _ profile: JourneyProfile, table: CostTable?, period: ClosedRange<Int64>?,
    attributes: [String: TouchpointAttributes]
  ) {
    var remarks: [String] = []
    var listed: [String: CostTable.Totals] = [:]
    if let table, let period {
      let (inside, outside) = table.within(period)
      listed = inside.totals
      remarks = PlanCosts.remarks(costOutside: outside)
    }
    let names = profile.touchpoints.names
    totals = names.indices.map { id in
      let touchpoint = profile.byTouchpoint[id]
      let logged = profile.hasCost && touchpoint.measureCounts[0] > 0 ? touchpoint.measureSums[0] : nil
      guard listed[names[id]] != nil || logged != nil else {
        return attributes[names[id]]?.costPerTouch.map { CostTable.Totals(cost: $0 * Double(touchpoint.touchEvents)) }
      }
      var totals = listed[names[id]] ?? CostTable.Totals()
      totals.cost += logged ?? 0
      return totals
    }
    remarks += Self.unknown(listed.map { ($0, "which the costs name with \($1.cost)") }, names)
    remarks += Self.unknown(attributes.keys.map { ($0, "which the specification describes") }, names)
    self.remarks = remarks
  }

  /// Sentences about names that no journey holds; the first with what may be meant.
  private static func unknown(_ given: [(name: String, how: String)], _ names: [String]) -> [String] {
    let known = Set(names)
    let unknown = given.filter { !known.contains($0.name) }.sorted { $0.name < $1.name }
    var remarks = unknown.prefix(mostUnknown).map { name, how in
      let meant = Suggestion.nearest(to: name, in: names).map { "; is it \(quotedForMessage($0))?" } ?? ""
      return "no journey holds \(quotedForMessage(name)), \(how)\(meant)"
    }
    if unknown.count > mostUnknown {
      remarks.append("and \(unknown.count - mostUnknown) more names that no journey holds")
    }
    return remarks
  }
}
