import TouchstoneAttribution
import TouchstoneJourneys

/// Which touchpoints work together.
package struct SynergyReport: Report {
  private typealias Cell = ResultTable.Cell

  /// How sure the pairs' figures are.
  package struct Uncertainty: Sendable {
    /// Of the first pairs.
    package let spreads: [Synergies.Spread]
    package let level: Double
    package let method: BootstrapSample.Method

    package init(spreads: [Synergies.Spread], level: Double, method: BootstrapSample.Method) {
      self.spreads = spreads
      self.level = level
      self.method = method
    }

    fileprivate func interval(_ sample: BootstrapSample) -> ClosedRange<Double> {
      sample.interval(level: level, method: method)
    }
  }

  private let source: String
  private let synergies: Synergies
  private let uncertainty: Uncertainty?
  private let most: Int
  private let remarks: [String]

  /// - Parameters:
  ///   - source: The input's name, for the headline.
  ///   - synergies: All pairs.
  ///   - uncertainty: How sure the first ones are.
  ///   - most: The most pairs that a table shows; CSV and JSON have them all.
  ///   - remarks: Sentences that the reader should know.
  package init(source: String, synergies: Synergies, uncertainty: Uncertainty?, most: Int, remarks: [String] = []) {
    self.source = source
    self.synergies = synergies
    self.uncertainty = uncertainty
    self.most = most
    self.remarks = remarks
  }

  package var blocks: [ReportBlock] {
    [.headline(headline), .table(observedTable), .table(chainTable), .notes(notes)]
  }

  private func name(_ id: Int) -> String { synergies.touchpoints.names[id] }
  private func name(_ pair: PairSynergy) -> String { "\(name(pair.first)) + \(name(pair.second))" }

  private var headline: String {
    "\(source): \(synergies.touchpoints.count) touchpoints, \(synergies.pairs.count) pairs"
  }

  /// What the data say of a pair.
  enum Verdict: String {
    case complements, substitutes
    /// The interval holds 0.
    case unclear
    /// There is no interval.
    case unknown = ""
  }

  /// Below so many expected conversions the bootstrap does not see what might have happened, and no verdict is given.
  private static let fewestExpected = 5.0

  private func verdict(_ index: Int) -> Verdict {
    guard let uncertainty, index < uncertainty.spreads.count,
      let sample = uncertainty.spreads[index].excessConversions
    else { return .unknown }
    let cells = synergies.pairs[index].observed
    guard (cells.expectedRate ?? 0) * cells.both.journeys >= Self.fewestExpected else { return .unclear }
    let interval = uncertainty.interval(sample)
    return interval.lowerBound > 0 ? .complements : interval.upperBound < 0 ? .substitutes : .unclear
  }

  // MARK: Tables

  private var intervals: String { NumberText.intervals(uncertainty?.level) }

  private func cell(_ value: Double?, _ sample: BootstrapSample?) -> Cell {
    guard let value else { return .empty }
    guard let uncertainty, let sample else { return .number(value, decimals: 1) }
    return .interval(value, uncertainty.interval(sample), decimals: 1)
  }

  private func spread(_ index: Int) -> Synergies.Spread? {
    uncertainty.flatMap { index < $0.spreads.count ? $0.spreads[index] : nil }
  }

  private var observedTable: ResultTable {
    ResultTable(
      title:
        "As observed: the rate of journeys with both against what independence predicts\(intervals)"
        + " (an association, not an effect)",
      columns: ["pair", "journeys", "rate with both", "expected", "excess conversions"]
        + (uncertainty == nil ? [] : ["verdict"]),
      rows: synergies.pairs.prefix(most).enumerated().map { index, pair in
        let cells = pair.observed
        return [
          .text(name(pair)), .number(cells.both.journeys, decimals: 0), .init(share: cells.both.rate),
          .init(share: cells.expectedRate),
          cell(cells.excessConversions, spread(index)?.excessConversions),
        ] + (uncertainty == nil ? [] : [.text(verdict(index).rawValue)])
      })
  }

  private var chainTable: ResultTable {
    let order = synergies.pairs.indices.sorted {
      (synergies.pairs[$1].chainInteraction, $0) < (synergies.pairs[$0].chainInteraction, $1)
    }
    let hasIndex = synergies.pairs.contains { $0.shapleyInteraction != nil }
    return ResultTable(
      title: "On the chain: conversions that need both\(intervals)",
      columns: ["pair", "interaction", "lift"] + (hasIndex ? ["Shapley interaction"] : []),
      rows: order.prefix(most).map { index in
        let pair = synergies.pairs[index]
        return [
          .text(name(pair)), cell(pair.chainInteraction, spread(index)?.chainInteraction),
          .init(pair.chainLift, decimals: 2),
        ] + (hasIndex ? [cell(pair.shapleyInteraction, spread(index)?.shapleyInteraction)] : [])
      })
  }

  private var notes: [String] {
    var notes = [heaviest(.complements), heaviest(.substitutes)].compactMap { $0 }
    if synergies.pairs.allSatisfy({ $0.observed.expectedRate == nil }) && !synergies.pairs.isEmpty {
      notes.append("nothing can be expected of a pair: some kind of journey is missing, or every journey converts")
    }
    notes.append("on the chain no pair is below 0: a coalition's walks are those that stay inside it")
    if synergies.touchpoints.count > Synergies.largestIndexed {
      notes.append("no Shapley interaction: it is worked out up to \(Synergies.largestIndexed) touchpoints")
    }
    if synergies.pairs.count > most { notes.append("\(synergies.pairs.count - most) more pairs in CSV and JSON") }
    return notes + remarks
  }

  private func heaviest(_ wanted: Verdict) -> String? {
    guard let uncertainty else { return nil }
    let found = synergies.pairs.prefix(uncertainty.spreads.count).enumerated().filter { verdict($0.offset) == wanted }
    let level = NumberText.percent(uncertainty.level, decimals: 0)
    guard !found.isEmpty else { return "no \(wanted.rawValue) at \(level)" }
    let names = found.prefix(3).map { _, pair in
      "\(name(pair)) (\(NumberText.fixed(pair.observed.excessConversions ?? 0, decimals: 1)))"
    }
    return "heaviest \(wanted.rawValue) at \(level): \(names.joined(separator: ", "))"
      + (found.count > 3 ? "; \(found.count) in all" : "")
  }

  package var tidyTable: ResultTable {
    var columns = [
      "first", "second", "journeys_both", "conversions_both", "journeys_first", "conversions_first", "journeys_second",
      "conversions_second", "journeys_neither", "conversions_neither", "expected_rate", "excess_conversions",
      "chain_interaction", "chain_lift", "shapley_interaction",
    ]
    if uncertainty != nil {
      columns += ["excess_low", "excess_high", "interaction_low", "interaction_high", "verdict"]
    }
    return ResultTable(
      columns: columns,
      rows: synergies.pairs.enumerated().map { index, pair in
        let cells = pair.observed
        let counts = [cells.both, cells.firstAlone, cells.secondAlone, cells.neither].flatMap {
          [$0.journeys, $0.conversions]
        }
        var row: [Cell] = [.text(name(pair.first)), .text(name(pair.second))]
        var figures: [Double?] = counts
        figures += [cells.expectedRate, cells.excessConversions, pair.chainInteraction, pair.chainLift]
        figures.append(pair.shapleyInteraction)
        row += figures.map { .init(tidy: $0) }
        if let uncertainty {
          let excess = spread(index)?.excessConversions.map(uncertainty.interval)
          let interaction = (spread(index)?.chainInteraction).map(uncertainty.interval)
          row += [excess?.lowerBound, excess?.upperBound, interaction?.lowerBound, interaction?.upperBound].map {
            .init(tidy: $0)
          }
          row.append(.text(verdict(index).rawValue))
        }
        return row
      })
  }

  // MARK: JSON

  package var document: JSONDocument {
    func cell(_ cell: PairCells.Cell) -> JSONValue {
      .object([
        "journeys": JSONValue(cell.journeys), "conversions": JSONValue(cell.conversions), "rate": JSONValue(cell.rate),
      ])
    }
    func interval(_ sample: BootstrapSample?) -> JSONValue {
      guard let uncertainty, let sample else { return .null }
      return JSONValue(uncertainty.interval(sample))
    }
    return JSONDocument(
      schema: "touchstone.synergy/1",
      fields: [
        "level": JSONValue(uncertainty?.level),
        "pairs": .list(
          synergies.pairs.enumerated().map { index, pair in
            .object([
              "touchpoints": .list([.text(name(pair.first)), .text(name(pair.second))]),
              "observed": .object([
                "both": cell(pair.observed.both), "firstAlone": cell(pair.observed.firstAlone),
                "secondAlone": cell(pair.observed.secondAlone), "neither": cell(pair.observed.neither),
                "expectedRate": JSONValue(pair.observed.expectedRate),
                "excessConversions": JSONValue(pair.observed.excessConversions),
                "interval": interval(spread(index)?.excessConversions),
                "verdict": verdict(index) == .unknown ? .null : .text(verdict(index).rawValue),
              ]),
              "chainInteraction": JSONValue(pair.chainInteraction), "chainLift": JSONValue(pair.chainLift),
              "chainInterval": interval(spread(index)?.chainInteraction),
              "shapleyInteraction": JSONValue(pair.shapleyInteraction),
              "shapleyInterval": interval(spread(index)?.shapleyInteraction),
            ])
          }),
      ])
  }
}
