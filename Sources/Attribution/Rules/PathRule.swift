import TouchstoneJourneys

/// A model that weighs the touches of each path by a fixed rule.
protocol PathRule: PathwiseModel {
  /// Writes the weight of each touch. The weights must sum to 1.
  ///
  /// - Parameters:
  ///   - path: At least one touch.
  ///   - weights: As many as touches, all 0.
  func weigh(_ path: UnsafeBufferPointer<Int32>, _ weights: UnsafeMutableBufferPointer<Double>)
}

extension PathRule {
  public var traits: ModelTraits { [.orderSensitive, .sumsToTotal] }

  /// Shares a path's conversions out by the rule's weights.
  func credit(_ path: CreditedPath, _ scratch: inout PathScratch, to sums: inout CreditSums) {
    let touches = path.touches
    if scratch.weights.count < touches.count {
      scratch.weights = [Double](repeating: 0, count: 2 * touches.count)
    }
    scratch.weights.withUnsafeMutableBufferPointer { weights in
      let weights = UnsafeMutableBufferPointer(rebasing: weights[..<touches.count])
      weights.update(repeating: 0)
      weigh(touches, weights)
      for position in 0..<touches.count where weights[position] != 0 {
        sums.add(touches[position], share: weights[position], of: path.totals)
      }
    }
  }
}
