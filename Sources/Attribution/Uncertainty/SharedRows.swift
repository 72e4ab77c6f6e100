import TouchstoneJourneys

/// A model that credits path by path: each row's credit is worked out once and then weighed.
struct SharedRows: Resampler {
  private struct Share {
    var touchpoint: Int32
    var conversions: Double
    var value: Double
  }

  private let touchpointCount: Int
  private let starts: [Int]
  private let shares: [Share]

  init(_ model: some PathwiseModel, _ rows: CanonicalRows) {
    touchpointCount = rows.touchpoints.count
    var starts = [0]
    var shares: [Share] = []
    var scratch = PathScratch(touchpointCount: touchpointCount)
    // The canonical rows are a table of their own, with touchpoints in another order.
    model.prepare(&scratch, for: rows.table(weights: { row in rows.totals[row] }))
    var distinct = DistinctTouchpoints(touchpointCount: touchpointCount)
    var sums = CreditSums(touchpointCount: touchpointCount)
    rows.touches.withUnsafeBufferPointer { touches in
      rows.decay.withUnsafeBufferPointer { decay in
        for row in 0..<rows.count {
          let totals = rows.totals[row]
          if totals.conversions > 0 {
            let range = rows.starts[row]..<rows.starts[row + 1]
            let halfLives = rows.table.halfLives.count
            let path = UnsafeBufferPointer(rebasing: touches[range])
            model.credit(
              CreditedPath(
                touches: path, totals: totals,
                decay: UnsafeBufferPointer(
                  rebasing: decay[range.lowerBound * halfLives..<range.upperBound * halfLives])),
              &scratch, to: &sums)
            for touchpoint in distinct.list(path) {
              let credit = sums.take(touchpoint)
              guard credit.conversions != 0 || credit.value != 0 else { continue }
              shares.append(
                Share(
                  touchpoint: touchpoint, conversions: credit.conversions / totals.conversions,
                  value: totals.value == 0 ? 0 : credit.value / totals.value))
            }
          }
          starts.append(shares.count)
        }
      }
    }
    self.starts = starts
    self.shares = shares
  }

  func credits(_ weights: RowWeights) -> [ResampledCredit] {
    var credits = [ResampledCredit](repeating: ResampledCredit(), count: touchpointCount)
    credits.withUnsafeMutableBufferPointer { credits in
      shares.withUnsafeBufferPointer { shares in
        for row in 0..<starts.count - 1 {
          let conversions = weights.conversions[row]
          guard conversions > 0 else { continue }
          let value = weights.value[row]
          for share in shares[starts[row]..<starts[row + 1]] {
            credits[Int(share.touchpoint)].conversions += share.conversions * conversions
            credits[Int(share.touchpoint)].value += share.value * value
          }
        }
      }
    }
    return credits
  }
}
