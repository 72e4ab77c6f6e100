import TouchstoneMonteCarlo

extension EstimandDefinition {
  /// The mean over all orders of what the channel adds when channels are switched on in that order.
  ///
  /// Up to ``Truth/largestExact`` advertised channels all coalitions are lived. Beyond, each group of users lives an
  /// order of its own.
  static let shapley = EstimandDefinition(.channel) { plan in
    guard plan.advertised.count <= Truth.largestExact else {
      return plan.advertised.enumerated().map { player, channel in
        PlannedFigure(channel: channel, measure: .sampledOrders(player: player))
      }
    }
    return zip(plan.advertised, plan.shapleyCombinations()).map {
      PlannedFigure(channel: $0, measure: .sum($1))
    }
  }
}

extension TruthPlan {
  /// By advertised channel: φ_c = Σ over S without c of |S|! (n−|S|−1)! / n! (v(S ∪ c) − v(S)).
  fileprivate mutating func shapleyCombinations() -> [PlannedFigure.Combination] {
    let count = advertised.count
    let none = arms[baselineIndex]
    let arms = (0..<1 << count).map { coalition in
      index(of: none.with(advertised.indices.filter { coalition >> $0 & 1 == 1 }.map { advertised[$0] }, at: 1))
    }
    // |S|! (n−|S|−1)! / n! by size.
    var weights = [1 / Double(max(count, 1))]
    for size in 1..<max(count, 1) { weights.append(weights[size - 1] * Double(size) / Double(count - size)) }
    return (0..<count).map { player in
      arms.indices.map { coalition in
        let size = coalition.nonzeroBitCount
        let weight = coalition >> player & 1 == 1 ? weights[size - 1] : -weights[size]
        return (arm: arms[coalition], weight: weight)
      }
    }
  }

  /// An order in which one group of users switches the advertised channels on, and its reverse.
  struct Orders {
    /// The arms of both orders' prefixes, but for the first and the last; they lie behind ``TruthPlan/arms``.
    let arms: [Arm]
    /// By advertised channel, what it adds, the mean of both orders.
    let contributions: [PlannedFigure.Combination]
  }

  /// The orders that a group of users lives.
  func orders(ofGroup group: Int, seed: UInt64) -> Orders {
    var stream = RandomStream(seed: seed, purpose: .permutation, index: UInt64(group))
    let order = Array(advertised.indices).shuffled(using: &stream)
    var arms: [Arm] = []
    var contributions = [PlannedFigure.Combination](repeating: [], count: advertised.count)
    for order in [order, order.reversed()] {
      var arm = self.arms[baselineIndex]
      var before = baselineIndex
      for (position, player) in order.enumerated() {
        arm = arm.with([advertised[player]], at: 1)
        var after = Self.allOnIndex
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
