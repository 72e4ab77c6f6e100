import TouchstoneParallel

/// What users add up to.
struct TruthSums: Sendable {
  private(set) var allOn = Moments()
  private(set) var realised = Moments()
  private(set) var excess = Moments()
  private(set) var touches: [Moments]
  private(set) var substituted: [CompensatedSum]
  private(set) var baseline = Moments()
  /// By figure of the plan.
  private var figures: [FigureMoments]
  /// By advertised channel, where orders are sampled.
  private var sampled: [GroupMoments]

  init(_ plan: TruthPlan, _ world: World) {
    touches = world.channels.map { _ in Moments() }
    substituted = world.channels.map { _ in CompensatedSum() }
    figures = plan.figures.map { _ in FigureMoments() }
    sampled = plan.samplesOrders ? plan.advertised.map { _ in GroupMoments() } : []
  }

  /// Lives some users.
  init(_ plan: TruthPlan, _ laws: WorldLaws, _ slots: Slots, users: Range<Int>) {
    self.init(plan, laws.world)
    guard plan.samplesOrders else {
      let lives = Lives(laws, slots)
      for user in users { live(user, lives, plan) }
      return
    }
    for group in Parallel.ranges(count: users.count, length: Truth.usersPerGroup) {
      let first = users.lowerBound + group.lowerBound
      let orders = plan.orders(ofGroup: first / Truth.usersPerGroup, seed: laws.world.seed)
      let lives = Lives(laws, plan.arms + orders.arms)
      var values = [[Double]](repeating: [], count: plan.advertised.count)
      for user in first..<first + group.count {
        live(user, lives, plan)
        for player in values.indices { values[player].append(Self.sum(orders.contributions[player], lives)) }
      }
      for player in values.indices { sampled[player].addGroup(values[player]) }
    }
  }

  private static func sum(_ combination: PlannedFigure.Combination, _ lives: Lives) -> Double {
    combination.reduce(0) { $0 + $1.weight * lives.conversions(arm: $1.arm) }
  }

  private mutating func live(_ user: Int, _ lives: Lives, _ plan: TruthPlan) {
    lives.live(UInt64(user)) { _, _ in }
    let channels = lives.laws.world.channels
    func spend(_ channel: Int, arm: Int) -> Double {
      lives.touches(channel: channel, arm: arm) * channels[channel].costPerTouch
    }
    let allOnArm = TruthPlan.allOnIndex
    let (expected, happened) = (lives.conversions(arm: allOnArm), lives.realised(arm: allOnArm))
    allOn.add(expected)
    realised.add(happened)
    excess.add(happened - expected)
    for channel in channels.indices {
      touches[channel].add(lives.touches(channel: channel, arm: allOnArm))
      substituted[channel].add(lives.substituted(channel: channel, arm: allOnArm))
    }
    baseline.add(lives.conversions(arm: plan.baselineIndex))
    for (index, figure) in plan.figures.enumerated() {
      switch figure.measure {
      case .sum(let arms): figures[index].add(Self.sum(arms, lives))
      case .sumAtSpend(let arms, let arm):
        figures[index].add(Self.sum(arms, lives), spend: spend(figure.channel, arm: arm))
      case .quotient(let arms, let arm):
        figures[index].add(
          Self.sum(arms, lives), spend: spend(figure.channel, arm: arm) - spend(figure.channel, arm: allOnArm))
      case .sampledOrders: break
      }
    }
  }

  mutating func add(_ other: TruthSums) {
    allOn.add(other.allOn)
    realised.add(other.realised)
    excess.add(other.excess)
    baseline.add(other.baseline)
    for index in touches.indices { touches[index].add(other.touches[index]) }
    for index in substituted.indices { substituted[index].add(other.substituted[index].value) }
    for index in figures.indices { figures[index].add(other.figures[index]) }
    for index in sampled.indices { sampled[index].add(other.sampled[index]) }
  }

  /// What all users together say of a figure of the plan.
  func figure(_ index: Int, _ planned: PlannedFigure) -> Truth.Figure {
    func figure(_ estimate: Truth.Estimate, spend: Double? = nil, orderError: Double = 0) -> Truth.Figure {
      Truth.Figure(
        channel: planned.channel, partner: planned.partner, multiple: planned.multiple, spend: spend,
        estimate: estimate, orderError: orderError)
    }
    switch planned.measure {
    case .sum: return figure(figures[index].estimate)
    case .sumAtSpend: return figure(figures[index].estimate, spend: figures[index].spend)
    case .quotient: return figure(figures[index].quotient)
    case .sampledOrders(let player):
      let (estimate, orderError) = sampled[player].estimate
      return figure(estimate, orderError: orderError)
    }
  }
}
