extension EventLog: InvariantChecking {
  func brokenInvariant() -> String? {
    if shards.count != Self.shardCount { return "a log of \(shards.count) shards" }
    if hasCost && measureNames.isEmpty { return "a cost, and no measure" }
    for (index, shard) in shards.enumerated() {
      let broken =
        shard.brokenInvariant()
        ?? shard.brokenReference(touchpoints: touchpoints.count, measures: measureNames.count)
      if let broken { return "shard \(index): \(broken)" }
    }
    return touchpoints.brokenInvariant()
  }
}

extension EventShard: InvariantChecking {
  func brokenInvariant() -> String? { identifiers.brokenInvariant() }

  /// What events refer to and is not there.
  func brokenReference(touchpoints: Int, measures columns: Int) -> String? {
    if measures.count != events.count * columns {
      return "\(events.count) events of \(columns) measures, and \(measures.count) measures"
    }
    func isTouchpoint(_ id: Int32) -> Bool { id >= 0 && id < touchpoints }
    var nextOutcome = 0
    for event in events.buffer {
      if event.person >= identifiers.count { return "an event of person \(event.person) of \(identifiers.count)" }
      if let outcome = event.code.outcome {
        // Outcomes are stored in the order of their events.
        if outcome != nextOutcome || outcome >= outcomes.count { return "an event of outcome \(outcome)" }
        let id = outcomes[outcome].touchpoint
        if id != -1 && !isTouchpoint(id) { return "an outcome of touchpoint \(id) of \(touchpoints)" }
        nextOutcome += 1
      } else if !isTouchpoint(event.code.touchpoint) {
        return "a touch of touchpoint \(event.code.touchpoint) of \(touchpoints)"
      }
    }
    return nextOutcome == outcomes.count ? nil : "\(outcomes.count) outcomes, of which \(nextOutcome) are events"
  }
}
