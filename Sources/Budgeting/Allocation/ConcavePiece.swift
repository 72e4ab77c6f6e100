import Algorithms

/// The smallest concave function above a curve, on an interval or on the multiples of a step in it: what branch and
/// bound solves in the curve's place.
enum ConcavePiece: Sendable {
  /// A straight line from `from` to `touch`, where it touches the curve, and the curve from there to `to`.
  case curve(any ResponseCurve, from: Double, touch: Double, to: Double, slope: Double)
  /// Straight lines between points, of falling slope.
  case points(spends: [Double], values: [Double])

  /// - Parameter steps: `nil` where any spend is possible. Some multiple of the step must lie in the limits.
  init(_ curve: any ResponseCurve, _ limits: ClosedRange<Double>, steps: SteppedValues? = nil) {
    let (low, high) = (limits.lowerBound, limits.upperBound)
    if let steps {
      self = Self.hull(of: steps, limits)
      return
    }
    let inflection = curve.inflection
    guard low < inflection && high > low else {
      self = .curve(curve, from: low, touch: low, to: high, slope: 0)
      return
    }
    // Above 0 while the line from `low` to the curve at t still rises as t moves on.
    func excess(_ t: Double) -> Double { curve.marginal(t) * (t - low) - (curve.response(t) - curve.response(low)) }
    var touch = high
    if high > inflection && excess(high) < 0 {
      var (below, above) = (inflection, high)
      while true {
        let middle = below + (above - below) / 2
        guard middle > below && middle < above else { break }
        if excess(middle) > 0 { below = middle } else { above = middle }
      }
      touch = above
    }
    let slope = (curve.response(touch) - curve.response(low)) / (touch - low)
    self = .curve(curve, from: low, touch: touch, to: high, slope: slope)
  }

  /// The multiples of a step within limits, as factors; limits that miss one by rounding hold it.
  static func multiples(of step: Double, in limits: ClosedRange<Double>) -> ClosedRange<Int>? {
    let first = (limits.lowerBound / step - 1e-9).rounded(.up)
    let last = (limits.upperBound / step + 1e-9).rounded(.down)
    // Beyond 2^53 not every whole number is a Double.
    guard first <= last, last < 9e15 else { return nil }
    return Int(first)...Int(last)
  }

  /// Source of the hull: A. Andrew, "Another efficient algorithm for convex hulls in two dimensions", 1979.
  private static func hull(of steps: SteppedValues, _ limits: ClosedRange<Double>) -> ConcavePiece {
    guard let multiples = multiples(of: steps.step, in: limits) else {
      preconditionFailure("a multiple within the limits")
    }
    var (spends, values): ([Double], [Double]) = ([], [])
    for multiple in multiples {
      let (spend, value) = (Double(multiple) * steps.step, steps.value(multiple))
      while spends.count > 1 {
        let last = spends.count - 1
        let left = (values[last] - values[last - 1]) * (spend - spends[last])
        let right = (value - values[last]) * (spends[last] - spends[last - 1])
        guard left <= right else { break }
        spends.removeLast()
        values.removeLast()
      }
      spends.append(spend)
      values.append(value)
    }
    return .points(spends: spends, values: values)
  }

  /// The largest spend that no other beats at a price: it falls with the price.
  func spend(atPrice price: Double) -> Double {
    switch self {
    case .curve(let curve, let from, let touch, let to, let slope):
      if from == to { return from }
      if touch > from && price > slope { return from }
      return min(max(curve.spend(atMarginal: price), touch), to)
    case .points(let spends, let values):
      let lines = 0..<spends.count - 1
      let firstTooFlat = lines.partitioningIndex { line in
        (values[line + 1] - values[line]) / (spends[line + 1] - spends[line]) < price
      }
      return spends[firstTooFlat]
    }
  }

  /// The function at a spend within its limits.
  func value(_ spend: Double) -> Double {
    switch self {
    case .curve(let curve, let from, let touch, _, let slope):
      return spend < touch ? curve.response(from) + slope * (spend - from) : curve.response(spend)
    case .points(let spends, let values):
      let above = min(spends.partitioningIndex { $0 >= spend }, spends.count - 1)
      guard above > 0, spends[above] != spend else { return values[above] }
      let share = (spend - spends[above - 1]) / (spends[above] - spends[above - 1])
      return values[above - 1] + share * (values[above] - values[above - 1])
    }
  }
}

/// What multiples of a step bring, worked out once for all parts of a search.
struct SteppedValues: Sendable {
  let step: Double
  private let first: Int
  private let values: [Double]

  /// - Parameter limits: Some multiple of the step lies within them.
  init(_ curve: any ResponseCurve, _ limits: ClosedRange<Double>, step: Double) {
    guard let multiples = ConcavePiece.multiples(of: step, in: limits) else {
      preconditionFailure("a multiple within the limits")
    }
    self.step = step
    first = multiples.lowerBound
    values = multiples.map { curve.response(Double($0) * step) }
  }

  func value(_ multiple: Int) -> Double { values[multiple - first] }
}
