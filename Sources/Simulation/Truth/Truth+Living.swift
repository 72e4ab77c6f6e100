import TouchstoneParallel

/// Lives all users in all arms that the truth needs.
extension Truth {
  /// Users who live the same sampled orders.
  static let usersPerGroup = 64
  private static let groupsPerChunk = 4
  private static let chunksPerWave = 16

  /// The truth of a world.
  ///
  /// Users are lived in groups, and groups are added in order: the number of threads changes no bit. Memory does not grow with the number of
  /// users.
  /// - Parameters:
  ///   - world: The world.
  ///   - estimands: What is wanted.
  ///   - progress: Called now and then with the number of users lived.
  /// - Complexity: O(users × days × (channels + arms)), in parallel.
  public init(_ world: World, _ estimands: Estimands = .all, progress: ((Int) -> Void)? = nil) {
    let plan = TruthPlan(world, estimands)
    let laws = WorldLaws(world)
    let slots = Slots(world, plan.arms)
    let chunks = Parallel.ranges(count: world.users, length: Self.usersPerGroup * Self.groupsPerChunk)
    var sums = TruthSums(plan, world)
    for wave in Parallel.ranges(count: chunks.count, length: Self.chunksPerWave) {
      let results = Parallel.map(wave.count) { index in
        TruthSums(plan, laws, slots, users: chunks[wave.lowerBound + index])
      }
      for result in results { sums.add(result) }
      progress?(chunks[wave.upperBound - 1].upperBound)
    }
    func effects(_ moments: [Moments]) -> [Effect] {
      zip(plan.advertised, moments).map { Effect(channel: $0, estimate: $1.estimate, orderError: 0) }
    }
    self.world = world
    allOn = sums.allOn.estimate
    realised = sums.realised.estimate
    realisedExcess = sums.excess.estimate
    touches = sums.touches.map(\.estimate)
    substituted = sums.substituted.map(\.value)
    spend = zip(touches, world.channels).map { $0.conversions * $1.costPerTouch }
    baseline = sums.baseline.estimate
    off = effects(sums.off)
    shapley =
      plan.samplesOrders
      ? zip(plan.advertised, sums.sampled).map { channel, moments in
        let (estimate, orderError) = moments.estimate
        return Effect(channel: channel, estimate: estimate, orderError: orderError)
      } : effects(sums.shapley)
    marginal = zip(plan.advertised, sums.marginal).map {
      Effect(channel: $0, estimate: $1.estimate, orderError: 0)
    }
    synergy = zip(plan.synergy, sums.synergy).map {
      Pair(first: $0.first, second: $0.second, estimate: $1.estimate)
    }
    response = plan.response.indices.map { place in
      let asked = plan.response[place]
      return Response(
        channel: asked.channel, multiple: asked.multiple, spend: sums.responseSpend[place].value,
        estimate: sums.response[place].estimate)
    }
  }
}

/// What users add up to.
private struct TruthSums: Sendable {
  var allOn = Moments()
  var realised = Moments()
  var excess = Moments()
  var touches: [Moments]
  var substituted: [CompensatedSum]
  var baseline = Moments()
  var off: [Moments]
  var shapley: [Moments]
  var sampled: [GroupMoments]
  var marginal: [QuotientMoments]
  var synergy: [Moments]
  var response: [Moments]
  var responseSpend: [CompensatedSum]

  init(_ plan: TruthPlan, _ world: World) {
    touches = world.channels.map { _ in Moments() }
    substituted = world.channels.map { _ in CompensatedSum() }
    off = plan.off.map { _ in Moments() }
    shapley = plan.shapley.map { _ in Moments() }
    sampled = plan.samplesOrders ? plan.advertised.map { _ in GroupMoments() } : []
    marginal = plan.marginal.map { _ in QuotientMoments() }
    synergy = plan.synergy.map { _ in Moments() }
    response = plan.response.map { _ in Moments() }
    responseSpend = plan.response.map { _ in CompensatedSum() }
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

  private static func sum(_ combination: TruthPlan.Combination, _ lives: Lives) -> Double {
    combination.reduce(0) { $0 + $1.weight * lives.conversions[$1.arm] }
  }

  private mutating func live(_ user: Int, _ lives: Lives, _ plan: TruthPlan) {
    lives.live(UInt64(user)) { _, _ in }
    let channels = lives.laws.world.channels
    func spend(_ channel: Int, _ arm: Int) -> Double {
      lives.touchSums[lives.place(channel: channel, arm: arm)] * channels[channel].costPerTouch
    }
    allOn.add(lives.conversions[0])
    realised.add(lives.realised[0])
    excess.add(lives.realised[0] - lives.conversions[0])
    for channel in channels.indices {
      let place = lives.place(channel: channel, arm: 0)
      touches[channel].add(lives.touchSums[place])
      substituted[channel].add(lives.substitutedSums[place])
    }
    baseline.add(lives.conversions[plan.baselineArm])
    for place in off.indices { off[place].add(Self.sum(plan.off[place], lives)) }
    for place in shapley.indices { shapley[place].add(Self.sum(plan.shapley[place], lives)) }
    for (place, channel) in zip(marginal.indices, plan.advertised) {
      let asked = plan.marginal[place]
      marginal[place].add(
        Self.sum(asked.difference, lives), spend(channel, asked.arm) - spend(channel, 0))
    }
    for place in synergy.indices { synergy[place].add(Self.sum(plan.synergy[place].difference, lives)) }
    for place in response.indices {
      let asked = plan.response[place]
      response[place].add(lives.conversions[asked.arm])
      responseSpend[place].add(spend(asked.channel, asked.arm))
    }
  }

  mutating func add(_ other: TruthSums) {
    allOn.add(other.allOn)
    realised.add(other.realised)
    excess.add(other.excess)
    baseline.add(other.baseline)
    Self.add(&touches, other.touches)
    Self.add(&off, other.off)
    Self.add(&shapley, other.shapley)
    Self.add(&synergy, other.synergy)
    Self.add(&response, other.response)
    for place in substituted.indices { substituted[place].add(other.substituted[place].value) }
    for place in responseSpend.indices { responseSpend[place].add(other.responseSpend[place].value) }
    for place in sampled.indices { sampled[place].add(other.sampled[place]) }
    for place in marginal.indices { marginal[place].add(other.marginal[place]) }
  }

  private static func add(_ sums: inout [Moments], _ others: [Moments]) {
    for place in sums.indices { sums[place].add(others[place]) }
  }
}
