import TouchstoneMonteCarlo

/// Which arms a truth needs, and which sums and differences of them it is.
struct TruthPlan: Sendable {
  /// A sum of arms with weights.
  typealias Combination = [(arm: Int, weight: Double)]

  private(set) var arms: [Arm] = []
  private var places: [Arm: Int] = [:]
  /// The arm without any advertised channel; without such channels that is the world as it is.
  private(set) var baselineArm = 0
  private(set) var off: [Combination] = []
  private(set) var shapley: [Combination] = []
  /// Extra conversions, and the arm that spends more.
  private(set) var marginal: [(difference: Combination, arm: Int)] = []
  private(set) var synergy: [(first: Int, second: Int, difference: Combination)] = []
  private(set) var response: [(channel: Int, multiple: Double, arm: Int)] = []
  /// Whether Shapley values are sampled: each group of users then lives arms of its own.
  let samplesOrders: Bool
  let advertised: [Int]

  init(_ world: World, _ estimands: Truth.Estimands) {
    advertised = world.advertised
    samplesOrders = estimands.contains(.shapley) && advertised.count > Truth.largestExact
    let allOn = Arm.allOn(world)
    arms = [allOn]
    places = [allOn: 0]
    let none = allOn.with(advertised, at: 0)
    baselineArm = place(none)
    if estimands.contains(.off) { off = advertised.map { difference(without: [$0]) } }
    if estimands.contains(.shapley) && !samplesOrders { shapley = exactShapley(none) }
    if estimands.contains(.marginal) {
      marginal = advertised.map { channel in
        let more = place(allOn.with([channel], at: 1 + world.truth.step))
        return (difference: [(arm: more, weight: 1), (arm: 0, weight: -1)], arm: more)
      }
    }
    if estimands.contains(.synergy) {
      for (index, first) in advertised.enumerated() {
        for second in advertised[(index + 1)...] {
          // off({c, d}) − off(c) − off(d), in which all on enters 1 − 2 times.
          let both = place(allOn.with([first, second], at: 0))
          let (one, other) = (place(allOn.with([first], at: 0)), place(allOn.with([second], at: 0)))
          synergy.append(
            (
              first: first, second: second,
              difference: [
                (arm: 0, weight: -1), (arm: both, weight: -1), (arm: one, weight: 1), (arm: other, weight: 1),
              ]
            ))
        }
      }
    }
    if estimands.contains(.response) {
      for channel in advertised {
        for multiple in world.truth.response {
          response.append(
            (channel: channel, multiple: multiple, arm: place(allOn.with([channel], at: multiple))))
        }
      }
    }
  }

  private mutating func place(_ arm: Arm) -> Int {
    if let place = places[arm] { return place }
    places[arm] = arms.count
    arms.append(arm)
    return arms.count - 1
  }

  private mutating func difference(without channels: [Int]) -> Combination {
    [(arm: 0, weight: 1), (arm: place(arms[0].with(channels, at: 0)), weight: -1)]
  }

  /// By advertised channel: φ_c = Σ over S without c of |S|! (n−|S|−1)! / n! (v(S ∪ c) − v(S)).
  private mutating func exactShapley(_ none: Arm) -> [Combination] {
    let count = advertised.count
    let places = (0..<1 << count).map { coalition in
      place(none.with(advertised.indices.filter { coalition >> $0 & 1 == 1 }.map { advertised[$0] }, at: 1))
    }
    // |S|! (n−|S|−1)! / n! by size.
    var weights = [1 / Double(max(count, 1))]
    for size in 1..<max(count, 1) { weights.append(weights[size - 1] * Double(size) / Double(count - size)) }
    return (0..<count).map { player in
      places.indices.map { coalition in
        let size = coalition.nonzeroBitCount
        let weight = coalition >> player & 1 == 1 ? weights[size - 1] : -weights[size]
        return (arm: places[coalition], weight: weight)
      }
    }
  }

  /// An order in which one group of users switches the advertised channels on, and its reverse.
  struct Orders {
    /// The arms of both orders' true prefixes, behind ``TruthPlan/arms``.
    let arms: [Arm]
    /// By advertised channel, what it adds, the mean of both orders.
    let contributions: [Combination]
  }

  func orders(ofGroup group: Int, seed: UInt64) -> Orders {
    var stream = RandomStream(seed: seed, purpose: .permutation, index: UInt64(group))
    let order = Array(advertised.indices).shuffled(using: &stream)
    var arms: [Arm] = []
    var contributions = [Combination](repeating: [], count: advertised.count)
    for order in [order, order.reversed()] {
      var arm = self.arms[baselineArm]
      var before = baselineArm
      for (position, player) in order.enumerated() {
        arm = arm.with([advertised[player]], at: 1)
        var after = 0
        if position < order.count - 1 {
          after = self.arms.count + arms.count
          arms.append(arm)
        }
        contributions[player] += [(arm: after, weight: 0.5), (arm: before, weight: -0.5)]
        before = after
      }
    }
    return Orders(arms: arms, contributions: contributions)
  }
}
