import Touchstone
import TouchstoneMonteCarlo

/// How often intervals cover the truth: journeys are sampled from a chain whose removal effects are known, and
/// intervals are worked out from each sample as from real data.
///
///     swift run -c release --package-path Benchmarks Coverage [DATA-SETS [JOURNEYS [REPLICATES]]]
@main
struct Coverage {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    let dataSets = arguments.count > 0 ? arguments[0] : 1_000
    let journeys = arguments.count > 1 ? arguments[1] : 5_000
    let replicates = arguments.count > 2 ? arguments[2] : 1_000
    let world = ChainWorld(touchpoints: 8)
    let truth = world.removalEffects()
    let total = truth.reduce(0, +)
    precondition(dataSets > 0 && journeys > 0 && replicates > 1, "something to look at")

    let tallies = Parallel.map(dataSets) { dataSet -> Result<[Tally], AttributionError> in
      do throws(AttributionError) {
        let table = world.sample(journeys: journeys, stream: dataSet)
        let bootstrap = Bootstrap(replicates: replicates, seed: UInt64(dataSet))
        let distribution = try bootstrap.distributions(of: [Markov()], on: Evidence(paths: table))[0]
        let analytic = try Markov().analyticUncertainty(table, level: 0.95)!
        var tallies = [Tally](repeating: Tally(), count: truth.count)
        for (id, name) in table.touchpoints.names.enumerated() {
          let touchpoint = Int(name)!
          let effect = truth[touchpoint]
          let credit = effect / total * world.conversionProbability * Double(journeys)
          func interval(
            _ quantity: BootstrapDistribution.Quantity, _ method: BootstrapDistribution.Method
          ) -> ClosedRange<Double> { distribution.interval(id, quantity, level: 0.95, method: method) }
          tallies[touchpoint].add(0, analytic.removalEffects![id].interval.contains(effect))
          tallies[touchpoint].add(1, interval(.removalEffect, .percentile).contains(effect))
          tallies[touchpoint].add(2, interval(.removalEffect, .bca).contains(effect))
          tallies[touchpoint].add(3, analytic.conversions[id].interval.contains(credit))
          tallies[touchpoint].add(4, interval(.conversions, .percentile).contains(credit))
          tallies[touchpoint].add(5, interval(.conversions, .bca).contains(credit))
        }
        return .success(tallies)
      } catch { return .failure(error) }
    }
    var sums = [Tally](repeating: Tally(), count: truth.count)
    for tally in tallies {
      for (touchpoint, other) in try tally.get().enumerated() { sums[touchpoint].add(other) }
    }
    print("\(dataSets) data sets of \(journeys) journeys, \(replicates) replicates; 95 % intervals cover, in %:")
    print(
      "touchpoint  effect   effect: analytic percentile bca   credit: analytic percentile bca   converting journeys")
    var all = Tally()
    for (touchpoint, sum) in sums.enumerated() {
      all.add(sum)
      let reach = truth[touchpoint] * world.conversionProbability * Double(journeys)
      print("\(touchpoint)  \(truth[touchpoint])  \(sum.shares)  \(Int(reach))")
    }
    print("all  \(all.shares)")
    precondition(all.count == 6 * dataSets * truth.count, "every touchpoint is in every data set")
  }
}

/// How often each kind of interval covered.
struct Tally: Sendable {
  private var covered = [Int](repeating: 0, count: 6)
  private var asked = [Int](repeating: 0, count: 6)

  mutating func add(_ kind: Int, _ isCovered: Bool) {
    asked[kind] += 1
    if isCovered { covered[kind] += 1 }
  }

  mutating func add(_ other: Tally) {
    for kind in covered.indices {
      covered[kind] += other.covered[kind]
      asked[kind] += other.asked[kind]
    }
  }

  /// All questions asked.
  var count: Int { asked.reduce(0, +) }

  var shares: String {
    zip(covered, asked).map { "\((Double($0) / Double(max($1, 1)) * 1000).rounded() / 10)" }.joined(separator: "  ")
  }
}

/// A chain of order 1 with known probabilities: popularity falls with the index, and later touchpoints convert better.
struct ChainWorld: Sendable {
  let touchpoints: Int
  /// From the start, then from each touchpoint: to each touchpoint, conversion, null.
  private let probabilities: [[Double]]

  init(touchpoints: Int) {
    self.touchpoints = touchpoints
    var stream = RandomStream(seed: 20, purpose: .permutation, index: 0)
    func row(exit: Double, conversion: Double) -> [Double] {
      let weights = (0..<touchpoints).map { target in
        Double.random(in: 0.3...1, using: &stream) / Double(target + 1)
      }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum * (1 - exit) } + [exit * conversion, exit * (1 - conversion)]
    }
    probabilities =
      [row(exit: 0, conversion: 0)]
      + (0..<touchpoints).map { row(exit: 0.35, conversion: 0.15 + 0.04 * Double($0)) }
  }

  /// The probability to convert from each state, with one touchpoint leading nowhere, by iteration.
  private func conversion(without removed: Int?) -> Double {
    var worth = [Double](repeating: 0, count: touchpoints + 1)
    for _ in 0..<2_000 {
      worth = probabilities.enumerated().map { state, row in
        if let removed, state == removed + 1 { return 0 }
        return (0..<touchpoints).reduce(row[touchpoints]) { $0 + row[$1] * worth[$1 + 1] }
      }
    }
    return worth[0]
  }

  var conversionProbability: Double { conversion(without: nil) }

  func removalEffects() -> [Double] {
    let whole = conversion(without: nil)
    return (0..<touchpoints).map { 1 - conversion(without: $0) / whole }
  }

  func sample(journeys: Int, stream index: Int) -> PathTable {
    var stream = RandomStream(seed: 77, purpose: .permutation, index: UInt64(index))
    var rows: [(path: [String], totals: PathTotals)] = []
    for _ in 0..<journeys {
      var path: [String] = []
      var state = 0
      while true {
        var draw = Double.random(in: 0..<1, using: &stream)
        let row = probabilities[state]
        let target = row.indices.first { index in
          draw -= row[index]
          return draw < 0
        }
        guard let target, target < touchpoints else {
          let converts = target == touchpoints
          rows.append((path, PathTotals(conversions: converts ? 1 : 0, nonConverting: converts ? 0 : 1)))
          break
        }
        path.append("\(target)")
        state = target + 1
      }
    }
    return PathTable(rows)
  }
}
