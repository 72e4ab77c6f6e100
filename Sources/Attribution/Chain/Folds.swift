import TouchstoneJourneys
import TouchstoneMonteCarlo

/// Which journeys are in which fold of a cross-validation.
///
/// Each journey's fold is drawn at random. Dealing in turn would give every fold the same share of every path: journeys
/// held out would then be no news to a chain that has learnt the others by heart.
struct Folds: Sendable {
  /// By fold and row, the journeys held out.
  let shares: [[PathTotals]]

  init(shares: [[PathTotals]]) { self.shares = shares }

  /// Deals journeys, or paths with all their journeys.
  ///
  /// A draw is a function of the seed and the path, whatever the order of rows.
  init(_ rows: CanonicalRows, count: Int, _ unit: OrderStudy.Unit, seed: UInt64) {
    var shares = [[PathTotals]](
      repeating: [PathTotals](repeating: PathTotals(conversions: 0), count: rows.count), count: count)
    for row in 0..<rows.count {
      var stream = RandomStream(seed: seed, purpose: .fold, index: rows.keys[row])
      let totals = rows.totals[row]
      switch unit {
      case .paths: shares[Int.random(in: 0..<count, using: &stream)][row] = totals
      case .journeys:
        for (fold, journeys) in Self.deal(totals.conversions, to: count, &stream).enumerated() {
          shares[fold][row].conversions = journeys
        }
        for (fold, journeys) in Self.deal(totals.nonConverting, to: count, &stream).enumerated() {
          shares[fold][row].nonConverting = journeys
        }
      }
    }
    self.shares = shares
  }

  /// More journeys than this are dealt by the normal distribution that their number in a fold is close to.
  private static let mostSingle = 1_000.0

  /// How many of a row's journeys come into each fold; what is left of a whole one comes into one.
  private static func deal(_ journeys: Double, to count: Int, _ stream: inout RandomStream) -> [Double] {
    var dealt = [Double](repeating: 0, count: count)
    if journeys > mostSingle {
      var left = journeys
      for fold in 0..<count - 1 {
        let share = 1 / Double(count - fold)
        let spread = (left * share * (1 - share)).squareRoot()
        dealt[fold] = min(left, max(0, (left * share + spread * stream.normal()).rounded()))
        left -= dealt[fold]
      }
      dealt[count - 1] = left
    } else {
      var left = journeys
      while left > 0 {
        dealt[Int.random(in: 0..<count, using: &stream)] += min(1, left)
        left -= 1
      }
    }
    return dealt
  }
}
