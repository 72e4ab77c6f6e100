import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneLinearAlgebra

/// What a shift of budget does to journeys: the fitted chain of order 1 with more or fewer visits, solved exactly.
///
/// A touchpoint with the multiple m gets m times its visits. From a state i other than the start, with probabilities q
/// to go on and n to give up, the visits q_ic become m_c q_ic: what is lost gives up, what is gained had given up.
/// Where n does not suffice all gains of the row are scaled until nobody gives up. Journeys that begin with c become
/// m_c times as many: the new ones come from people that nobody had reached. Conversions are then J Σ_c q_sc m_c b′_c,
/// with b′ the probabilities to convert on the shifted chain.
///
/// With m = 1 − κ for one touchpoint this is the dose form of the removal effect, and with κ = 1 the removal effect
/// itself.
public struct ChainShift: Sendable, Equatable {
  /// Conversions and their value as the journeys are.
  public let now: Credit
  /// The same on the shifted chain.
  public let then: Credit
  /// The share of the additional visits asked for, other than first visits, that journeys that would have ended without
  /// conversion could provide; 1 where none were asked for.
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
    // Every journey of the table ends: what converts now is counted, not solved for.
    now = Credit(conversions: counts.conversions.reduce(0, +), value: counts.value.reduce(0, +))
    then = multiples.allSatisfy { $0 == 1 } ? now : Self.expected(shifted.counts)
    provided = shifted.provided
  }

  /// What the journeys that begin on a chain bring: Σ_c C_sc b_c, with b = (D − C)⁻¹ e for the ends e of each state.
  private static func expected(_ counts: ChainCounts) -> Credit {
    guard counts.states > 1 else { return Credit() }
    let chain = counts.endingDeadEnds()
    let factors = chain.factors()
    let (conversions, value) = (factors.solve(chain.conversions), factors.solve(chain.value))
    // State 0 is the start, which no journey comes back to.
    return (1..<chain.states).reduce(into: Credit()) { total, state in
      total.conversions += counts.transitions[state] * conversions[state]
      total.value += counts.transitions[state] * value[state]
    }
  }
}

extension ChainCounts {
  /// The same chain where journeys give up as soon as no conversion can follow.
  ///
  /// A shift may let journeys circle there for ever, and the system of such a chain is singular.
  fileprivate func endingDeadEnds() -> ChainCounts {
    let leads = leadsToConversion
    guard leads.dropFirst().contains(false) else { return self }
    var ending = self
    for from in 0..<states {
      if !leads[from] { ending.value[from] = 0 }
      for to in 1..<states where !leads[from] || !leads[to] {
        ending.nulls[from] += ending.transitions[from * states + to]
        ending.transitions[from * states + to] = 0
      }
    }
    return ending
  }

  /// By state, whether a conversion can follow.
  private var leadsToConversion: [Bool] {
    var leads = conversions.map { $0 > 0 }
    var isChanging = true
    while isChanging {
      isChanging = false
      for from in 0..<states where !leads[from] {
        if (0..<states).contains(where: { leads[$0] && transitions[from * states + $0] > 0 }) {
          leads[from] = true
          isChanging = true
        }
      }
    }
    return leads
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
