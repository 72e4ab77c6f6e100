import TouchstoneEvaluation
import TouchstoneSimulation

/// How far models are from the truth.
package struct ScoreboardReport: Report {
  private typealias Cell = ResultTable.Cell

  let board: Scoreboard

  package init(_ board: Scoreboard) { self.board = board }

  package var blocks: [ReportBlock] { tables.map(ReportBlock.table) + [.notes(notes)] }

  private static func title(_ measure: Score.Measure) -> String {
    switch measure {
    case .error: "error"
    case .shareError: "share error"
    case .rankCorrelation: "rank corr."
    case .overCredit: "over-credit"
    case .placeboCredit: "placebo"
    case .baselineError: "baseline err."
    case .coverage: "coverage"
    }
  }

  private static func decimals(_ measure: Score.Measure) -> Int {
    switch measure {
    case .error, .shareError, .overCredit, .placeboCredit, .baselineError: 1
    case .rankCorrelation: 2
    case .coverage: 0
    }
  }

  static func cell(_ mean: Scoreboard.Mean?, decimals: Int) -> ResultTable.Cell {
    guard let mean else { return .empty }
    let value = NumberText.fixed(mean.mean, decimals: decimals)
    guard mean.standardError.isFinite else { return .text(value) }
    return .text(value + " ± " + NumberText.fixed(mean.standardError, decimals: decimals))
  }

  private func table(_ title: String, _ mean: (Score.Measure, Int) -> Scoreboard.Mean?) -> ResultTable {
    let measures = Score.Measure.allCases.filter { measure in
      board.contestants.indices.contains { mean(measure, $0) != nil }
    }
    let order = board.contestants.indices.sorted {
      (mean(.error, $0)?.mean ?? .infinity, $0) < (mean(.error, $1)?.mean ?? .infinity, $1)
    }
    return ResultTable(
      title: title, columns: ["contestant"] + measures.map(Self.title),
      rows: order.map { contestant in
        [.text(board.contestants[contestant].name)]
          + measures.map { Self.cell(mean($0, contestant), decimals: Self.decimals($0)) }
      })
  }

  private var tables: [ResultTable] {
    let byWorld = board.worlds.map { world in
      let replications = Double(max(world.conversions.count, 1))
      let conversions = NumberText.fixed(world.conversions.reduce(0, +) / replications, decimals: 0)
      let baseline = NumberText.percent(world.baselineShares.reduce(0, +) / replications)
      return table("\(world.world.name): \(conversions) conversions, baseline \(baseline)") {
        world.mean($0, contestant: $1)
      }
    }
    guard board.worlds.count > 1 else { return byWorld + planTables }
    return byWorld + [
      table("All \(board.worlds.count) worlds") { board.mean($0, contestant: $1) }
    ] + planTables
  }

  private var notes: [String] {
    [
      "against \(board.estimand.rawValue), \(board.replications) replications; ± is the standard error over them",
      "error: mean distance in points of all conversions, the baseline being one of the categories;"
        + " share error: among advertised channels alone; rank corr.: Kendall's τ; over-credit: the largest factor;"
        + " placebo: points given to channels that cause nothing; baseline err.: in points;"
        + " coverage: of the models' own intervals, in %",
    ]
      + (board.silentReplications == 0
        ? [] : ["\(board.silentReplications) replications without conversions are left out; take more users"])
      + planNotes
  }

  package var tidyTable: ResultTable {
    var rows: [[Cell]] = []
    func add(_ world: String, _ mean: (Score.Measure, Int) -> Scoreboard.Mean?) {
      for (index, contestant) in board.contestants.enumerated() {
        for measure in Score.Measure.allCases {
          guard let mean = mean(measure, index) else { continue }
          rows.append([
            .text(world), .text(contestant.name), .text(measure.rawValue), .init(tidy: mean.mean),
            .init(tidy: mean.standardError),
          ])
        }
      }
    }
    for world in board.worlds {
      add(world.world.name) { world.mean($0, contestant: $1) }
      rows += planRows(world.world.name) { world.mean($0, planner: $1) }
    }
    if board.worlds.count > 1 {
      add("(all)") { board.mean($0, contestant: $1) }
      rows += planRows("(all)") { board.mean($0, planner: $1) }
    }
    return ResultTable(columns: ["world", "contestant", "measure", "mean", "se"], rows: rows)
  }

  private func json(_ mean: (Score.Measure, Int) -> Scoreboard.Mean?) -> JSONValue {
    .list(
      board.contestants.enumerated().map { index, contestant in
        var fields: [String: JSONValue?] = ["contestant": .text(contestant.name)]
        for measure in Score.Measure.allCases { fields[measure.rawValue] = mean(measure, index).map(Self.json) }
        return .object(omittingNil: fields)
      })
  }

  package var document: JSONDocument {
    JSONDocument(
      schema: "touchstone.evaluate/1",
      fields: [
        "estimand": .text(board.estimand.rawValue), "replications": .integer(board.replications),
        "worlds": .list(board.worlds.map(json)), "all": json { board.mean($0, contestant: $1) },
        "allPlans": planJSON { board.mean($0, planner: $1) },
      ])
  }

  private func json(_ world: Scoreboard.WorldScores) -> JSONValue {
    let fields: [String: JSONValue] = [
      "world": .text(world.world.name), "users": .integer(world.world.users),
      "conversions": JSONValue(world.conversions), "baselineShares": JSONValue(world.baselineShares),
      "scores": json { world.mean($0, contestant: $1) }, "plans": planJSON { world.mean($0, planner: $1) },
    ]
    return .object(fields.merging(failureFields(world)) { $1 })
  }

  static func json(_ mean: Scoreboard.Mean) -> JSONValue {
    .object(["mean": JSONValue(mean.mean), "se": JSONValue(mean.standardError)])
  }
}
