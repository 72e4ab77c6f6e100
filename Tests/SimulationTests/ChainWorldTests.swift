import Testing
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneTestSupport

@testable import TouchstoneSimulation

@Suite struct ChainWorldTests {
  static let table = PathTable(randomRows(seed: 21, rows: 300, touchpoints: 5))

  /// Shares of steps by context, from a table, the slow way.
  static func steps(_ table: PathTable, order: Int) -> [[String]: [String: Double]] {
    var steps: [[String]: [String: Double]] = [:]
    for part in table.parts {
      part.forEachRow { path, totals in
        let names = path.map { table.touchpoints.names[Int($0)] }
        for place in 0...names.count {
          let context = Array(names[max(0, place - order)..<place])
          if place < names.count {
            steps[context, default: [:]][names[place], default: 0] += totals.journeys
          } else {
            steps[context, default: [:]]["+", default: 0] += totals.conversions
            steps[context, default: [:]]["-", default: 0] += totals.nonConverting
          }
        }
      }
    }
    return steps
  }

  /// Steps of sampled journeys follow the table's, context by context.
  @Test(arguments: [1, 2])
  func sampledStepsFollowTheFit(_ order: Int) {
    let world = ChainWorld(Self.table, order: order)
    let sample = world.sample(journeys: 12_000, seed: 3)
    #expect(sample.totals.journeys == 12_000)
    let (fitted, sampled) = (Self.steps(Self.table, order: order), Self.steps(sample, order: order))
    #expect(world.states.count == fitted.count)
    for (context, targets) in sampled {
      let expected = fitted[context]!
      let (count, total) = (targets.values.reduce(0, +), expected.values.reduce(0, +))
      guard count > 200 else { continue }
      for (target, number) in targets where number > 0 {
        let share = expected[target]! / total
        // Five standard errors and a journey.
        #expect(abs(number - count * share) < 5 * (count * share * (1 - share)).squareRoot() + 1)
      }
    }
  }

  @Test func threadsChangeNoJourney() {
    let world = ChainWorld(Self.table, order: 2)
    func rows(_ threads: Int) -> [String: Double] {
      Parallel.$maximumThreads.withValue(threads) {
        var rows: [String: Double] = [:]
        let table = world.sample(journeys: 70_000, seed: 8)
        for row in table.rows() {
          table.withRow(row) { path, totals, _ in rows[path.map { "\($0)" }.joined(separator: " ")] = totals.conversions
          }
        }
        return rows
      }
    }
    #expect(rows(1) == rows(3))
  }

  /// A given chain with a long stay in one state: paths longer than the room taken for them, values, certain ends.
  @Test func givenChainsAreWalkedToTheirEnds() {
    var touchpoints = TouchpointTable()
    let id = touchpoints.intern("a")
    let world = ChainWorld(
      touchpoints: touchpoints,
      states: [
        ChainWorld.State(touchpoint: nil, targets: [(.state(1), 1)]),
        ChainWorld.State(touchpoint: id, targets: [(.state(1), 4_999), (.conversion, 1)], value: 2.5),
      ])
    var lengths: [Int] = []
    let steps = world.walk(0..<40, seed: 1) { path, converts, value in
      lengths.append(path.count)
      #expect(converts && value == 2.5 && path.allSatisfy { $0 == id })
    }
    #expect(steps == lengths.reduce(0, +) + 40)
    // A geometric length of mean 5,000, and as large a standard deviation.
    let mean = Double(lengths.reduce(0, +)) / 40
    #expect(lengths.max()! > 5_000)
    #expect(Chance.interval(mean: 5_000, standardDeviation: 5_000 / 40.0.squareRoot()).contains(mean))
  }
}
