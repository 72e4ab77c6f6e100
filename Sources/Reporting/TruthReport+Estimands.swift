import TouchstoneSimulation

/// The part of the truth that depends on estimands: it goes by their list, and knows none of them by name.
extension TruthReport {
  typealias Cell = ResultTable.Cell

  /// The estimands of a subject that were asked for and have figures.
  private func answered(_ subject: EstimandDefinition.Subject) -> [Estimand] {
    Estimand.allCases.filter { $0.definition.subject == subject && !truth[$0].isEmpty }
  }

  func cells(_ estimate: Truth.Estimate?, decimals: Int = 1) -> [Cell] {
    guard let estimate else { return [.empty, .empty] }
    return [
      .number(estimate.conversions, decimals: decimals), .number(estimate.standardError, decimals: decimals),
    ]
  }

  private static func decimals(_ estimand: Estimand) -> Int {
    switch estimand.definition.unit {
    case .conversions: 1
    case .conversionsPerMoney: 4
    }
  }

  // MARK: Tables

  /// What heads the columns of the estimands by channel.
  var effectColumns: [String] { answered(.channel).flatMap { [$0.rawValue, "± se"] } }

  /// A channel's figures in those columns.
  func effectCells(_ channel: Int) -> [Cell] {
    answered(.channel).flatMap { estimand in
      cells(truth[estimand].first { $0.channel == channel }?.estimate, decimals: Self.decimals(estimand))
    }
  }

  /// The baseline in those columns: an estimand by money has none.
  var baselineCells: [Cell] {
    answered(.channel).flatMap { cells($0.definition.unit == .conversions ? truth.baseline : nil) }
  }

  /// The tables of the estimands that have one of their own.
  var estimandTables: [ResultTable] { answered(.pair).map(pairTable) + answered(.level).map(levelTable) }

  private static let shownPairs = 10

  private func pairTable(_ estimand: Estimand) -> ResultTable {
    let pairs = truth[estimand]
    let sorted = pairs.indices.sorted {
      (abs(pairs[$1].estimate.conversions), $0) < (abs(pairs[$0].estimate.conversions), $1)
    }
    return ResultTable(
      title: "\(estimand.definition.heading) (the \(min(Self.shownPairs, sorted.count)) largest)",
      columns: ["pair", estimand.rawValue, "± se"],
      rows: sorted.prefix(Self.shownPairs).map { index in
        let pair = pairs[index]
        return [.text([pair.channel, pair.partner!].map(name).joined(separator: " + "))] + cells(pair.estimate)
      })
  }

  private func levelTable(_ estimand: Estimand) -> ResultTable {
    ResultTable(
      title: estimand.definition.heading, columns: ["channel", "of today's spend", "spend", "conversions", "± se"],
      rows: truth[estimand].map { figure in
        [.text(name(figure.channel)), .percent(figure.multiple!), .number(figure.spend!, decimals: 2)]
          + cells(figure.estimate)
      })
  }

  /// All figures as tidy rows: the estimand, the channel, the other channel or the multiple, and the figure.
  var estimandRows: [[Cell]] {
    Estimand.allCases.flatMap { estimand in
      truth[estimand].map { figure in
        let other: Cell =
          figure.partner.map { .text(name($0)) } ?? figure.multiple.map { .number($0, decimals: 6) } ?? .empty
        return [.text(estimand.rawValue), .text(name(figure.channel)), other] + cells(figure.estimate, decimals: 6)
      }
    }
  }

  // MARK: JSON

  func jsonFields(_ estimate: Truth.Estimate) -> [String: JSONValue] {
    [
      "conversions": JSONValue(estimate.conversions), "se": JSONValue(estimate.standardError),
      "value": JSONValue(truth.value(estimate.conversions)), "valueSE": JSONValue(truth.value(estimate.standardError)),
    ]
  }

  private func json(_ estimand: Estimand) -> JSONValue {
    .list(
      truth[estimand].map { figure in
        var fields = jsonFields(figure.estimate)
        if let partner = figure.partner {
          fields["touchpoints"] = .list([.text(name(figure.channel)), .text(name(partner))])
        } else {
          fields["touchpoint"] = .text(name(figure.channel))
        }
        if figure.orderError != 0 { fields["orderSE"] = JSONValue(figure.orderError) }
        if let multiple = figure.multiple { fields["multiple"] = JSONValue(multiple) }
        if let spend = figure.spend { fields["spend"] = JSONValue(spend) }
        return .object(fields)
      })
  }

  /// The fields of the document that hold the estimands: those by channel under one key, others under their names.
  var estimandFields: [String: JSONValue] {
    func fields(_ estimands: [Estimand]) -> [String: JSONValue] {
      Dictionary(uniqueKeysWithValues: estimands.map { ($0.rawValue, json($0)) })
    }
    let others = Estimand.allCases.filter { !Estimand.byChannel.contains($0) }
    return fields(others).merging(["estimands": .object(fields(Estimand.byChannel))]) { $1 }
  }
}
