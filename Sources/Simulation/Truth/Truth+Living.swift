import TouchstoneParallel

/// Lives all users in all arms that the truth needs.
extension Truth {
  /// Users who live the same sampled orders: enough for a mean of their own, few enough for the error over groups to be
  /// known well.
  static let usersPerGroup = 64
  /// Users that one thread lives before their sums are handed over, in groups.
  private static let groupsPerChunk = 4
  /// Chunks whose sums are held at a time: enough work for many threads, and memory that does not grow with the users.
  private static let chunksPerWave = 16

  /// The truth of a world.
  ///
  /// Users are lived in groups, and groups are added in order: the number of threads changes no bit. Memory does not
  /// grow with the number of users.
  /// - Parameters:
  ///   - world: The world; traps where its target rate was not turned into a base (``World/calibrated()``).
  ///   - estimands: What is wanted besides the world as it is and the baseline.
  ///   - progress: Called now and then with the number of users lived.
  /// - Complexity: O(users × days × (channels + arms)), in parallel.
  public init(
    _ world: World, _ estimands: Set<Estimand> = Set(Estimand.allCases), progress: ((Int) -> Void)? = nil
  ) {
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
    self.world = world
    allOn = sums.allOn.estimate
    realised = sums.realised.estimate
    realisedExcess = sums.excess.estimate
    touches = sums.touches.map(\.estimate)
    substituted = sums.substituted.map(\.value)
    spend = zip(touches, world.channels).map { $0.conversions * $1.costPerTouch }
    baseline = sums.baseline.estimate
    figures = Dictionary(
      uniqueKeysWithValues: plan.estimands.map { estimand, range in
        (estimand, range.map { sums.figure($0, plan.figures[$0]) })
      })
  }
}
