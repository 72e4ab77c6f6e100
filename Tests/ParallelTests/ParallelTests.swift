import Synchronization
import Testing
import TouchstoneParallel
import TouchstoneTestSupport

@Suite struct ParallelTests {
  @Test(arguments: [0, 1, 2, 63, 64, 1_000], [1, 2, 7])
  func everyIndexRunsOnce(count: Int, threads: Int) {
    let runs = Mutex([Int](repeating: 0, count: count))
    Parallel.$maximumThreads.withValue(threads) {
      Parallel.forEach(count) { index in runs.withLock { $0[index] += 1 } }
    }
    #expect(runs.withLock { $0 } == [Int](repeating: 1, count: count))
  }

  @Test(arguments: [1, 2, 5])
  func mapKeepsOrder(threads: Int) {
    let squares = Parallel.$maximumThreads.withValue(threads) { Parallel.map(100) { "\($0 * $0)" } }
    #expect(squares == (0..<100).map { "\($0 * $0)" })
  }

  @Test func elementsChangeInPlace() {
    var lists = (0..<50).map { [$0] }
    Parallel.forEachElement(of: &lists) { index, list in list.append(index * 2) }
    #expect(lists == (0..<50).map { [$0, $0 * 2] })
  }

  @Test func rangesCoverEverythingOnce() {
    for (count, length) in [(0, 3), (1, 3), (3, 3), (4, 3), (10, 1), (7, 100)] {
      let ranges = Parallel.ranges(count: count, length: length)
      #expect(ranges.flatMap { Array($0) } == Array(0..<count))
      #expect(ranges.allSatisfy { $0.count <= length && !$0.isEmpty })
    }
  }

  @Test func limitIsSeenByThreads() {
    Parallel.$maximumThreads.withValue(3) { #expect(Parallel.threads == 3) }
    Parallel.$maximumThreads.withValue(0) { #expect(Parallel.threads == 1) }
  }
}

@Suite struct CompensatedSumTests {
  @Test func smallTermsSurviveALargeOne() {
    // A plain loop gives 0 or 2.
    #expect([1, 1e100, 1, -1e100].compensatedSum() == 2)
    #expect([Double]().compensatedSum() == 0)
  }

  @Test func agreesWithExactArithmetic() {
    var generator = TestGenerator(seed: 3)
    for _ in 0..<50 {
      // Whole numbers below 2^52, so that the exact sum is known.
      let terms = (0..<500).map { _ in Int.random(in: -(1 << 52)...(1 << 52), using: &generator) }
      #expect(terms.map(Double.init).compensatedSum() == Double(terms.reduce(0, +)))
    }
  }

  @Test func infinityStays() {
    #expect([1, .infinity, 2].compensatedSum() == .infinity)
    #expect([.infinity, -.infinity].compensatedSum().isNaN)
  }
}
