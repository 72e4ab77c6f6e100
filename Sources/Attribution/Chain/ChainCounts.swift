import TouchstoneJourneys
import TouchstoneLinearAlgebra

/// The chain of order 1 as dense counts: what the bootstrap and simulated shifts work on. State 0 is the start, the
/// others are touchpoints.
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

  /// D − C, with the departures D and the counts C from state to state. A state that nobody was in leaves once and is
  /// never entered.
  package func system() -> Matrix {
    ChainSystem.matrix(departures: departures.map { $0 == 0 ? 1 : $0 }) { subtract in
      for from in 0..<states {
        for to in 0..<states where transitions[from * states + to] != 0 {
          subtract(from, to, transitions[from * states + to])
        }
      }
    }
  }

  /// The factors of D − C.
  package func factors() -> LUFactorization { ChainSystem.factors(of: system()) }
}

/// The linear system of a chain, D − C with the departures D and the counts C from state to state.
///
/// It is D (I − P), P being the probabilities, without a division: where counts are whole numbers, so are its entries.
/// Self-loops are taken off D before anything is divided, so that they cost no accuracy.
enum ChainSystem {
  /// The matrix D − C.
  ///
  /// - Parameters:
  ///   - departures: By state, the journeys that leave it in any way, to itself included.
  ///   - eachCount: Calls what it is given with state, next state and count, once a pair; pairs without a count may be
  ///     left out.
  @inline(__always)
  static func matrix(
    departures: [Double], eachCount: ((_ from: Int, _ to: Int, _ count: Double) -> Void) -> Void
  ) -> Matrix {
    var system = Matrix(rows: departures.count, columns: departures.count)
    for (state, count) in departures.enumerated() { system[state, state] = count }
    eachCount { from, to, count in system[from, to] -= count }
    return system
  }

  /// The matrix's factors.
  ///
  /// Traps where it is singular: each state of a counted chain can be left for good, since every path ends.
  static func factors(of system: Matrix) -> LUFactorization {
    do {
      return try LUFactorization(system)
    } catch {
      preconditionFailure("a chain of counted paths is never singular: \(error)")
    }
  }
}
