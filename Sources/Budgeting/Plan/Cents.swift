/// Money in whole cents, so that totals reconcile.
enum Cents {
  /// An amount in cents.
  static func of(_ amount: Double) -> Double { (amount * 100).rounded() }

  /// The sum of amounts, each rounded to whole cents.
  static func sum(_ amounts: [Double]) -> Double { amounts.reduce(0) { $0 + of($1) } / 100 }

  /// What rounding may take from an amount of whole cents, in cents.
  static let slack = 1e-6
  /// Cents that are given out one by one: more would be left by no rounding.
  private static let mostLeft = 1e6

  /// Spends as whole cents that add up to the total, each as close to what was worked out as that allows.
  ///
  /// Each is rounded down, and cents that are left go where most was cut off, within all limits.
  ///
  /// - Parameters:
  ///   - spends: What was worked out.
  ///   - total: In whole cents.
  ///   - limits: By item, of whole cents.
  ///   - isFixed: By item, whether it stays as it is: it is whole cents, or a multiple of a step.
  ///   - groups: Limits of sums, which are kept where that is possible.
  static func rounded(
    _ spends: [Double], total: Double, limits: [ClosedRange<Double>], isFixed: [Bool], groups: [AllocationProblem.Group]
  ) -> [Double] {
    var cents = spends.indices.map { index -> Double in
      if isFixed[index] { return spends[index] * 100 }
      return max((spends[index] * 100 + slack).rounded(.down), (limits[index].lowerBound * 100).rounded())
    }
    func sum(_ group: AllocationProblem.Group) -> Double { group.members.reduce(0) { $0 + cents[$1] } }
    var left = (total * 100).rounded() - cents.reduce(0, +)
    for _ in 0..<Int(min(abs(left).rounded(), mostLeft)) {
      let sign: Double = left > 0 ? 1 : -1
      func isAllowed(_ index: Int) -> Bool {
        let limits = limits[index]
        let next = cents[index] + sign
        let isWithin =
          sign > 0 ? next <= (limits.upperBound * 100).rounded() : next >= (limits.lowerBound * 100).rounded()
        return !isFixed[index] && isWithin
      }
      func keepsGroups(_ index: Int) -> Bool {
        groups.allSatisfy { group in
          guard group.members.contains(index) else { return true }
          let next = sum(group) + sign
          return sign > 0
            ? next <= group.limits.upperBound * 100 + slack : next >= group.limits.lowerBound * 100 - slack
        }
      }
      func lacks(_ index: Int) -> Bool {
        groups.contains { group in
          guard group.members.contains(index) else { return false }
          return sign > 0
            ? group.limits.lowerBound * 100 - sum(group) > slack : sum(group) - group.limits.upperBound * 100 > slack
        }
      }
      let allowed = cents.indices.filter(isAllowed)
      let kept = allowed.filter(keepsGroups)
      let pool = kept.isEmpty ? allowed : kept
      let missing = pool.filter(lacks)
      func cut(_ index: Int) -> Double { sign * (spends[index] * 100 - cents[index]) }
      guard let index = (missing.isEmpty ? pool : missing).max(by: { (cut($0), $1) < (cut($1), $0) }) else { break }
      cents[index] += sign
      left -= sign
    }
    return cents.map { $0 / 100 }
  }
}
