import TouchstoneEvaluation

/// The part of the scoreboard that is about budget plans.
extension ScoreboardReport {
  private static func title(_ measure: PlanScore.Measure) -> String {
    switch measure {
    case .promised: "promised gain"
    case .gain: "true gain"
    case .regret: "regret"
    case .overspend: "overspend"
    }
  }

  func name(_ planner: PlannerName) -> String {
    switch planner {
    case .contestant(let index): board.contestants[index].name
    case .unchanged: "(unchanged)"
    case .lastTouchReturn: "(by last-touch ROAS)"
    case .best: "(best found)"
    }
  }

  /// One table of plans, the one with the least regret first.
  private func planTable(_ title: String, _ mean: (PlanScore.Measure, Int) -> Scoreboard.Mean?) -> ResultTable {
    let order = board.planners.indices.sorted {
      (mean(.regret, $0)?.mean ?? .infinity, $0) < (mean(.regret, $1)?.mean ?? .infinity, $1)
    }
    return ResultTable(
      title: title, columns: ["plan by"] + PlanScore.Measure.allCases.map(Self.title),
      rows: order.map { planner in
        [.text(name(board.planners[planner]))]
          + PlanScore.Measure.allCases.map { Self.cell(mean($0, planner), decimals: 2) }
      })
  }

  /// For each world, and for all; none where plans were not asked for.
  var planTables: [ResultTable] {
    guard !board.planners.isEmpty else { return [] }
    let byWorld = board.worlds.map { world in
      planTable("\(world.world.name): budgets, in % of all conversions") { world.mean($0, planner: $1) }
    }
    guard board.worlds.count > 1 else { return byWorld }
    return byWorld + [
      planTable("All \(board.worlds.count) worlds: budgets, in % of all conversions") { board.mean($0, planner: $1) }
    ]
  }

  var planNotes: [String] {
    guard !board.planners.isEmpty else { return [] }
    return [
      "promised gain: by the credit of the plan's own model; true gain: the plan run in the world, by the same users;"
        + " regret: what the best plan found with the truth brings more; overspend: in % of the budget, since not every"
        + " channel can spend what a plan gives it"
    ] + board.worlds.flatMap { world in failures(world).map { "\(world.world.name): \($0)" } }
  }

  /// By planner and reason, how many plans are left out of the means.
  private func failures(_ world: Scoreboard.WorldScores) -> [String] {
    var counts: [(text: String, count: Int)] = []
    for failure in world.planFailures {
      let text = "\(name(failure.planner)) could not be made and are left out of its means: \(failure.reason)"
      if let index = counts.firstIndex(where: { $0.text == text }) {
        counts[index].count += 1
      } else {
        counts.append((text, 1))
      }
    }
    return counts.map { "\($0.count) of \(board.replications) plans by \($0.text)" }
  }

  /// What the plans that could not be made add to a world's fields; nothing where there are none.
  func failureFields(_ world: Scoreboard.WorldScores) -> [String: JSONValue] {
    guard !world.planFailures.isEmpty else { return [:] }
    return [
      "planFailures": .list(
        world.planFailures.map { failure in
          .object([
            "planner": .text(name(failure.planner)), "replication": .integer(failure.replication + 1),
            "reason": .text("\(failure.reason)"),
          ])
        })
    ]
  }

  func planRows(_ world: String, _ mean: (PlanScore.Measure, Int) -> Scoreboard.Mean?) -> [[ResultTable.Cell]] {
    board.planners.enumerated().flatMap { index, planner in
      PlanScore.Measure.allCases.compactMap { measure in
        mean(measure, index).map {
          [
            .text(world), .text(name(planner)), .text("plan:" + measure.rawValue), .init(tidy: $0.mean),
            .init(tidy: $0.standardError),
          ]
        }
      }
    }
  }

  func planJSON(_ mean: (PlanScore.Measure, Int) -> Scoreboard.Mean?) -> JSONValue {
    .list(
      board.planners.enumerated().map { index, planner in
        var fields: [String: JSONValue?] = ["planner": .text(name(planner))]
        for measure in PlanScore.Measure.allCases { fields[measure.rawValue] = mean(measure, index).map(Self.json) }
        return .object(omittingNil: fields)
      })
  }
}
