import TouchstoneAttribution

/// The transition matrix of a chain.
package struct TransitionReport: Report {
  private let chain: MarkovChain

  package init(_ chain: MarkovChain) { self.chain = chain }

  /// A matrix of more columns than this is listed instead: no terminal shows it.
  private static let widestMatrix = 20

  /// The matrix of probabilities with the journeys that left each state, or the list of transitions where the chain has
  /// many states.
  package var blocks: [ReportBlock] { [.table(table)] }

  /// The list of transitions.
  package var tidyTable: ResultTable { edgeTable }

  package var document: JSONDocument {
    JSONDocument(
      schema: "touchstone.transitions/1",
      fields: ["order": .integer(chain.order), "states": .integer(chain.stateCount), "transitions": edges])
  }

  /// The transitions as a list of objects.
  var edges: JSONValue {
    .list(
      chain.allTransitions().map { transition in
        .object([
          "from": .text(chain.name(ofState: transition.from)), "to": .text(name(transition.to)),
          "count": JSONValue(transition.count), "probability": JSONValue(transition.probability),
        ])
      })
  }

  /// The matrix where it fits on a screen, else the list.
  var table: ResultTable { chain.stateCount <= Self.widestMatrix ? matrix : edgeTable }

  private var title: String {
    "Transitions of order \(chain.order): \(chain.stateCount) states"
  }

  private var edgeTable: ResultTable {
    ResultTable(
      title: title, columns: ["from", "to", "count", "probability"],
      rows: chain.allTransitions().map {
        [
          .text(chain.name(ofState: $0.from)), .text(name($0.to)),
          Self.journeys($0.count), .number($0.probability, decimals: 4),
        ]
      })
  }

  private var matrix: ResultTable {
    // The start is entered by nobody.
    let states = Array(1..<max(chain.stateCount, 1))
    var rows: [[ResultTable.Cell]] = []
    var row = [ResultTable.Cell](repeating: .empty, count: states.count + 2)
    var transitions = chain.allTransitions()[...]
    for from in 0..<chain.stateCount {
      for column in row.indices { row[column] = .empty }
      while let transition = transitions.first, transition.from == from {
        transitions.removeFirst()
        let column =
          switch transition.to {
          case .state(let state): state - 1
          case .conversion: states.count
          case .null: states.count + 1
          }
        row[column] = .number(transition.probability, decimals: 4)
      }
      rows.append([.text(chain.name(ofState: from)), Self.journeys(chain.departures[from])] + row)
    }
    return ResultTable(
      title: title,
      columns: ["from", "journeys"] + states.map { chain.name(ofState: $0) }
        + [name(.conversion), name(.null)],
      rows: rows)
  }

  /// Journeys, which may be fractions of one where they are weighted.
  private static func journeys(_ count: Double) -> ResultTable.Cell {
    .number(count, decimals: NumberText.countDecimals(count))
  }

  private func name(_ target: MarkovChain.Transition.Target) -> String {
    switch target {
    case .state(let state): chain.name(ofState: state)
    case .conversion: "(conversion)"
    case .null: "(null)"
    }
  }
}
