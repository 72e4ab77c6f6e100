/// Money in whole cents, so that totals reconcile.
enum Cents {
  static func of(_ amount: Double) -> Double { (amount * 100).rounded() }

  /// Spends as whole cents that add up to the total, each as close to what was worked out as that allows.
  ///
  /// Each is rounded down, and cents that are left go where most was cut off, within all limits.
  /// - Parameters:
  ///   - spends: What was worked out.
  ///   - total: In whole cents.
  ///   - limits: By item, of whole cents.
  ///   - isFixed: By item, whether it stays as it is: it is whole cents, or a multiple of a step.
  ///   - groups: Limits of sums, which are kept where that is possible.
  static func rounded(
    _ spends: [Double], total: Double, limits: [ClosedRange<Double>], isFixed: [Bool], groups: [AllocationProblem.Group]
  ) -> [Double] {
    var cents = spends.indices.map { place -> Double in
      if isFixed[place] { return spends[place] * 100 }
      return max((spends[place] * 100 + 1e-6).rounded(.down), (limits[place].lowerBound * 100).rounded())
    }
    func sum(_ group: AllocationProblem.Group) -> Double { group.members.reduce(0) { $0 + cents[$1] } }
    var left = (total * 100).rounded() - cents.reduce(0, +)
    for _ in 0..<Int(min(abs(left).rounded(), 1e6)) {
      let sign: Double = left > 0 ? 1 : -1
      func isAllowed(_ place: Int) -> Bool {
        let limits = limits[place]
        let next = cents[place] + sign
        let isWithin =
          sign > 0 ? next <= (limits.upperBound * 100).rounded() : next >= (limits.lowerBound * 100).rounded()
        return !isFixed[place] && isWithin
      }
      func keepsGroups(_ place: Int) -> Bool {
        groups.allSatisfy { group in
          guard group.members.contains(place) else { return true }
          let next = sum(group) + sign
          return sign > 0
            ? next <= group.limits.upperBound * 100 + 1e-6 : next >= group.limits.lowerBound * 100 - 1e-6
        }
      }
      func lacks(_ place: Int) -> Bool {
        groups.contains { group in
          guard group.members.contains(place) else { return false }
          return sign > 0
            ? group.limits.lowerBound * 100 - sum(group) > 1e-6 : sum(group) - group.limits.upperBound * 100 > 1e-6
        }
      }
      let allowed = cents.indices.filter(isAllowed)
      let kept = allowed.filter(keepsGroups)
      let pool = kept.isEmpty ? allowed : kept
      let missing = pool.filter(lacks)
      func cut(_ place: Int) -> Double { sign * (spends[place] * 100 - cents[place]) }
      guard let place = (missing.isEmpty ? pool : missing).max(by: { (cut($0), $1) < (cut($1), $0) }) else { break }
      cents[place] += sign
      left -= sign
    }
    return cents.map { $0 / 100 }
  }
}
