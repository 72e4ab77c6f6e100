import TouchstoneEvaluation
import TouchstoneSimulation
import TouchstoneText

/// How far models are from the truth, in every output format.
public struct ScoreboardReport: Sendable {
  private typealias Cell = ResultTable.Cell

  let board: Scoreboard

  public init(_ board: Scoreboard) { self.board = board }

  /// The report as text that ends in a line feed.
  public func text(_ format: OutputFormat) -> String {
    switch format {
    case .table:
      tables.map { $0.alignedText() }.joined(separator: "\n") + "\n"
        + notes.map { Escaping.terminal($0) + "\n" }.joined()
    case .markdown:
      tables.map { $0.markdown() }.joined(separator: "\n") + "\n"
        + notes.map { "- " + Escaping.markdown($0) + "\n" }.joined()
    case .csv: tidyTable.csv()
    case .json: JSONDocument.text(document)
    }
  }

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
    case .error, .shareError, .placeboCredit, .baselineError: 1
    case .rankCorrelation: 2
    case .overCredit: 1
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
          + measures.map {
            Self.cell(mean($0, contestant), decimals: Self.decimals($0))
          }
      })
  }

  private var tables: [ResultTable] {
    let ofWorlds = board.worlds.map { world in
      let lived = Double(max(world.conversions.count, 1))
      let conversions = world.conversions.reduce(0, +) / lived
      let baseline = world.baselineShares.reduce(0, +) / lived
      return table(
        "\(world.world.name): \(NumberText.fixed(conversions, decimals: 0)) conversions, baseline \(NumberText.percent(baseline))"
      ) { world.mean($0, contestant: $1) }
    }
    guard board.worlds.count > 1 else { return ofWorlds + planTables }
    return ofWorlds + [
      table("All \(board.worlds.count) worlds") { board.mean($0, contestant: $1) }
    ] + planTables
  }

  private var notes: [String] {
    [
      "against \(board.estimand.rawValue), \(board.replications) replications; ± is the standard error over them",
      "error: mean distance in points of all conversions, the baseline being one of the categories; share error: among advertised channels"
        + " alone; rank corr.: Kendall's τ; over-credit: the largest factor; placebo: points given to channels that cause nothing; baseline err.: in"
        + " points; coverage: of the models' own intervals, in %",
    ]
      + (board.silentReplications == 0
        ? [] : ["\(board.silentReplications) replications without conversions are left out; take more users"])
      + planNotes
  }

  private var tidyTable: ResultTable {
    var rows: [[Cell]] = []
    func add(_ world: String, _ mean: (Score.Measure, Int) -> Scoreboard.Mean?) {
      for (place, contestant) in board.contestants.enumerated() {
        for measure in Score.Measure.allCases {
          guard let mean = mean(measure, place) else { continue }
          rows.append([
            .text(world), .text(contestant.name), .text(measure.rawValue), .number(mean.mean, decimals: 6),
            .number(mean.standardError, decimals: 6),
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
    return ResultTable(title: "", columns: ["world", "contestant", "measure", "mean", "se"], rows: rows)
  }

  private func json(_ mean: (Score.Measure, Int) -> Scoreboard.Mean?) -> JSONValue {
    .list(
      board.contestants.enumerated().map { place, contestant in
        var fields: [String: JSONValue] = ["contestant": .text(contestant.name)]
        for measure in Score.Measure.allCases {
          guard let mean = mean(measure, place) else { continue }
          fields[measure.rawValue] = .object(["mean": JSONValue(mean.mean), "se": JSONValue(mean.standardError)])
        }
        return .object(fields)
      })
  }

  private var document: JSONValue {
    .object([
      "schema": .text("touchstone.evaluate/1"), "estimand": .text(board.estimand.rawValue),
      "replications": .integer(board.replications),
      "worlds": .list(
        board.worlds.map { world in
          let fields: [String: JSONValue] = [
            "world": .text(world.world.name), "users": .integer(world.world.users),
            "conversions": .list(world.conversions.map { JSONValue($0) }),
            "baselineShares": .list(world.baselineShares.map { JSONValue($0) }),
            "scores": json { world.mean($0, contestant: $1) }, "plans": planJSON { world.mean($0, planner: $1) },
          ]
          return .object(fields.merging(failureFields(world)) { $1 })
        }), "all": json { board.mean($0, contestant: $1) }, "allPlans": planJSON { board.mean($0, planner: $1) },
    ])
  }
}
