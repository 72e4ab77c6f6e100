extension PathTable: InvariantChecking {
  func brokenInvariant() -> String? {
    if parts.count != Self.partCount { return "a table of \(parts.count) parts" }
    for (index, part) in parts.enumerated() {
      if let broken = brokenInvariant(ofPart: index, part) { return "part \(index): \(broken)" }
    }
    return touchpoints.brokenInvariant()
  }

  /// That no path is there twice is for the part's own index to see, while it is filled.
  private func brokenInvariant(ofPart index: Int, _ part: Part) -> String? {
    var broken: String?
    var (rows, touches) = (0, 0)
    part.arena.forEachRecord { record in
      rows += 1
      touches += record.touchCount
      if record.touchCount == 0 { broken = "a row without touches" }
      if Self.part(of: record.hash) != index { broken = "a row of part \(Self.part(of: record.hash))" }
      if record.halfLifeCount != halfLives.count { broken = "credits for \(record.halfLifeCount) half-lives" }
      if !record.path.allSatisfy({ $0 >= 0 && $0 < touchpoints.count }) { broken = "a touch of no touchpoint" }
      if record.touchCount & 1 == 1 && record.touches[record.touchCount] != 0 { broken = "no zeros behind an odd path" }
    }
    if rows != part.count || touches != part.touchCount {
      return "\(rows) rows of \(touches) touches, counted as \(part.count) of \(part.touchCount)"
    }
    return broken
  }
}
