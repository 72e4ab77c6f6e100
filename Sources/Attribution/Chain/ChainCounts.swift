import TouchstoneJourneys
import TouchstoneLinearAlgebra

/// The chain of order 1 as dense counts: what the bootstrap and simulated shifts work on. State 0 is the start, the others are touchpoints.
package struct ChainCounts: Sendable {
  /// The number of states, the start among them.
  package let states: Int
  /// Journeys from state to state, row by row.
  package var transitions: [Double]
  /// Journeys that convert out of each state.
  package var conversions: [Double]
  /// The value of those conversions.
  package var value: [Double]
  /// Journeys that end without conversion out of each state.
  package var nulls: [Double]

  package init(states: Int) {
    self.states = states
    transitions = [Double](repeating: 0, count: states * states)
    conversions = [Double](repeating: 0, count: states)
    value = conversions
    nulls = conversions
  }

  /// The counts of a table's journeys with touches; touchpoints in the order of the table.
  package init(_ paths: PathTable) {
    self.init(states: paths.touchpoints.count + 1)
    for part in paths.parts {
      part.forEachRow { path, totals in
        guard totals.journeys > 0, let last = path.last else { return }
        var state = 0
        for touch in path {
          transitions[state * states + Int(touch) + 1] += totals.journeys
          state = Int(touch) + 1
        }
        conversions[Int(last) + 1] += totals.conversions
        value[Int(last) + 1] += totals.value
        nulls[Int(last) + 1] += totals.nonConverting
      }
    }
  }

  /// The journeys that leave each state in any way.
  package var departures: [Double] {
    (0..<states).map { from in
      transitions[from * states..<(from + 1) * states].reduce(conversions[from] + nulls[from], +)
    }
  }

  /// The factors of D − C, with the departures D and the counts C from state to state. A state that nobody was in leaves once and is never entered.
  package func factors() -> LUFactorization {
    let departures = departures
    var system = Matrix(rows: states, columns: states)
    for from in 0..<states {
      for to in 0..<states where from != to { system[from, to] = -transitions[from * states + to] }
      system[from, from] = departures[from] == 0 ? 1 : departures[from] - transitions[from * states + from]
    }
    guard let factors = try? LUFactorization(system) else {
      preconditionFailure("a chain of counted paths is never singular")
    }
    return factors
  }
}
