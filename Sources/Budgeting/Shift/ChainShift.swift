import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneLinearAlgebra

/// What a shift of budget does to journeys: the fitted chain of order 1 with more or fewer visits, solved exactly.
///
/// A touchpoint with the multiple m gets m times its visits. From a state i other than the start, with probabilities q to go on and n to give
/// up, the visits q_ic become m_c q_ic: what is lost gives up, what is gained had given up. Where n does not suffice all gains of the row
/// are scaled until nobody gives up. Journeys that begin with c become m_c times as many: the new ones come from people that nobody had
/// reached. Conversions are then J Σ_c q_sc m_c b′_c, with b′ the probabilities to convert on the shifted chain.
///
/// With m = 1 − κ for one touchpoint this is the dose form of the removal effect, and with κ = 1 the removal effect itself.
public struct ChainShift: Sendable, Equatable {
  /// Conversions and their value as the journeys are.
  public let now: Credit
  /// The same on the shifted chain.
  public let then: Credit
  /// The share of the additional visits asked for, other than first visits, that journeys who would have given up could provide; 1 where
  /// none were asked for.
  public let provided: Double

  /// What the shift adds.
  public var gain: Credit { Credit(conversions: then.conversions - now.conversions, value: then.value - now.value) }

  /// The shift of a table's journeys with touches.
  ///
  /// - Parameters:
  ///   - paths: The journeys.
  ///   - multiples: By touchpoint of the table, not negative; 1 leaves all as it is.
  /// - Complexity: O(touches + touchpoints³).
  public init(_ paths: PathTable, multiples: [Double]) {
    precondition(multiples.count == paths.touchpoints.count, "a multiple for each touchpoint")
    self.init(ChainCounts(paths), multiples: multiples)
  }

  init(_ counts: ChainCounts, multiples: [Double]) {
    let shifted = ShiftedCounts(counts, multiples)
    func credit(_ chain: ChainCounts) -> Credit {
      let (conversions, value) = Self.solve(chain)
      var total = Credit()
      for state in 1..<max(chain.states, 1) {
        total.conversions += chain.transitions[state] * conversions[state]
        total.value += chain.transitions[state] * value[state]
      }
      return total
    }
    // Every journey of the table ends: what converts now is counted, not solved for.
    now = Credit(conversions: counts.conversions.reduce(0, +), value: counts.value.reduce(0, +))
    then = multiples.allSatisfy { $0 == 1 } ? now : credit(shifted.counts)
    provided = shifted.provided
  }

  /// By state, the expected conversions and value of a journey that is there.
  private static func solve(_ chain: ChainCounts) -> (conversions: [Double], value: [Double]) {
    let states = chain.states
    // States that no longer lead to a conversion are left out: a shift may let journeys circle there for ever.
    var leads = chain.conversions.map { $0 > 0 }
    var isChanging = true
    while isChanging {
      isChanging = false
      for from in 0..<states where !leads[from] {
        if (0..<states).contains(where: { leads[$0] && chain.transitions[from * states + $0] > 0 }) {
          leads[from] = true
          isChanging = true
        }
      }
    }
    let departures = chain.departures
    var system = Matrix(rows: states, columns: states)
    for from in 0..<states {
      // The start is never entered, and its journeys are not a share of anything: it has no equation.
      guard leads[from] && from > 0 else {
        system[from, from] = 1
        continue
      }
      for to in 0..<states where leads[to] { system[from, to] = -chain.transitions[from * states + to] }
      system[from, from] += departures[from]
    }
    guard let factors = try? LUFactorization(system) else {
      preconditionFailure("states that lead to a conversion are left for good")
    }
    func solution(_ ends: [Double]) -> [Double] {
      factors.solve(ends.indices.map { leads[$0] && $0 > 0 ? ends[$0] : 0 })
    }
    return (solution(chain.conversions), solution(chain.value))
  }
}

/// Counts with more or fewer visits.
struct ShiftedCounts {
  var counts: ChainCounts
  /// By state, the factor by which gains were scaled.
  private(set) var scales: [Double]
  private(set) var provided = 1.0

  init(_ original: ChainCounts, _ multiples: [Double]) {
    precondition(multiples.count == original.states - 1, "a multiple for each touchpoint")
    precondition(multiples.allSatisfy { $0 >= 0 && $0.isFinite }, "a multiple is finite and not negative")
    counts = original
    scales = [Double](repeating: 1, count: original.states)
    let states = original.states
    var (asked, given) = (0.0, 0.0)
    for touchpoint in multiples.indices { counts.transitions[touchpoint + 1] *= multiples[touchpoint] }
    for from in 1..<max(states, 1) {
      var (gains, losses) = (0.0, 0.0)
      for (touchpoint, multiple) in multiples.enumerated() {
        let change = (multiple - 1) * original.transitions[from * states + touchpoint + 1]
        if change > 0 { gains += change } else { losses -= change }
      }
      let available = original.nulls[from] + losses
      let scale = gains > available ? available / gains : 1
      scales[from] = scale
      asked += gains
      given += gains * scale
      for (touchpoint, multiple) in multiples.enumerated() {
        counts.transitions[from * states + touchpoint + 1] *= Self.multiple(multiple, scale)
      }
      counts.nulls[from] = max(0, available - gains * scale)
    }
    if asked > 0 { provided = given / asked }
  }

  /// The multiple that is left of one where gains are scaled.
  static func multiple(_ multiple: Double, _ scale: Double) -> Double {
    multiple > 1 ? 1 + (multiple - 1) * scale : multiple
  }
}
