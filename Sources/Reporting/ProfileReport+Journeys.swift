import TouchstoneAttribution
import TouchstoneJourneys

/// The tables of a profile that are about whole journeys: how long they are, and who meets on them.
extension ProfileReport {
  // MARK: Distributions

  /// The classes of path lengths that are shown.
  private static let lengthClasses: [ClosedRange<Int>] = [
    1...1, 2...2, 3...3, 4...4, 5...5, 6...10, 11...20, 21...Int.max,
  ]

  var lengthTable: ResultTable {
    ResultTable(
      title: "Path lengths", columns: ["touches", "converting", "other", "rate"],
      rows: Self.lengthClasses.compactMap { range in
        let counts = content.profile.lengths.filter { range.contains($0.key) }
        let converting = counts.reduce(0) { $0 + $1.value.converting }
        let other = counts.reduce(0) { $0 + $1.value.other }
        guard converting + other > 0 else { return nil }
        let name =
          range.count == 1
          ? "\(range.lowerBound)"
          : range.upperBound == .max ? "\(range.lowerBound) and more" : "\(range.lowerBound) to \(range.upperBound)"
        return [
          .text(name), .init(count: converting), .init(count: other),
          .percent(Double(converting) / Double(converting + other)),
        ]
      })
  }

  var lagTable: ResultTable {
    let total = content.profile.lags.reduce(0, +)
    var sum = 0
    return ResultTable(
      title: "Time from the first touch to the conversion", columns: ["time", "journeys", "share", "up to here"],
      rows: content.profile.lags.enumerated().compactMap { index, count in
        guard total > 0 else { return nil }
        sum += count
        return [
          .text(Self.lagName(index)), .init(count: count), .percent(Double(count) / Double(total)),
          .percent(Double(sum) / Double(total)),
        ]
      })
  }

  private static func lagName(_ index: Int) -> String {
    let bounds = JourneyProfile.lagBounds
    func name(_ bound: Double) -> String {
      bound < 1 ? "1 hour" : bound == 1 ? "1 day" : "\(NumberText.fixed(bound, decimals: 0)) days"
    }
    if index == bounds.count { return "\(name(bounds[index - 1])) and more" }
    return index == 0 ? "under \(name(bounds[0]))" : "\(name(bounds[index - 1])) to \(name(bounds[index]))"
  }

  // MARK: Paths and combinations

  /// The most paths, and combinations of one size, that are shown.
  private static let shownPaths = 10

  var topPaths: [(path: [String], totals: PathTotals)] {
    content.paths.rowsByWeight().prefix(Self.shownPaths).map { row in
      content.paths.withRow(row) { path, totals, _ in (path.map { names[Int($0)] }, totals) }
    }
  }

  var pathTable: ResultTable {
    ResultTable(
      title: "Paths with the most conversions",
      columns: ["path", "conversions", "journeys", "rate"] + (content.hasValue ? ["value"] : []),
      rows: topPaths.map { path, totals in
        [
          .text(path.joined(separator: " > ")), .number(totals.conversions, decimals: 0),
          .number(totals.journeys, decimals: 0), .percent(totals.conversions / totals.journeys),
        ] + (content.hasValue ? [.number(totals.value, decimals: 2)] : [])
      })
  }

  /// The conversion rate of all journeys with touches.
  private var overallRate: Double {
    let touched = content.paths.touched
    return touched.journeys > 0 ? touched.conversions / touched.journeys : 0
  }

  /// Touchpoints on one journey, and what became of those journeys.
  struct Combination {
    let names: [String]
    let totals: PathTotals
    let rate: Double
    /// The rate against that of all journeys; `nil` where none converts.
    let lift: Double?
  }

  func combinations(size: Int) -> [Combination] {
    TouchpointCombination.all(in: content.paths, size: size).prefix(Self.shownPaths).map { combination in
      let rate = combination.totals.conversions / combination.totals.journeys
      return Combination(
        names: combination.touchpoints.map { names[Int($0)] }, totals: combination.totals, rate: rate,
        lift: overallRate > 0 ? rate / overallRate : nil)
    }
  }

  /// What a title says where not all touchpoints take part.
  private var combinationLimit: String {
    names.count > TouchpointCombination.usualLimit
      ? " (of the \(TouchpointCombination.usualLimit) touchpoints on the most journeys)" : ""
  }

  func combinationTable(size: Int) -> ResultTable {
    ResultTable(
      title: size == 2
        ? "Pairs on one journey, and their rate against all journeys\(combinationLimit)"
        : "Triples on one journey\(combinationLimit)",
      columns: ["touchpoints", "conversions", "journeys", "rate", "lift"],
      rows: combinations(size: size).map { combination in
        [
          .text(combination.names.joined(separator: " + ")), .number(combination.totals.conversions, decimals: 0),
          .number(combination.totals.journeys, decimals: 0), .percent(combination.rate),
          .init(combination.lift, decimals: 2),
        ]
      })
  }
}
