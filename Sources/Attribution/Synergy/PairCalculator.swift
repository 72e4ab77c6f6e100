import TouchstoneJourneys
import TouchstoneLinearAlgebra

/// Works out the figures of all pairs of touchpoints for weights of the rows.
struct PairCalculator: Sendable {
  /// All pairs of touchpoints of the canonical rows, the smaller first.
  let pairs: [(Int, Int)]
  private let count: Int
  /// By row, its distinct touchpoints; and where they end.
  private let members: [Int32]
  private let ends: [Int]
  private let chainCounter: ChainResampler

  init(_ rows: CanonicalRows) {
    let count = rows.touchpoints.count
    self.count = count
    pairs = (0..<count).flatMap { i in (i + 1..<max(count, i + 1)).map { (i, $0) } }
    var distinct = DistinctTouchpoints(touchpointCount: count)
    var (members, ends): ([Int32], [Int]) = ([], [])
    rows.touches.withUnsafeBufferPointer { touches in
      for row in 0..<rows.count {
        let path = UnsafeBufferPointer(rebasing: touches[rows.starts[row]..<rows.starts[row + 1]])
        members += distinct.list(path)
        ends.append(members.count)
      }
    }
    (self.members, self.ends) = (members, ends)
    chainCounter = ChainResampler(rows)
  }

  // MARK: As observed

  /// By pair, what the four kinds of journeys came to.
  ///
  /// - Complexity: O(rows × pairs on a row).
  func cells(_ weights: RowWeights) -> [PairCells] {
    var both = [PairCells.Cell](repeating: PairCells.Cell(), count: count * count)
    var single = [PairCells.Cell](repeating: PairCells.Cell(), count: count)
    var all = PairCells.Cell()
    func add(_ cell: inout PairCells.Cell, _ journeys: Double, _ conversions: Double) {
      cell.journeys += journeys
      cell.conversions += conversions
    }
    var start = 0
    for (row, end) in ends.enumerated() {
      let conversions = weights.conversions[row]
      let journeys = conversions + weights.nonConverting[row]
      if journeys > 0 {
        add(&all, journeys, conversions)
        for position in start..<end {
          let touchpoint = Int(members[position])
          add(&single[touchpoint], journeys, conversions)
          for other in start..<position {
            let partner = Int(members[other])
            add(&both[min(touchpoint, partner) * count + max(touchpoint, partner)], journeys, conversions)
          }
        }
      }
      start = end
    }
    func less(_ left: PairCells.Cell, _ right: PairCells.Cell) -> PairCells.Cell {
      PairCells.Cell(journeys: left.journeys - right.journeys, conversions: left.conversions - right.conversions)
    }
    return pairs.map { i, j in
      let together = both[i * count + j]
      let (first, second) = (less(single[i], together), less(single[j], together))
      return PairCells(
        both: together, firstAlone: first, secondAlone: second,
        neither: less(less(less(all, together), first), second))
    }
  }

  // MARK: On the chain

  /// What pairs do on the chain.
  struct Interactions {
    /// By pair, in conversions.
    let interactions: [Double]
    /// By touchpoint, the conversions lost without it.
    let losses: [Double]
    let conversions: Double

    /// P(both | converts) / (P(i | converts) P(j | converts)).
    func lift(_ pair: Int, _ i: Int, _ j: Int) -> Double? {
      let chance = losses[i] * losses[j]
      return chance > 0 ? interactions[pair] * conversions / chance : nil
    }
  }

  /// All interactions from one inverse.
  ///
  /// - Complexity: O(n³).
  func chain(_ weights: RowWeights) -> Interactions {
    let solution = chainCounter.solution(weights)
    let inverse = solution.inverse
    let losses = (0..<count).map { id -> Double in
      inverse[0, id + 1] / inverse[id + 1, id + 1] * solution.conversions[id + 1] * solution.journeys
    }
    let interactions = pairs.map { i, j -> Double in
      // entries = (M_KK)⁻ᵀ M_sK: where journeys meet one of the two first.
      let (a, b, c, d) = (
        inverse[i + 1, i + 1], inverse[i + 1, j + 1], inverse[j + 1, i + 1], inverse[j + 1, j + 1]
      )
      let determinant = a * d - b * c
      let (x, y) = (inverse[0, i + 1], inverse[0, j + 1])
      let entries = ((x * d - y * c) / determinant, (y * a - x * b) / determinant)
      let loss =
        (entries.0 * solution.conversions[i + 1] + entries.1 * solution.conversions[j + 1]) * solution.journeys
      return losses[i] + losses[j] - loss
    }
    return Interactions(
      interactions: interactions, losses: losses, conversions: solution.conversions[0] * solution.journeys)
  }

  /// By pair, the Shapley interaction index of the chain's game: the mean, over orders in which the pair joins as one,
  /// of what the two add together less what each adds alone.
  ///
  /// With the game's dividends m(T), by which v(S) = Σ m(T) over T ⊆ S, the index of a pair is Σ m(T) / (|T| − 1) over
  /// all T that hold it.
  ///
  /// Source: M. Grabisch, M. Roubens, "An axiomatic approach to the concept of interaction among players in cooperative
  /// games", International Journal of Game Theory 28 (1999).
  /// - Complexity: O(n² 2ⁿ).
  func shapleyInteractions(_ weights: RowWeights) -> [Double] {
    guard count > 1 else { return [] }
    var dividends = ShapleyMarkov.worthOfAllCoalitions(chainCounter.coalitionChain(weights)).conversions
    for bit in 0..<count {
      for subset in dividends.indices where subset & 1 << bit != 0 { dividends[subset] -= dividends[subset ^ 1 << bit] }
    }
    var sums = [Double](repeating: 0, count: count * count)
    for (subset, dividend) in dividends.enumerated() {
      let size = subset.nonzeroBitCount
      guard size > 1 else { continue }
      let share = dividend / Double(size - 1)
      var rest = subset
      while rest != 0 {
        let i = rest.trailingZeroBitCount
        rest &= rest - 1
        var others = rest
        while others != 0 {
          sums[i * count + others.trailingZeroBitCount] += share
          others &= others - 1
        }
      }
    }
    return pairs.map { sums[$0.0 * count + $0.1] }
  }
}
