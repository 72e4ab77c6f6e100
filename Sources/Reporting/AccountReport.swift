import TouchstoneJourneys
import TouchstoneText

/// What was read, used and dropped, and why.
package struct AccountReport: Sendable {
  private let source: String
  private let account: JourneyAccount
  private let identities: IdentityReport?

  /// - Parameters:
  ///   - source: The input's name, for the headline.
  ///   - account: What became of the events.
  ///   - identities: How identifiers became persons, where there are several id columns.
  package init(source: String, account: JourneyAccount, identities: IdentityReport?) {
    self.source = source
    self.account = account
    self.identities = identities
  }

  /// The account for a terminal; it ends in a line feed.
  package var text: String { TerminalRenderer().text(of: blocks) }

  /// What a report begins with that is about the same events.
  var blocks: [ReportBlock] {
    [.summary(headline: headline, table: table, sentence: conversions)] + identityTables.map(ReportBlock.table)
  }

  private var headline: String {
    var text = "\(source): \(count(account.eventCount)) events of \(count(account.persons)) persons"
    if let period = account.period {
      text += ", \(DateText.day(period.lowerBound)) to \(DateText.day(period.upperBound)) (UTC)"
    }
    return text
  }

  /// One row for each thing that became of some events, and their sum.
  private var table: ResultTable {
    let rows = JourneyAccount.Fate.allCases.filter { account[$0] > 0 }.map { fate in
      [ResultTable.Cell.text(Self.name(fate)), .init(count: account[fate])]
    }
    return ResultTable(
      columns: ["what became of the events", "events"],
      rows: rows + [[.text("read"), .init(count: account.eventCount)]], totalRows: 1)
  }

  /// Where the conversions are, in one line.
  private var conversions: String {
    let total = account.touchedConversions + account.untouchedConversions + account.droppedConversions
    var text =
      "\(NumberText.count(total)) conversions: \(NumberText.count(account.touchedConversions)) after touches,"
      + " \(NumberText.count(account.untouchedConversions)) after none (baseline)"
    if account.droppedConversions > 0 {
      text += ", \(NumberText.count(account.droppedConversions)) dropped with duplicates and bots"
    }
    if account.refunded != 0 { text += "; refunds took off \(NumberText.fixed(-account.refunded, decimals: 2))" }
    if account.bots > 0 { text += "; \(count(account.bots)) persons left out as bots" }
    return text + "; the busiest person has \(count(account.mostTouches)) touches"
  }

  /// How identifiers became persons.
  private var identityTables: [ResultTable] {
    guard let identities else { return [] }
    var rows: [[ResultTable.Cell]] = identities.columns.map {
      [.text("identifiers in \($0.name)"), .init(count: $0.identifiers)]
    }
    for (what, count) in [
      ("persons", identities.persons), ("persons with several identifiers", identities.joinedPersons),
      ("most identifiers of one person", identities.largestPerson),
      ("shared identifiers, which join nobody", identities.sharedCount),
    ] {
      rows.append([.text(what), .init(count: count)])
    }
    var tables = [ResultTable(columns: ["identities", "number"], rows: rows)]
    if !identities.shared.isEmpty {
      tables.append(
        ResultTable(
          columns: ["shared identifier", "column", "companions"],
          rows: identities.shared.map {
            [.text($0.identifier), .text($0.column), .init(count: $0.companions)]
          }))
    }
    return tables
  }

  private func count(_ count: Int) -> String { NumberText.count(Double(count)) }

  private static func name(_ fate: JourneyAccount.Fate) -> String {
    switch fate {
    case .convertingTouch: "touches in converting journeys"
    case .otherTouch: "touches in other journeys"
    case .repeated: "dropped: repeats"
    case .direct: "dropped: direct"
    case .afterConversion: "dropped: after the last conversion"
    case .outsideLookback: "dropped: outside the lookback window"
    case .conversion: "conversions"
    case .refund: "refunds"
    case .duplicate: "dropped: duplicates"
    case .bot: "dropped: bots"
    case .refundDropped: "dropped: refunds"
    case .noTouchpoint: "dropped: no touchpoint"
    }
  }

  // MARK: JSON

  /// The account as a part of a JSON document.
  var json: JSONValue {
    var fates: [String: JSONValue] = [:]
    for fate in JourneyAccount.Fate.allCases { fates[Self.key(fate)] = .integer(account[fate]) }
    return .object([
      "events": .integer(account.eventCount), "persons": .integer(account.persons), "fates": .object(fates),
      "bots": .integer(account.bots), "mostTouches": .integer(account.mostTouches),
      "conversions": .object([
        "afterTouches": JSONValue(account.touchedConversions), "baseline": JSONValue(account.untouchedConversions),
        "dropped": JSONValue(account.droppedConversions),
      ]),
      "refunded": JSONValue(account.refunded),
      "first": JSONValue(account.period.map { DateText.instant($0.lowerBound) }),
      "last": JSONValue(account.period.map { DateText.instant($0.upperBound) }),
      "identities": identityJSON,
    ])
  }

  private var identityJSON: JSONValue {
    guard let identities else { return .null }
    return .object([
      "columns": .list(
        identities.columns.map { .object(["name": .text($0.name), "identifiers": .integer($0.identifiers)]) }),
      "persons": .integer(identities.persons), "joinedPersons": .integer(identities.joinedPersons),
      "largestPerson": .integer(identities.largestPerson), "sharedCount": .integer(identities.sharedCount),
      "shared": .list(
        identities.shared.map {
          .object([
            "column": .text($0.column), "identifier": .text($0.identifier), "companions": .integer($0.companions),
          ])
        }),
    ])
  }

  private static func key(_ fate: JourneyAccount.Fate) -> String {
    switch fate {
    case .convertingTouch: "convertingTouches"
    case .otherTouch: "otherTouches"
    case .repeated: "repeats"
    case .direct: "direct"
    case .afterConversion: "afterConversion"
    case .outsideLookback: "outsideLookback"
    case .conversion: "conversions"
    case .refund: "refunds"
    case .duplicate: "duplicates"
    case .bot: "bots"
    case .refundDropped: "refundsDropped"
    case .noTouchpoint: "noTouchpoint"
    }
  }
}
