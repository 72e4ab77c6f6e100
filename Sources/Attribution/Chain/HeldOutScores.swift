import RealModule
import TouchstoneJourneys
import TouchstoneParallel

/// How the chains of all orders predict the journeys of one fold, fitted on all others.
struct HeldOutScores: Sendable {
  /// The mean log-likelihood of a journey, by order from 0 on; NaN where no journey is held out.
  let logLikelihoods: [Double]
  /// By order from 0 on.
  let areas: [Double?]

  /// - Parameter shares: By row, the journeys held out.
  init(_ shares: [PathTotals], _ rows: CanonicalRows, _ counts: ContextCounts) {
    let training = counts.levels.map { Training($0, shares, counts.starts) }
    let orders = counts.levels.count
    var sums = [CompensatedSum](repeating: CompensatedSum(), count: orders)
    var ends: [[ScoredEnd]] = Array(repeating: [], count: orders)
    var probabilities = [Double](repeating: 0, count: orders)
    var journeys = 0.0
    for row in 0..<rows.count where shares[row].journeys > 0 {
      let share = shares[row]
      journeys += share.journeys
      let last = counts.starts[row + 1] - 2
      for position in counts.starts[row]..<last {
        Self.predict(position, counts, training, &probabilities)
        for order in 0..<orders { sums[order].add(share.journeys * .log(probabilities[order])) }
      }
      Self.predict(last, counts, training, &probabilities)
      let converting = probabilities
      Self.predict(last + 1, counts, training, &probabilities)
      for order in 0..<orders {
        sums[order].add(share.conversions * .log(converting[order]))
        sums[order].add(share.nonConverting * .log(probabilities[order]))
        ends[order].append(
          ScoredEnd(score: converting[order] / (converting[order] + probabilities[order]), totals: share))
      }
    }
    logLikelihoods = sums.map { journeys > 0 ? $0.value / journeys : .nan }
    areas = ends.map(Self.area)
  }

  /// Counts of one order without the fold's journeys.
  private struct Training {
    var contexts: [Double]
    var windows: [Double]

    init(_ level: ContextCounts.Level, _ shares: [PathTotals], _ starts: [Int]) {
      contexts = level.contextTotals
      windows = level.windowTotals
      for (row, share) in shares.enumerated() where share.journeys > 0 {
        let end = starts[row + 1]
        for position in starts[row]..<end {
          let weight =
            position < end - 2 ? share.journeys : position == end - 2 ? share.conversions : share.nonConverting
          contexts[Int(level.contexts[position])] -= weight
          windows[Int(level.windows[position])] -= weight
        }
      }
    }
  }

  /// The smoothed probability of what followed at a position, for all orders.
  @inline(__always)
  private static func predict(
    _ position: Int, _ counts: ContextCounts, _ training: [Training], _ probabilities: inout [Double]
  ) {
    var shorter = 1 / Double(counts.touchpoints + 2)
    for (order, level) in counts.levels.enumerated() {
      // Sums of fractional counts may leave a trace below 0 when they are taken off again.
      let window = max(0, training[order].windows[Int(level.windows[position])])
      let context = max(window, training[order].contexts[Int(level.contexts[position])])
      shorter = (window + OrderStudy.smoothing * shorter) / (context + OrderStudy.smoothing)
      probabilities[order] = shorter
    }
  }

  private struct ScoredEnd {
    let score: Double
    let totals: PathTotals
  }

  /// Relative differences up to this are rounding: scores are a few divisions of sums of counts.
  private static let tieWidth = 1e-12

  /// The probability that a converting journey has a higher score than another, ties counted half.
  private static func area(_ ends: [ScoredEnd]) -> Double? {
    let sorted = ends.sorted { $0.score < $1.score }
    var (below, wins, converting) = (0.0, 0.0, 0.0)
    var index = 0
    while index < sorted.count {
      var tied = PathTotals(conversions: 0)
      // Scores that are equal but for rounding are ties: contexts that converted half of the time, for one.
      let highest = sorted[index].score * (1 + tieWidth)
      while index < sorted.count, sorted[index].score <= highest {
        tied.conversions += sorted[index].totals.conversions
        tied.nonConverting += sorted[index].totals.nonConverting
        index += 1
      }
      wins += tied.conversions * (below + tied.nonConverting / 2)
      below += tied.nonConverting
      converting += tied.conversions
    }
    return converting > 0 && below > 0 ? wins / converting / below : nil
  }
}
