import TouchstoneJourneys
import TouchstoneLinearAlgebra

/// The Markov chain of order k that paths were counted into.
///
/// A state is the last k touches. Paths begin with k start symbols, so that the short contexts near the
/// start, (^, c₁), (^, c₁, c₂), … are states of their own, and state 0 is the start itself. Every path
/// ends in conversion or null. All weights are sums of journeys, not yet divided: where counts are whole
/// numbers the chain holds no rounding error at all.
public struct MarkovChain: Sendable {
  /// The number of touches that a state remembers.
  public let order: Int
  /// The touchpoints that ``symbols`` refers to.
  public let touchpoints: TouchpointTable
  /// The symbols of all states, `order` a state, oldest first: 0 is the start, `id + 1` a touchpoint.
  public let symbols: [Int32]
  /// Journeys that go from state to state.
  package let transitions: SparseMatrix
  /// Journeys that convert out of each state.
  public let conversions: [Double]
  /// The value of those conversions.
  public let value: [Double]
  /// Journeys that end without conversion out of each state.
  public let nulls: [Double]
  /// Journeys that leave each state in any way, to itself included.
  public let departures: [Double]

  init(
    order: Int, touchpoints: TouchpointTable, symbols: [Int32], transitions: SparseMatrix,
    conversions: [Double], value: [Double], nulls: [Double]
  ) {
    self.order = order
    self.touchpoints = touchpoints
    self.symbols = symbols
    self.transitions = transitions
    self.conversions = conversions
    self.value = value
    self.nulls = nulls
    departures = (0..<transitions.rows).map { state in
      transitions.values[transitions.rowStarts[state]..<transitions.rowStarts[state + 1]]
        .reduce(conversions[state] + nulls[state], +)
    }
  }

  /// The number of states, the start included, conversion and null not.
  public var stateCount: Int { transitions.rows }

  /// The touchpoint that a state touched last; `nil` for the start.
  public func lastTouchpoint(ofState state: Int) -> Int? {
    let symbol = symbols[(state + 1) * order - 1]
    return symbol == 0 ? nil : Int(symbol) - 1
  }

  /// A state's name: its touches joined by " > ", `(start)` for the start.
  ///
  /// A short context near the start, at orders above 1, begins with `(start)`.
  public func name(ofState state: Int) -> String {
    let state = symbols[state * order..<(state + 1) * order]
    let touches = state.drop { $0 == 0 }.map { touchpoints.names[Int($0) - 1] }
    let isWhole = touches.count == order
    return ((isWhole ? [] : ["(start)"]) + touches).joined(separator: " > ")
  }

  /// A probability of going from one state to another, to conversion, or to null.
  public struct Transition: Sendable, Equatable {
    public enum Target: Sendable, Equatable {
      case state(Int)
      case conversion
      case null
    }
    public let from: Int
    public let to: Target
    /// Journeys that went this way.
    public let count: Double
    /// Their share of all that left `from`.
    public let probability: Double
  }

  /// All transitions that journeys took, by state, conversion and null last.
  ///
  /// - Complexity: O(transitions).
  public func allTransitions() -> [Transition] {
    var result: [Transition] = []
    for from in 0..<stateCount {
      func add(_ to: Transition.Target, _ count: Double) {
        guard count > 0 else { return }
        result.append(
          Transition(from: from, to: to, count: count, probability: count / departures[from]))
      }
      for entry in transitions.rowStarts[from]..<transitions.rowStarts[from + 1] {
        add(.state(Int(transitions.columnIndices[entry])), transitions.values[entry])
      }
      add(.conversion, conversions[from])
      add(.null, nulls[from])
    }
    return result
  }
}
