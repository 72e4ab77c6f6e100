import TouchstoneJourneys
import TouchstoneLinearAlgebra

/// A chain of order 1 in which coalitions of touchpoints are tried: touchpoints outside a coalition lead to null.
///
/// With counts instead of probabilities, and touchpoints that joined eliminated one after the other, everything is a
/// sum of numbers that are not negative, so that no digits are lost: to eliminate touchpoint i, each count that leads
/// to it is spread over what leads away from it, self-loops left out,
///
///     C_jk ← C_jk + C_ji C_ik / A_i,   A_i = Σ_{k ≠ i} C_ik + exits of i,
///
/// for all rows j that are left, the start among them, and all targets k, conversion and null among them (W. Grassmann,
/// M. Taksar, D. Heyman, "Regenerative analysis and steady state distributions for Markov chains", 1985). What the
/// start then counts as conversions is the coalition's.
struct CoalitionChain: Sendable {
  let count: Int
  /// Counts from each touchpoint, and last from the start, to each touchpoint: row by row.
  private let transitions: [Double]
  private let conversions: [Double]
  private let value: [Double]
  /// Counts that end without conversion.
  private let leaks: [Double]

  /// - Parameter chain: Of order 1.
  init(_ chain: MarkovChain) {
    precondition(chain.order == 1, "a coalition's states are touchpoints")
    let count = chain.touchpoints.count
    var transitions = [Double](repeating: 0, count: (count + 1) * count)
    var conversions = [Double](repeating: 0, count: count + 1)
    var (value, leaks) = (conversions, conversions)
    for state in 0..<chain.stateCount {
      let row = chain.lastTouchpoint(ofState: state) ?? count
      conversions[row] = chain.conversions[state]
      value[row] = chain.value[state]
      leaks[row] = chain.nulls[state]
      for entry in chain.transitions.rowStarts[state]..<chain.transitions.rowStarts[state + 1] {
        let target = chain.lastTouchpoint(ofState: Int(chain.transitions.columnIndices[entry]))!
        transitions[row * count + target] = chain.transitions.values[entry]
      }
    }
    self.init(count: count, transitions: transitions, conversions: conversions, value: value, leaks: leaks)
  }

  /// - Parameters:
  ///   - count: The number of touchpoints.
  ///   - transitions: Counts from each touchpoint, and last from the start, to each touchpoint: row by row.
  ///   - conversions: By touchpoint, and last of the start; so are the value and what ends without conversion.
  init(count: Int, transitions: [Double], conversions: [Double], value: [Double], leaks: [Double]) {
    self.count = count
    self.transitions = transitions
    self.conversions = conversions
    self.value = value
    self.leaks = leaks
  }

  /// What is left of the chain when some touchpoints have joined and others are out: rows of the touchpoints that wait,
  /// the last of which is decided on first, and of the start.
  struct Remainder {
    private(set) var waiting: Int
    /// Rows of `stride` numbers, the start's first: counts to each touchpoint, then conversions, value and leaks.
    /// Counts of a touchpoint to itself mean nothing here.
    private var rows: [Double]
    private let stride: Int
    private let conversions: Int

    /// The whole chain, its touchpoints in an order: the last one is decided on first.
    init(_ chain: CoalitionChain, order: [Int]) {
      waiting = order.count
      conversions = order.count
      stride = order.count + 3
      rows = ([chain.count] + order).flatMap { row in
        order.map { chain.transitions[row * chain.count + $0] }
          + [chain.conversions[row], chain.value[row], chain.leaks[row]]
      }
    }

    /// The start's conversions and value so far: those of the coalition of all that joined.
    var worth: Credit { Credit(conversions: rows[conversions], value: rows[conversions + 1]) }

    /// Becomes what another remainder of the same chain would be after the last touchpoint that waits there joined, or
    /// stayed out.
    ///
    /// - Complexity: O(waiting²).
    mutating func become(_ other: Remainder, joining: Bool) {
      waiting = other.waiting
      let used = (waiting + 1) * stride
      rows.withUnsafeMutableBufferPointer { rows in
        other.rows.withUnsafeBufferPointer { others in
          rows.baseAddress!.update(from: others.baseAddress!, count: used)
        }
      }
      decide(joining: joining)
    }

    /// Lets the last touchpoint that waits join, or stay out.
    ///
    /// - Complexity: O(waiting²).
    mutating func decide(joining: Bool) {
      waiting -= 1
      let (waiting, stride, conversions) = (waiting, stride, conversions)
      rows.withUnsafeMutableBufferPointer { rows in
        let decided = rows.baseAddress! + (waiting + 1) * stride
        var exits = decided[conversions] + decided[conversions + 2]
        for target in 0..<waiting { exits += decided[target] }
        for index in 0...waiting {
          let row = rows.baseAddress! + index * stride
          let entered = row[waiting]
          if joining && exits > 0 && entered > 0 {
            let share = entered / exits
            for target in 0..<waiting { row[target] += share * decided[target] }
            for exit in conversions..<conversions + 3 { row[exit] += share * decided[exit] }
          } else {
            row[conversions + 2] += entered
          }
        }
      }
    }
  }
}
