/// All credit to the last touch.
///
/// Example: of one conversion along a > b > c, c gets 1.
public struct LastTouch: PathRule {
  public let name = "last-touch"
  public let parameters: [ModelParameter] = []

  public init() {}

  func weigh(_ path: UnsafeBufferPointer<Int32>, _ weights: UnsafeMutableBufferPointer<Double>) {
    weights[path.count - 1] = 1
  }
}
