/// Whether two numbers agree to a relative tolerance, or to an absolute one where both are near 0.
public func isClose(
  _ left: Double, _ right: Double, relative: Double, absolute: Double = 0
) -> Bool {
  left == right || abs(left - right) <= max(relative * max(abs(left), abs(right)), absolute)
}
