import TouchstoneAttribution
import TouchstoneBudgeting
import TouchstoneSimulation

/// Plans of one replication of a world, made from its log and run in it.
struct PlanTrial {
  /// How plans are made.
  struct Settings {
    /// How far each channel's spend may move, as a share of it.
    var change: Double
    var elasticity: Double
  }

  private let log: LogEvidence
  private let settings: Settings
  /// Channels that money is spent on, by index in the world, and what is spent, in whole cents.
  private let channels: [Int]
  private let spends: [Double]

  /// Less is not planned: it is no cent.
  private static let leastSpend = 0.01

  init(_ log: LogEvidence, _ settings: Settings) {
    self.log = log
    self.settings = settings
    let paid = log.world.advertised.filter { log.spend[$0] >= Self.leastSpend }
    channels = paid
    spends = paid.map { (log.spend[$0] * 100).rounded() / 100 }
  }

  // MARK: Plans

  /// A plan, as multiples of the spend of ``channels``.
  private struct Proposal {
    var multiples: [Double]
    /// In conversions.
    var promised: Double?
  }

  /// The plan by a model's credit.
  private func plan(_ credits: [Credit]) throws(PlanError) -> Proposal {
    let touchpoints = channels.indices.map { index in
      PlanInput.Touchpoint(
        name: log.world.channels[channels[index]].name, id: index, spend: spends[index],
        shape: ResponseShape(elasticity: settings.elasticity, spend: spends[index]))
    }
    let credits = channels.map { channel in log.id(of: channel).map { credits[$0] } ?? Credit() }
    let input = PlanInput(
      touchpoints: touchpoints, credits: credits, names: touchpoints.map(\.name), hasValue: false)
    var request = PlanRequest()
    request.change = settings.change
    let plan = try Planner(input, request).plan()
    return Proposal(
      multiples: plan.rows.map { $0.plannedSpend / $0.currentSpend }, promised: plan.promised.conversions)
  }

  private static let halvings = 200

  /// Spend times last-touch credit for a unit of money over the mean, held within the limits and scaled until it adds
  /// up.
  private func planByLastTouch(_ credits: [Credit]) -> Proposal {
    let ratios = channels.indices.map { index in
      max(0, log.id(of: channels[index]).map { credits[$0].conversions } ?? 0) / spends[index]
    }
    func multiples(_ scale: Double) -> [Double] {
      ratios.map { min(max($0 * scale, 1 - settings.change), 1 + settings.change) }
    }
    let budget = spends.reduce(0, +)
    func cost(_ scale: Double) -> Double { zip(multiples(scale), spends).reduce(0) { $0 + $1.0 * $1.1 } }
    var (low, high) = (0.0, 1.0)
    while cost(high) < budget && high < 1e300 { high *= 2 }
    for _ in 0..<Self.halvings {
      let middle = low + (high - low) / 2
      if cost(middle) < budget { low = middle } else { high = middle }
    }
    return Proposal(multiples: multiples(high), promised: nil)
  }

  // MARK: Running them

  /// The scores, in the order of the planners asked for, and why others have none.
  ///
  /// - Parameters:
  ///   - credits: By contestant that plans, its credit by touchpoint of the log.
  ///   - lastTouch: Last touch's credit.
  func scores(
    credits: [(contestant: Int, credits: [Credit])], lastTouch: [Credit]
  ) -> (scores: [(planner: PlannerName, score: PlanScore)], failures: [(planner: PlannerName, reason: PlanError)]) {
    /// No plan of anybody's could be made.
    func none(_ reason: PlanError) -> [(planner: PlannerName, reason: PlanError)] {
      (credits.map { .contestant($0.contestant) } + [.unchanged, .lastTouchReturn, .best]).map { ($0, reason) }
    }
    guard !channels.isEmpty else { return ([], none(.nothingToPlan)) }
    var planners: [PlannerName] = []
    var proposals: [Proposal] = []
    var failures: [(planner: PlannerName, reason: PlanError)] = []
    for (contestant, credits) in credits {
      do throws(PlanError) {
        proposals.append(try plan(credits))
        planners.append(.contestant(contestant))
      } catch {
        failures.append((.contestant(contestant), error))
      }
    }
    planners += [.unchanged, .lastTouchReturn]
    proposals += [Proposal(multiples: channels.map { _ in 1 }, promised: 0), planByLastTouch(lastTouch)]
    let (trial, tuned) = run(proposals.map(\.multiples), tuning: channels.map { _ in 1 })
    let total = trial.conversions.conversions
    precondition(total > 0, "who made a log with conversions was expected to convert")
    let start = proposals.indices.max { trial.outcomes[$0].gain.conversions < trial.outcomes[$1].gain.conversions }!
    let (best, outcome) = bestPlan(
      from: proposals[start].multiples,
      tuning: zip(tuned[start], proposals[start].multiples).map { $1 > 0 ? $0 / $1 : 1 },
      trial.outcomes[start])
    planners.append(.best)
    proposals.append(Proposal(multiples: best, promised: nil))
    let budget = trial.spends.reduce(0, +)
    let bestGain = 100 * outcome.gain.conversions / total
    let scores = zip(proposals, trial.outcomes + [outcome]).map { proposal, outcome in
      PlanScore(
        promised: proposal.promised.map { 100 * $0 / total }, gain: 100 * outcome.gain.conversions / total,
        best: bestGain, overspend: budget > 0 ? 100 * (outcome.spends.reduce(0, +) / budget - 1) : 0)
    }
    return (zip(planners, scores).map { (planner: $0, score: $1) }, failures)
  }

