/// All credit to the first touch.
///
/// Example: of one conversion along a > b > c, a gets 1.
public struct FirstTouch: PathRule {
  public let name = "first-touch"
  public let parameters: [ModelParameter] = []

  public init() {}

  func weigh(_ path: UnsafeBufferPointer<Int32>, _ weights: UnsafeMutableBufferPointer<Double>) {
    weights[0] = 1
  }
}
