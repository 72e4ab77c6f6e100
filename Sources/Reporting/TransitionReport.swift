import TouchstoneAttribution

/// The transition matrix of a chain, in every output format.
public struct TransitionReport: Sendable {
  private let chain: MarkovChain

  public init(_ chain: MarkovChain) { self.chain = chain }

  /// A matrix of more columns than this is listed instead: no terminal shows it.
  private static let widestMatrix = 20

  /// The report as text that ends in a line feed.
  ///
  /// - `table` and `markdown`: the matrix of probabilities with the journeys that left each state, or the list of
  ///   transitions where the chain has many states.
  /// - `csv`: from, to, count, probability.
  /// - `json`: the document `touchstone.transitions/1`.
  public func text(_ format: OutputFormat) -> String {
    switch format {
    case .table: table.alignedText()
    case .markdown: table.markdown()
    case .csv: edgeTable.csv()
    case .json:
      JSONDocument.text(
        Document(order: chain.order, states: chain.stateCount, transitions: edges))
    }
  }

  private struct Document: Encodable {
    let schema = "touchstone.transitions/1"
    let order: Int
    let states: Int
    let transitions: JSONValue
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
          .number($0.count, decimals: $0.count == $0.count.rounded() ? 0 : 2),
          .number($0.probability, decimals: 4),
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
      for position in row.indices { row[position] = .empty }
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
      rows.append(
        [
          .text(chain.name(ofState: from)),
          .number(
            chain.departures[from],
            decimals: chain.departures[from] == chain.departures[from].rounded() ? 0 : 2),
        ] + row)
    }
    return ResultTable(
      title: title,
      columns: ["from", "journeys"] + states.map { chain.name(ofState: $0) }
        + [name(.conversion), name(.null)],
      rows: rows)
  }

  private func name(_ target: MarkovChain.Transition.Target) -> String {
    switch target {
    case .state(let state): chain.name(ofState: state)
    case .conversion: "(conversion)"
    case .null: "(null)"
    }
  }
}
