import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneMonteCarlo
import TouchstoneParallel

/// The same shift lived by journeys, one by one: the check on ``ChainShift``, with which it shares no equation.
///
/// Each journey is walked twice with the same steps for as long as possible: as it was, and under the shift, where a
/// visit to a touchpoint with m < 1 does not happen with probability 1 − m, and a journey that would have given up goes
/// on to a touchpoint with m > 1.
public struct ShiftWalks: Sendable {
  /// The additional conversions, and the standard error.
  public let conversions: (gain: Double, standardError: Double)
  /// Their value, and the standard error.
  public let value: (gain: Double, standardError: Double)
  /// How many journeys were walked.
  public let walks: Int

  /// Some milliseconds of work for a thread; sums are added piece by piece, so they do not depend on the threads.
  private static let walksPerPiece = 4_096
  /// A walk that circles for so long gives up.
  private static let mostSteps = 100_000

  /// - Parameters:
  ///   - paths: The journeys.
  ///   - multiples: By touchpoint of the table.
  ///   - walks: How many journeys are walked, at least 2.
  ///   - seed: Chooses them.
  /// - Complexity: O(walks × touches of a journey), in parallel; the same on any number of threads.
  public init(_ paths: PathTable, multiples: [Double], walks: Int = 200_000, seed: UInt64 = 1) {
    precondition(walks >= 2, "a spread needs at least two walks")
    let counts = ChainCounts(paths)
    self.walks = walks
    guard counts.states > 1 else {
      (conversions, value) = ((0, 0), (0, 0))
      return
    }
    let walker = Walker(counts, multiples)
    let pieces = Parallel.ranges(count: walks, length: Self.walksPerPiece)
    let sums = Parallel.map(pieces.count) { piece in
      var sums = SIMD4<Double>()
      for walk in pieces[piece] {
        var stream = RandomStream(seed: seed, purpose: .shift, index: UInt64(walk))
        let (conversions, value) = walker.gain(&stream)
        sums += [conversions, value, conversions * conversions, value * value]
      }
      return sums
    }
    let total = sums.reduce(SIMD4()) { $0 + $1 }
    let (count, journeys) = (Double(walks), counts.transitions[0..<counts.states].reduce(0, +))
    func estimate(_ sum: Double, _ squares: Double) -> (Double, Double) {
      let mean = sum / count
      let variance = max(0, squares / count - mean * mean) / (count - 1)
      return (journeys * mean, journeys * variance.squareRoot())
    }
    conversions = estimate(total[0], total[2])
    value = estimate(total[1], total[3])
  }

  /// Steps along the chain, as it was and shifted.
  private struct Walker: Sendable {
    let states: Int
    let multiples: [Double]
    /// By state: where a step leads, touchpoints' states first, then conversion, then giving up.
    let steps: [AliasTable?]
    let values: [Double]
    /// By state, where a journey goes that would have given up, the last one being that it gives up.
    let rescues: [AliasTable?]

    init(_ counts: ChainCounts, _ multiples: [Double]) {
      let states = counts.states
      self.states = states
      self.multiples = multiples
      let shifted = ShiftedCounts(counts, multiples)
      func table(_ weights: [Double]) -> AliasTable? { weights.contains { $0 > 0 } ? AliasTable(weights) : nil }
      steps = (0..<states).map { from in
        table(
          Array(counts.transitions[from * states..<(from + 1) * states]) + [
            counts.conversions[from], counts.nulls[from],
          ])
      }
      values = (0..<states).map { counts.conversions[$0] > 0 ? counts.value[$0] / counts.conversions[$0] : 0 }
      rescues = (0..<states).map { from in
        guard from > 0 else { return nil }
        // Those who give up under the shift's losses alone, and what of them the gains take.
        let gains = multiples.enumerated().map { touchpoint, multiple in
          max(0, ShiftedCounts.multiple(multiple, shifted.scales[from]) - 1)
            * counts.transitions[from * states + touchpoint + 1]
        }
        return table(gains + [shifted.counts.nulls[from]])
      }
    }

    /// What a journey brings.
    typealias Outcome = (conversions: Double, value: Double)

    /// Conversions and value under the shift less those of the journey as it was.
    func gain(_ stream: inout RandomStream) -> Outcome {
      let first = steps[0]!.draw(stream.next())
      guard first < states else { return (0, 0) }
      let multiple = multiples[first - 1]
      var (conversions, value) = (0.0, 0.0)
      if multiple > 1 {
        // New journeys that begin alike.
        let end = finish(first, &stream)
        conversions += (multiple - 1) * end.conversions
        value += (multiple - 1) * end.value
      }
      if multiple < 1 && stream.uniform() >= multiple {
        let lost = finish(first, &stream, isShifted: false)
        return (-lost.conversions, -lost.value)
      }
      let together = walk(first, &stream)
      return (conversions + together.conversions, value + together.value)
    }

    /// Both journeys together, for as long as they are one.
    private func walk(_ first: Int, _ stream: inout RandomStream) -> Outcome {
      var state = first
      for _ in 0..<ShiftWalks.mostSteps {
        let next = steps[state]!.draw(stream.next())
        if next == states { return (0, 0) }
        if next > states {
          return rescued(state, &stream).map { finish($0, &stream) } ?? (0, 0)
        }
        if multiples[next - 1] < 1 && stream.uniform() >= multiples[next - 1] {
          let after: Outcome = rescued(state, &stream).map { finish($0, &stream) } ?? (0, 0)
          let before = finish(next, &stream, isShifted: false)
          return (after.conversions - before.conversions, after.value - before.value)
        }
        state = next
      }
      return (0, 0)
    }

    /// Where a journey goes that gives up otherwise.
    private func rescued(_ state: Int, _ stream: inout RandomStream) -> Int? {
      guard let table = rescues[state] else { return nil }
      let next = table.draw(stream.next())
      return next < states - 1 ? next + 1 : nil
    }

    /// How a journey ends from a state on.
    private func finish(_ first: Int, _ stream: inout RandomStream, isShifted: Bool = true) -> Outcome {
      var state = first
      for _ in 0..<ShiftWalks.mostSteps {
        let next = steps[state]!.draw(stream.next())
        if next == states { return (1, values[state]) }
        var goesOn = next < states
        if isShifted && goesOn && multiples[next - 1] < 1 && stream.uniform() >= multiples[next - 1] { goesOn = false }
        if goesOn {
          state = next
        } else if isShifted, let other = rescued(state, &stream) {
          state = other
        } else {
          return (0, 0)
        }
      }
      return (0, 0)
    }
  }
}
