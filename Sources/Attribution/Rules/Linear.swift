/// The same credit to every touch, 1/L on a path of L touches; a repeated touchpoint counts each time.
public struct Linear: PathRule {
  public let name = "linear"
  public let parameters: [ModelParameter] = []
  public var traits: ModelTraits { .sumsToTotal }

  public init() {}

  func weigh(_ path: UnsafeBufferPointer<Int32>, _ weights: UnsafeMutableBufferPointer<Double>) {
    let share = 1 / Double(path.count)
    for position in 0..<path.count { weights[position] = share }
  }
}
