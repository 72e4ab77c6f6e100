/// Which arms share what happens on a channel.
///
/// What a channel does to a user depends on few things: its own spend, that of the channels that drive it, and, for
/// some, on all that happened in the arm. Arms that agree in these things are one slot, and are worked out once.
struct Slots: Sendable {
  let armCount: Int
  let channels: [ChannelSlots]

  init(_ world: World, _ arms: [Arm]) {
    armCount = arms.count
    var channels: [ChannelSlots?] = world.channels.map { _ in nil }
    let drivers = world.channels.indices.map { pull in
      world.channels.indices.flatMap { push in
        world.channels[push].drives.filter { $0.channel == pull }.map { (channel: push, effect: $0.effect) }
      }
    }
    // Pull channels last: they look at the slots of those that drive them.
    let order = world.channels.indices.sorted {
      (world.channels[$0].kind == .pull ? 1 : 0, $0) < (world.channels[$1].kind == .pull ? 1 : 0, $1)
    }
    for index in order {
      let channel = world.channels[index]
      let drives = drivers[index]
      let isByArm =
        channel.kind == .retarget
        || (channel.kind != .owned && channel.movingTargeting != 0 && world.intent.satiation != 0)
        || drives.contains { channels[$0.channel]!.isByArm }
      // Those that are driven alike come one behind the other.
      let likenesses = arms.enumerated().map { armIndex, arm in
        isByArm
          ? [Double(armIndex)]
          : drives.map { Double(channels[$0.channel]!.ofArm[armIndex]) } + [arm.multiples[index]]
      }
      let distinct = Set(likenesses).sorted { $0.lexicographicallyPrecedes($1) }
      let slots = Dictionary(uniqueKeysWithValues: zip(distinct, Int32(0)...))
      let ofArm = likenesses.map { slots[$0]! }
      // Each slot's first arm stands for all of them.
      var first = [Int](repeating: 0, count: distinct.count)
      for (armIndex, slot) in ofArm.enumerated().reversed() { first[Int(slot)] = armIndex }
      let multiples = first.map { arms[$0].multiples[index] }
      channels[index] = ChannelSlots(
        ofArm: ofArm, multiples: multiples,
        drives: drives.map { drive in
          (channel: drive.channel, effect: drive.effect, slots: first.map { channels[drive.channel]!.ofArm[$0] })
        }, isByArm: isByArm)
    }
    self.channels = channels.map { $0! }
    checkInvariants(arms)
  }

  /// In debug builds, traps unless each arm has a slot of its multiple, each slot an arm, and arms of a slot share
  /// those of the drivers.
  private func checkInvariants(_ arms: [Arm]) {
    #if DEBUG
      for (index, channel) in channels.enumerated() {
        precondition(channel.ofArm.count == armCount, "each arm has a slot")
        precondition(
          Set(channel.ofArm) == Set(channel.multiples.indices.map { Int32($0) }), "each slot is some arm's")
        precondition(
          !channel.isByArm || channel.ofArm.elementsEqual(0..<Int32(armCount)), "arms that are slots keep their order")
        for (arm, slot) in zip(arms, channel.ofArm) {
          precondition(channel.multiples[Int(slot)] == arm.multiples[index], "arms of a slot have one multiple")
        }
        for drive in channel.drives {
          precondition(drive.slots.count == channel.multiples.count, "each slot has one of the driver's")
          for (slot, driverSlot) in zip(channel.ofArm, channels[drive.channel].ofArm) {
            precondition(drive.slots[Int(slot)] == driverSlot, "arms of a slot share the driver's slot")
          }
        }
      }
    #endif
  }
}

/// How one channel's arms are shared.
struct ChannelSlots: Sendable {
  /// The slot of each arm.
  var ofArm: [Int32]
  /// The multiple of spend of each slot.
  var multiples: [Double]
  /// For each channel that drives this one, its effect on the logarithm of queries, and its slot for each of this
  /// channel's slots.
  var drives: [(channel: Int, effect: Double, slots: [Int32])]
  /// Whether each arm is a slot of its own, because visits, purchases or satiation in the arm matter.
  var isByArm: Bool
}
