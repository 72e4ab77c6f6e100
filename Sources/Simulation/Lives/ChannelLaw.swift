import RealModule

/// A channel's laws as plain numbers: what a day asks of a channel, without the strings and arrays of ``Channel``,
/// whose copies are counted.
struct ChannelLaw: BitwiseCopyable {
  var kind: Channel.Kind
  /// The channel's index in the world.
  var index: Int
  var firstSlot: Int
  var slotCount: Int
  /// Whether each arm is a slot of its own.
  var isByArm: Bool
  /// What a day leaves of exposure.
  var decay: Double
  var half: Double
  var shape: Double
  var saturation: Saturation
  var effect: Double
  var latent: Double
  var moving: Double
  /// What satiation multiplies the rate by.
  var sated: Double
  var clickRate: Double
  var window: Int32
  var substitution: Double
  var carried: Double
  var subscribers: Double
  var period: Int
  /// The logarithm of the probability that the ad does not take a query.
  var logMissing: Double
  /// Where its drives lie among all.
  var firstDrive: Int
  var driveCount: Int

  /// Its slots among those of all channels.
  @inline(__always)
  var slots: Range<Int> { firstSlot..<firstSlot &+ slotCount }
  /// Its drives among all.
  @inline(__always)
  var drives: Range<Int> { firstDrive..<firstDrive &+ driveCount }

  /// The largest multiple of all slots.
  var largestMultiple: Double
  /// The most that its drives can multiply its rate by: no exposure is felt more than fully.
  var largestDrive: Double

  /// How exposure is felt: A^S / (K^S + A^S) for S = 1, 2, and any.
  enum Saturation: BitwiseCopyable {
    case hyperbola, square, power
  }

  /// One channel that drives a pull channel.
  struct Drive: BitwiseCopyable {
    var channel: Int
    var effect: Double
    /// Where the driver's slots, one for each slot of the driven channel, begin.
    var firstSlot: Int
    /// Whether those are arms.
    var isByArm: Bool
  }

  init(_ channel: Channel, index: Int, firstSlot: Int, slots: ChannelSlots, world: World) {
    kind = channel.kind
    self.index = index
    self.firstSlot = firstSlot
    slotCount = slots.multiples.count
    isByArm = slots.isByArm
    decay = channel.halfLife == 0 ? 0 : .exp2(-1 / channel.halfLife)
    half = channel.half
    shape = channel.shape
    saturation = channel.shape == 1 ? .hyperbola : channel.shape == 2 ? .square : .power
    effect = channel.kind == .organic ? 0 : channel.effect
    latent = channel.latentTargeting
    moving = channel.movingTargeting
    sated = .exp(-channel.movingTargeting * world.intent.satiation)
    clickRate = channel.clickRate
    window = Int32(channel.window)
    substitution = channel.substitution
    carried = channel.carried
    subscribers = channel.subscribers
    period = channel.period
    logMissing = .log(onePlus: -channel.take)
    firstDrive = 0
    driveCount = slots.drives.count
    largestMultiple = max(slots.multiples.max() ?? 0, 1)
    largestDrive = .exp(slots.drives.reduce(0) { $0 + max(0, $1.effect) })
  }

  /// A^S / (K^S + A^S), four exposures at a time.
  @inline(__always)
  func felt(_ exposure: SIMD4<Double>) -> SIMD4<Double> {
    switch saturation {
    case .hyperbola: return exposure / (half + exposure)
    case .square:
      let square = exposure * exposure
      return square / (half * half + square)
    case .power:
      var felt = SIMD4<Double>()
      for lane in 0..<4 where exposure[lane] > 0 { felt[lane] = 1 / (1 + .pow(half / exposure[lane], shape)) }
      return felt
    }
  }
}
