import RealModule

/// Credit that halves with every `halfLife` touches back from the last one: touch i of L weighs
/// 2^(−(L−i)/halfLife), normalised over the path.
///
/// Example: of one conversion along a > b > c, with a half-life of one touch, c gets 4/7, b 2/7 and a 1/7.
public struct PositionDecay: PathRule {
  public let name = "position-decay"
  /// The number of touches over which the weight halves.
  public let halfLife: Double

  /// - Parameter halfLife: The number of touches over which the weight halves. Traps unless above 0.
  public init(halfLife: Double = 1) {
    precondition(halfLife > 0, "a half-life is above 0")
    self.halfLife = halfLife
  }

  public var parameters: [ModelParameter] { [ModelParameter("half-life", .number(halfLife))] }

  func weigh(_ path: UnsafeBufferPointer<Int32>, _ weights: UnsafeMutableBufferPointer<Double>) {
    let ratio = Double.exp2(-1 / halfLife)
    var weight = 1.0
    var sum = 0.0
    for position in (0..<path.count).reversed() {
      weights[position] = weight
      sum += weight
      weight *= ratio
    }
    for position in 0..<path.count { weights[position] /= sum }
  }
}
