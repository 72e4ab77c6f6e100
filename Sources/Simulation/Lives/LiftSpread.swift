/// How the lift of one slot comes to the arms of the slot: added to a few, or to all with a mask.
struct LiftSpread: BitwiseCopyable {
  var slot: Int
  var effect: Double
  /// Where the arms, or the masks' blocks, begin.
  var start: Int
  /// The number of arms; 0 for a mask.
  var armCount: Int
}

/// The spreads of all channels whose slots are shared by arms.
struct LiftSpreads {
  private(set) var spreads: [LiftSpread] = []
  private(set) var arms: [Int32] = []
  /// By mask and arm, 1 where the lift comes to the arm and 0 elsewhere; four arms a block.
  private(set) var masks: [Double] = []

  /// So many arms are as soon added to one by one, however few blocks of four there are.
  private static let fewArms = 2

  init(_ world: World, _ slots: Slots, firstSlots: [Int], blockCount: Int) {
    for (index, channel) in slots.channels.enumerated() where !channel.isByArm {
      guard world.channels[index].kind != .organic && world.channels[index].effect != 0 else { continue }
      for slot in channel.multiples.indices {
        let members = channel.ofArm.indices.filter { channel.ofArm[$0] == Int32(slot) }
        var spread = LiftSpread(
          slot: firstSlots[index] + slot, effect: world.channels[index].effect, start: arms.count,
          armCount: members.count)
        if members.count > max(Self.fewArms, blockCount) {
          spread.armCount = 0
          spread.start = masks.count / 4
          for arm in 0..<4 * blockCount {
            masks.append(arm < channel.ofArm.count && channel.ofArm[arm] == Int32(slot) ? 1 : 0)
          }
        } else {
          arms += members.map { Int32($0) }
        }
        spreads.append(spread)
      }
    }
  }
}
