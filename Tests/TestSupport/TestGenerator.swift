import Foundation
import TouchstoneJourneys

/// A small seeded generator for test data (SplitMix64: G. Steele, D. Lea, C. Flood, OOPSLA 2014).
public struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}

/// A row of a path table by names.
public typealias PathRow = (path: [String], totals: PathTotals)

/// Random rows: repeated paths, repeated touches, whole counts, some rows without conversions or without nulls.
public func randomRows(
  seed: Int, rows: Int, touchpoints: Int, longest: Int = 6, persistence: Double = 0.2
) -> [PathRow] {
  var generator = TestGenerator(seed: seed)
  return (0..<rows).map { _ in
    var path: [String] = []
    for _ in 0..<Int.random(in: 1...longest, using: &generator) {
      if let last = path.last, Double.random(in: 0..<1, using: &generator) < persistence {
        path.append(last)
      } else {
        // Squaring makes the first names the most common ones.
        let draw = Double.random(in: 0..<1, using: &generator)
        path.append("t\(Int(draw * draw * Double(touchpoints)))")
      }
    }
    let conversions = Double(Int.random(in: 0...3, using: &generator))
    let value = conversions == 0 ? 0 : Double(Int.random(in: 0...9_999, using: &generator)) / 100
    let nulls = Double(Int.random(in: 0...4, using: &generator))
    return (path, PathTotals(conversions: conversions, value: value, nonConverting: nulls))
  }
}

/// A table of rows whose touches lie a day apart and end with the conversion, with their time-decay credit for
/// half-lives.
public func timedTable(_ rows: [PathRow], halfLives: [Double] = [7]) -> PathTable {
  var touchpoints = TouchpointTable()
  let batch = PathBatch(halfLifeCount: halfLives.count)
  for (path, totals) in rows {
    let touches = batch.openRow(capacity: path.count)
    for (position, name) in path.enumerated() { touches[position] = touchpoints.intern(name) }
    let credits = batch.closeRow(touches: path.count, totals)
    for (index, halfLife) in halfLives.enumerated() {
      let weights = path.indices.map { exp2(-Double(path.count - 1 - $0) / halfLife) }
      for position in path.indices {
        let share = weights[position] / weights.reduce(0, +)
        credits[index * path.count + position] = DecayCredit(
          conversions: share * totals.conversions, value: share * totals.value)
      }
    }
  }
  var builder = PathTableBuilder(halfLives: halfLives)
  builder.add([batch])
  return builder.finish(touchpoints: touchpoints)
}
