import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneText

/// Which touchpoints work together, in every output format.
public struct SynergyReport: Sendable {
  private typealias Cell = ResultTable.Cell

  /// How sure the pairs' figures are.
  public struct Uncertainty: Sendable {
    /// Of the first pairs.
    public let spreads: [Synergies.Spread]
    public let level: Double
    public let method: BootstrapSample.Method

    public init(spreads: [Synergies.Spread], level: Double, method: BootstrapSample.Method) {
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
  public init(source: String, synergies: Synergies, uncertainty: Uncertainty?, most: Int, remarks: [String] = []) {
    self.source = source
    self.synergies = synergies
    self.uncertainty = uncertainty
    self.most = most
    self.remarks = remarks
  }

  /// The report as text that ends in a line feed.
  public func text(_ format: OutputFormat) -> String {
    switch format {
    case .table:
      ([Escaping.terminal(headline) + "\n"] + tables.map { $0.alignedText() }
        + [notes.map { Escaping.terminal($0) + "\n" }.joined()]).joined(separator: "\n")
    case .markdown:
      ([Escaping.markdown(headline) + "\n"] + tables.map { $0.markdown() }
        + [notes.map { "- " + Escaping.markdown($0) + "\n" }.joined()]).joined(separator: "\n")
    case .csv: tidyTable.csv()
    case .json: JSONDocument.text(document)
    }
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

  private func verdict(_ place: Int) -> Verdict {
    guard let uncertainty, place < uncertainty.spreads.count,
      let sample = uncertainty.spreads[place].excessConversions
    else { return .unknown }
    let cells = synergies.pairs[place].observed
    guard (cells.expectedRate ?? 0) * cells.both.journeys >= Self.fewestExpected else { return .unclear }
    let interval = uncertainty.interval(sample)
    return interval.lowerBound > 0 ? .complements : interval.upperBound < 0 ? .substitutes : .unclear
  }

  // MARK: Tables

  private var levelText: String {
    uncertainty.map { ", with \(NumberText.percent($0.level, decimals: 0)) intervals" } ?? ""
  }

  private var tables: [ResultTable] { [observedTable, chainTable] }

  private func cell(_ value: Double?, _ sample: BootstrapSample?) -> Cell {
    guard let value else { return .empty }
    guard let uncertainty, let sample else { return .number(value, decimals: 1) }
    return .interval(value, uncertainty.interval(sample), decimals: 1)
  }

  private func spread(_ place: Int) -> Synergies.Spread? {
    uncertainty.flatMap { place < $0.spreads.count ? $0.spreads[place] : nil }
  }

  private var observedTable: ResultTable {
    ResultTable(
      title:
        "As observed: the rate of journeys with both against what independence predicts\(levelText) (an association, not an effect)",
      columns: ["pair", "journeys", "rate with both", "expected", "excess conversions"]
        + (uncertainty == nil ? [] : ["verdict"]),
      rows: synergies.pairs.prefix(most).enumerated().map { place, pair in
        let cells = pair.observed
        return [
          .text(name(pair)), .number(cells.both.journeys, decimals: 0), cells.both.rate.map { .percent($0) } ?? .empty,
          cells.expectedRate.map { .percent($0) } ?? .empty,
          cell(cells.excessConversions, spread(place)?.excessConversions),
        ] + (uncertainty == nil ? [] : [.text(verdict(place).rawValue)])
      })
  }

  private var chainTable: ResultTable {
    let order = synergies.pairs.indices.sorted {
      (synergies.pairs[$1].chainInteraction, $0) < (synergies.pairs[$0].chainInteraction, $1)
    }
    let hasIndex = synergies.pairs.contains { $0.shapleyInteraction != nil }
    return ResultTable(
      title: "On the chain: conversions that need both\(levelText)",
      columns: ["pair", "interaction", "lift"] + (hasIndex ? ["Shapley interaction"] : []),
      rows: order.prefix(most).map { place in
        let pair = synergies.pairs[place]
        return [
          .text(name(pair)), cell(pair.chainInteraction, spread(place)?.chainInteraction),
          pair.chainLift.map { .number($0, decimals: 2) } ?? .empty,
        ] + (hasIndex ? [cell(pair.shapleyInteraction, spread(place)?.shapleyInteraction)] : [])
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

  private var tidyTable: ResultTable {
    var columns = [
      "first", "second", "journeys_both", "conversions_both", "journeys_first", "conversions_first", "journeys_second",
      "conversions_second", "journeys_neither", "conversions_neither", "expected_rate", "excess_conversions",
      "chain_interaction", "chain_lift", "shapley_interaction",
    ]
    if uncertainty != nil {
      columns += ["excess_low", "excess_high", "interaction_low", "interaction_high", "verdict"]
    }
    func number(_ value: Double?) -> Cell { value.map { .number($0, decimals: 6) } ?? .empty }
    return ResultTable(
      title: "", columns: columns,
      rows: synergies.pairs.enumerated().map { place, pair in
        let cells = pair.observed
        let counts = [cells.both, cells.firstAlone, cells.secondAlone, cells.neither].flatMap {
          [$0.journeys, $0.conversions]
        }
        var row: [Cell] = [.text(name(pair.first)), .text(name(pair.second))]
        row += (counts + [cells.expectedRate, cells.excessConversions, pair.chainInteraction, pair.chainLift]).map(
          number)
        row.append(number(pair.shapleyInteraction))
        if let uncertainty {
          let excess = spread(place)?.excessConversions.map(uncertainty.interval)
          let interaction = (spread(place)?.chainInteraction).map(uncertainty.interval)
          row += [excess?.lowerBound, excess?.upperBound, interaction?.lowerBound, interaction?.upperBound].map(number)
          row.append(.text(verdict(place).rawValue))
        }
        return row
      })
  }

  // MARK: JSON

  private var document: JSONValue {
    func json(_ value: Double?) -> JSONValue { value.map { JSONValue($0) } ?? .null }
    func cell(_ cell: PairCells.Cell) -> JSONValue {
      .object([
        "journeys": JSONValue(cell.journeys), "conversions": JSONValue(cell.conversions), "rate": json(cell.rate),
      ])
    }
    func interval(_ sample: BootstrapSample?) -> JSONValue {
      guard let uncertainty, let sample else { return .null }
      let range = uncertainty.interval(sample)
      return .list([JSONValue(range.lowerBound), JSONValue(range.upperBound)])
    }
    return .object([
      "schema": .text("touchstone.synergy/1"), "level": json(uncertainty?.level),
      "pairs": .list(
        synergies.pairs.enumerated().map { place, pair in
          .object([
            "touchpoints": .list([.text(name(pair.first)), .text(name(pair.second))]),
            "observed": .object([
              "both": cell(pair.observed.both), "firstAlone": cell(pair.observed.firstAlone),
              "secondAlone": cell(pair.observed.secondAlone), "neither": cell(pair.observed.neither),
              "expectedRate": json(pair.observed.expectedRate),
              "excessConversions": json(pair.observed.excessConversions),
              "interval": interval(spread(place)?.excessConversions),
              "verdict": verdict(place) == .unknown ? .null : .text(verdict(place).rawValue),
            ]),
            "chainInteraction": JSONValue(pair.chainInteraction), "chainLift": json(pair.chainLift),
            "chainInterval": interval(spread(place)?.chainInteraction),
            "shapleyInteraction": json(pair.shapleyInteraction),
            "shapleyInterval": interval(spread(place)?.shapleyInteraction),
          ])
        }),
    ])
  }
}
