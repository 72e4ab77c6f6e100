import Testing
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneTestSupport

@Suite struct PathTableTests {
  /// The slow twin: a dictionary by path.
  static func merged(_ rows: [PathRow]) -> [[String]: PathTotals] {
    var result: [[String]: PathTotals] = [:]
    for row in rows {
      let sum = result[row.path] ?? PathTotals(conversions: 0)
      result[row.path] = PathTotals(
        conversions: sum.conversions + row.totals.conversions, value: sum.value + row.totals.value,
        nonConverting: sum.nonConverting + row.totals.nonConverting)
    }
    return result
  }

  static func rows(of table: PathTable) -> [(path: [String], totals: PathTotals)] {
    var result: [(path: [String], totals: PathTotals)] = []
    for part in table.parts {
      part.forEachRow { path, totals in
        result.append((path.map { table.touchpoints.names[Int($0)] }, totals))
      }
    }
    return result
  }

  @Test(arguments: [0, 1, 10, 2_000])
  func mergesEqualPaths(count: Int) {
    let rows = randomRows(seed: count, rows: count, touchpoints: 5)
    let table = PathTable(rows)
    let twin = Self.merged(rows)
    let found = Self.rows(of: table)
    #expect(found.count == twin.count)
    #expect(table.pathCount == twin.count)
    for row in found { #expect(row.totals == twin[row.path]) }
    #expect(table.totals.conversions == rows.reduce(0) { $0 + $1.totals.conversions })
    #expect(table.totals.nonConverting == rows.reduce(0) { $0 + $1.totals.nonConverting })
  }

  /// More rows than one segment of a part holds, and a path longer than a segment.
  @Test func growsAcrossSegments() {
    var rows: [PathRow] = (0..<200_000).map {
      (["a\($0 % 600)", "b\($0 / 600)"], PathTotals(conversions: 1))
    }
    rows.append((Array(repeating: "long", count: 40_000), PathTotals(conversions: 2)))
    rows.append((Array(repeating: "long", count: 40_000), PathTotals(conversions: 3)))
    let table = PathTable(rows)
    #expect(table.pathCount == 200_001)
    #expect(table.totals.conversions == 200_005)
    let long = Self.rows(of: table).first { $0.path.count == 40_000 }
    #expect(long?.totals.conversions == 5)
  }

  @Test func journeysWithoutTouchesAreApart() {
    let rows: [PathRow] = [
      (["a"], PathTotals(conversions: 2, value: 3)),
      ([], PathTotals(conversions: 5, value: 7, nonConverting: 1)),
      ([], PathTotals(conversions: 1)),
    ]
    let table = PathTable(rows)
    #expect(table.pathCount == 1)
    #expect(table.untouched == PathTotals(conversions: 6, value: 7, nonConverting: 1))
    #expect(table.touched == PathTotals(conversions: 2, value: 3))
    #expect(table.totals.conversions == 8)
  }

  @Test func threadsChangeNothing() {
    let rows = randomRows(seed: 8, rows: 3_000, touchpoints: 20)
    let one = Parallel.$maximumThreads.withValue(1) { PathTable(rows) }
    let many = Parallel.$maximumThreads.withValue(4) { PathTable(rows) }
    #expect(one.totals == many.totals)
    let pairs = zip(Self.rows(of: one), Self.rows(of: many))
    #expect(pairs.allSatisfy { $0.path == $1.path && $0.totals == $1.totals })
  }

  @Test func distinctTouchpointsKeepFirstTouchOrder() {
    var distinct = DistinctTouchpoints(touchpointCount: 5)
    for (path, expected) in [
      ([3, 1, 3, 3, 0, 1], [3, 1, 0]), ([2], [2]), ([], []), ([4, 4], [4]),
    ] as [([Int32], [Int32])] {
      #expect(path.withUnsafeBufferPointer { distinct.list($0) } == expected)
    }
  }
}
