import TouchstoneJourneys

extension PlanInput {
  /// Touchpoints without costs are listed up to so many, by credit; others are counted.
  private static let mostFree = 10

  /// What was given and does less than it may seem, in sentences.
  ///
  /// - Parameters:
  ///   - costs: The costs of the time that the journeys cover.
  ///   - request: What was asked for.
  ///   - unheld: Touchpoints that move though they are not sure enough.
  package func remarks(_ costs: CostTable, _ request: PlanRequest, unheld: [String]) -> [String] {
    var remarks: [String] = []
    if !unheld.isEmpty {
      remarks.append(
        "not held, though not sure enough: \(unheld.joined(separator: ", "));"
          + " the limits leave no other way to meet the request")
    }
    if costs.rows.contains(where: { $0.conversions != nil }) {
      remarks.append("conversions of the cost table shape the curves; how many they are counts for nothing")
    }
    if let schedule = request.schedule {
      remarks.append("laid out in time, the same total brings more or less by when it is spent")
      if schedule.carryOver > 0 && !touchpoints.contains(where: \.isAssumed) {
        remarks.append("--carry-over has no effect: all touchpoints have a fitted one, or were found to have none")
      }
    }
    return remarks + unplanned
  }

  /// Touchpoints that earn credit and cost nothing.
  private var unplanned: [String] {
    let planned = Set(touchpoints.map(\.id))
    let free = names.indices.filter { !planned.contains($0) && credits[$0].conversions > 0 }
    guard !free.isEmpty else { return [] }
    let shown = free.sorted { (credits[$1].conversions, $0) < (credits[$0].conversions, $1) }.prefix(Self.mostFree)
    return [
      "no costs, so no part of the plan: "
        + shown.map { "\(names[$0]) (\(Int(credits[$0].conversions.rounded())) conversions)" }.joined(separator: ", ")
        + (free.count > shown.count ? " and \(free.count - shown.count) more" : "")
    ]
  }
}