  private static let mostCorrections = 4
  /// A channel's spend this close to the plan's is good enough.
  private static let closeness = 0.005
  /// Where more money buys nothing more, as once an ad takes every query, it is not spent.
  private static let largestMultiple = 20.0

  /// Lives the world under plans.
  ///
  /// What retargeting, search and mail cost follows visits, queries and sends: their multiples are corrected, as a
  /// buyer corrects bids, until they cost what the plan says.
  /// - Parameters:
  ///   - plans: Multiples of the spend of ``channels``.
  ///   - tuning: How much more than planned a similar plan had to be multiplied by.
  /// - Returns: What happens, and the multiples that cost what the plans say.
  private func run(_ plans: [[Double]], tuning: [Double]) -> (trial: BudgetTrial, tuned: [[Double]]) {
    var tuned = plans.map { zip($0, tuning).map { min($0 * $1, Self.largestMultiple) } }
    var corrections = 0
    while true {
      let trial = BudgetTrial(
        log.world,
        budgets: tuned.map { plan in
          var multiples = log.world.channels.map { _ in 1.0 }
          for (channel, multiple) in zip(channels, plan) { multiples[channel] = multiple }
          return multiples
        })
      var isClose = true
      let lived = tuned
      for (plan, outcome) in trial.outcomes.enumerated() {
        for (index, channel) in channels.enumerated() where log.world.channels[channel].kind != .push {
          let (planned, spent) = (plans[plan][index] * trial.spends[channel], outcome.spends[channel])
          guard planned > 0 && spent > 0, abs(spent / planned - 1) > Self.closeness else { continue }
          let corrected = min(tuned[plan][index] * planned / spent, Self.largestMultiple)
          if corrected != tuned[plan][index] { isClose = false }
          tuned[plan][index] = corrected
        }
      }
      corrections += 1
      if isClose || corrections > Self.mostCorrections { return (trial, lived) }
    }
  }

  /// Rounds of the search for the best plan: later ones have hardly ever added anything.
  private static let mostRounds = 5
  /// How much more of its spend is tried of a channel: enough to be told from noise, little enough for a slope.
  private static let probe = 0.1
  /// How far the search goes on the way to the corner, in the order tried.
  private static let steps = [1, 0.6, 0.35, 0.2, 0.1]
  /// A round that adds less than this share of all conversions is the last.
  private static let leastProgress = 1e-5

  /// The best plan that a search with the truth finds: in each round every channel's next unit of money is tried in an
  /// arm of its own, money goes from where it brings least to where it brings most as far as limits allow, and the best
  /// point on the way there is kept.
  ///
  /// Source: M. Frank, P. Wolfe, "An algorithm for quadratic programming", Naval Research Logistics Quarterly 3 (1956).
  private func bestPlan(
    from start: [Double], tuning: [Double], _ outcome: BudgetTrial.Outcome
  ) -> (multiples: [Double], outcome: BudgetTrial.Outcome) {
    var (current, tuning, best) = (start, tuning, outcome)
    for _ in 0..<Self.mostRounds {
      let probes = channels.indices.map { index -> [Double] in
        var probe = current
        probe[index] += current[index] + Self.probe > 1 + settings.change ? -Self.probe : Self.probe
        return probe
      }
      let tried = run(probes, tuning: tuning).trial
      let slopes = channels.indices.map { index in
        (tried.outcomes[index].gain.conversions - best.gain.conversions)
          / ((probes[index][index] - current[index]) * spends[index])
      }
      let corner = self.corner(slopes)
      let points = Self.steps.map { step in zip(current, corner).map { $0 + step * ($1 - $0) } }
      let (trial, tuned) = run(points, tuning: tuning)
      let outcomes = trial.outcomes
      let top = points.indices.max { outcomes[$0].gain.conversions < outcomes[$1].gain.conversions }!
      let progress = outcomes[top].gain.conversions - best.gain.conversions
      guard progress > 0 else { break }
      (current, best) = (points[top], outcomes[top])
      tuning = zip(tuned[top], current).map { $1 > 0 ? $0 / $1 : 1 }
      if progress < Self.leastProgress * tried.conversions.conversions { break }
    }
    return (current, best)
  }

  /// The plan within the limits that brings the most where each unit of money brings the same everywhere.
  private func corner(_ slopes: [Double]) -> [Double] {
    var multiples = channels.map { _ in 1 - settings.change }
    var left = zip(spends, multiples).reduce(0) { $0 + $1.0 * (1 - $1.1) }
    for index in slopes.indices.sorted(by: { (slopes[$1], $0) < (slopes[$0], $1) }) {
      let more = min(2 * settings.change, left / spends[index])
      multiples[index] += more
      left -= more * spends[index]
    }
    return multiples
  }
}
