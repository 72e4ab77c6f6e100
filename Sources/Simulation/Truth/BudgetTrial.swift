import TouchstoneParallel

/// A world lived as it is and under other budgets, by the same users, who live the same lives but for what the budgets
/// change.
///
/// Memory does not grow with the number of users, and the number of threads changes no bit.
public struct BudgetTrial: Sendable {
  /// What one budget does.
  public struct Outcome: Sendable {
    /// Conversions more than in the world as it is, and the standard error of the difference.
    public let gain: Truth.Estimate
    /// By channel, what it costs.
    public let spends: [Double]
  }

  /// The world as it is.
  public let conversions: Truth.Estimate
  public let spends: [Double]
  /// In the order of the budgets.
  public let outcomes: [Outcome]

  /// Users that one thread lives before their sums are handed over.
  private static let usersPerChunk = 256
  /// Chunks whose sums are held at a time: enough work for many threads, and memory that does not grow with the users.
  private static let chunksPerWave = 16

  /// - Parameters:
  ///   - world: The world.
  ///   - budgets: For each budget and each channel of the world, the multiple of what is spent on it as the world is; 1
  ///     for organic channels.
  /// - Complexity: O(users × days × (channels + budgets)), in parallel.
  public init(_ world: World, budgets: [[Double]]) {
    precondition(budgets.allSatisfy { $0.count == world.channels.count }, "a multiple for each channel")
    let arms = [Arm.allOn(world)] + budgets.map { Arm(multiples: $0) }
    let laws = WorldLaws(world)
    let slots = Slots(world, arms)
    let chunks = Parallel.ranges(count: world.users, length: Self.usersPerChunk)
    var sums = Sums(budgets: budgets.count, channels: world.channels.count)
    for wave in Parallel.ranges(count: chunks.count, length: Self.chunksPerWave) {
      let results = Parallel.map(wave.count) { index in
        Sums(laws, slots, users: chunks[wave.lowerBound + index])
      }
      for result in results { sums.add(result) }
    }
    conversions = sums.allOn.estimate
    let channels = world.channels.count
    let costs = sums.spends.map(\.value)
    spends = Array(costs[..<channels])
    outcomes = budgets.indices.map {
      Outcome(gain: sums.gains[$0].estimate, spends: Array(costs[($0 + 1) * channels..<($0 + 2) * channels]))
    }
  }

  /// What users add up to.
  private struct Sums: Sendable {
    var allOn = Moments()
    var gains: [Moments]
    /// By arm, the world as it is first, and channel.
    var spends: [CompensatedSum]

    init(budgets: Int, channels: Int) {
      gains = [Moments](repeating: Moments(), count: budgets)
      spends = [CompensatedSum](repeating: CompensatedSum(), count: (budgets + 1) * channels)
    }

    /// Lives some users.
    init(_ laws: WorldLaws, _ slots: Slots, users: Range<Int>) {
      let lives = Lives(laws, slots)
      let channels = laws.world.channels
      self.init(budgets: lives.armCount - 1, channels: channels.count)
      for user in users {
        lives.live(UInt64(user)) { _, _ in }
        allOn.add(lives.conversions(arm: 0))
        for arm in 0..<lives.armCount {
          if arm > 0 { gains[arm - 1].add(lives.conversions(arm: arm) - lives.conversions(arm: 0)) }
          for channel in channels.indices {
            spends[arm * channels.count + channel].add(
              lives.touches(channel: channel, arm: arm) * channels[channel].costPerTouch)
          }
        }
      }
    }

    mutating func add(_ other: Sums) {
      allOn.add(other.allOn)
      for index in gains.indices { gains[index].add(other.gains[index]) }
      for index in spends.indices { spends[index].add(other.spends[index].value) }
    }
  }
}
