/// The same credit to every touch, 1/L on a path of L touches; a repeated touchpoint counts each time.
///
/// Example: of one conversion along a > b > a > c, a gets 0.5, b and c 0.25 each.
public struct Linear: PathRule {
  public let name = "linear"
  public let parameters: [ModelParameter] = []

  public init() {}

  public var traits: ModelTraits { .sumsToTotal }

  func weigh(_ path: UnsafeBufferPointer<Int32>, _ weights: UnsafeMutableBufferPointer<Double>) {
    let share = 1 / Double(path.count)
    for position in 0..<path.count { weights[position] = share }
  }
}
