/// One version of a world: what share of its spend each channel gets, 1 as the world is, 0 where it is off.
struct Arm: Hashable, Sendable {
  var multiples: [Double]

  /// The world as it is.
  static func allOn(_ world: World) -> Arm { Arm(multiples: world.channels.map { _ in 1 }) }

  /// With some channels at another multiple.
  func with(_ channels: some Sequence<Int>, at multiple: Double) -> Arm {
    var arm = self
    for channel in channels { arm.multiples[channel] = multiple }
    return arm
  }
}
