import Journeys

/// A model that weighs the touches of each path by a fixed rule.
protocol PathRule: AttributionModel {
  /// Writes the weight of each touch. The weights must sum to 1.
  ///
  /// - Parameters:
  ///   - path: At least one touch.
  ///   - weights: As many places as touches, all 0.
  func weigh(_ path: UnsafeBufferPointer<Int32>, _ weights: UnsafeMutableBufferPointer<Double>)
}

extension PathRule {
  public var traits: ModelTraits { [.orderSensitive, .sumsToTotal] }

  /// Shares each path's conversions out by the rule's weights.
  ///
  /// - Complexity: O(touches), in parallel.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    let credits = evidence.paths.credits(
      scratch: { [Double]() },
      give: { weights, path, totals, sums in
        if weights.count < path.count { weights = [Double](repeating: 0, count: 2 * path.count) }
        weights.withUnsafeMutableBufferPointer { weights in
          let weights = UnsafeMutableBufferPointer(rebasing: weights[..<path.count])
          weights.update(repeating: 0)
          weigh(path, weights)
          for position in 0..<path.count where weights[position] != 0 {
            sums.add(path[position], share: weights[position], of: totals)
          }
        }
      })
    return Attribution(credits: credits, paths: evidence.paths, sumsToTotal: true)
  }
}
