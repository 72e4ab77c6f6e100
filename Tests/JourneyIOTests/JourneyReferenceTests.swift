import Foundation
import Testing
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneTestSupport

/// Against Tests/References/journeys_oracle.py, an independent implementation in Python: events are read, and journeys
/// built, by a specification in YAML that says what the oracle's options say.
@Suite struct JourneyReferenceTests {
  /// One case of small_events.json.
  struct Case: Decodable, Sendable, CustomStringConvertible {
    var options: [String: Option]
    var result: Result

    var description: String { options.map { "\($0): \($1.yaml)" }.sorted().joined(separator: ", ") }
  }

  enum Option: Decodable, Sendable {
    case number(Int)
    case text(String)
    case texts([String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else {
        self = .texts(try container.decode([String].self))
      }
    }

    var yaml: String {
      switch self {
      case .number(let number): "\(number)"
      case .text(let text): text
      case .texts(let texts): "[\(texts.joined(separator: ", "))]"
      }
    }
  }

  struct Result: Decodable, Sendable {
    var baseline: Sums
    var account: [String: Int]
    var identity: Identity
    var rows: [Row]
  }

  struct Sums: Decodable, Sendable, Equatable {
    var conversions: Double
    var value: Double
  }

  struct Identity: Decodable, Sendable {
    var persons: Int
    var identifiers: [String: Int]
    var sharedIdentifiers: Int
  }

  struct Row: Decodable, Sendable {
    var path: [String]
    var conversions: Double
    var value: Double
    var nonConverting: Double
    var decay: [Decay]
  }

  struct Decay: Decodable, Sendable {
    var halfLife: Double
    var conversions: [Double]
    var value: [Double]
  }

  /// The oracle's names for the lines of the account.
  static let lines: [String: JourneyAccount.Fate] = [
    "convertingTouches": .convertingTouch, "otherTouches": .otherTouch, "repeats": .repeated,
    "direct": .direct, "afterConversion": .afterConversion, "outsideLookback": .outsideLookback,
    "conversions": .conversion, "refunds": .refund, "noTouchpoint": .noTouchpoint,
    "duplicates": .duplicate, "bots": .bot, "refundsDropped": .refundDropped,
  ]

  static let halfLives = [7, 1.5]

  static let cases: [Case] = {
    let data = try! Data(contentsOf: Repository.reference("small_events.json"))
    return try! JSONDecoder().decode([Case].self, from: data)
  }()

  static func yaml(_ options: [String: Option]) -> String {
    var sections: [String: [String]] = [:]
    for (key, option) in options {
      switch key {
      case "user-columns": sections["columns", default: []].append("user: \(option.yaml)")
      case "shared-identifiers": sections["identity", default: []].append("\(key): \(option.yaml)")
      default: sections["journeys", default: []].append("\(key): \(option.yaml)")
      }
    }
    return sections.map { section, lines in
      "\(section):\n" + lines.map { "  \($0)\n" }.joined()
    }.joined()
  }

  static func build(
    _ file: URL, yaml: String, halfLives: [Double] = [], blockSize: Int = 256 << 10
  ) throws -> (read: EventReader.Result, built: JourneyBuilder.Result, account: JourneyAccount) {
    let specification = try JourneySpecification(yaml: yaml, source: "test.yaml")
    let read = try EventReader(specification.events, blockSize: blockSize).read(.file(file.path))
    let built = JourneyBuilder(specification.rules).build(read.log, halfLives: halfLives)
    var account = built.account
    account.countWithoutTouchpoint(read.withoutTouchpoint)
    return (read, built, account)
  }

  static func compare(_ account: JourneyAccount, _ expected: [String: Int]) {
    #expect(Set(expected.keys) == Set(lines.keys))
    for (line, fate) in lines { #expect(account[fate] == expected[line], "\(line)") }
    #expect(account.eventCount == expected.values.reduce(0, +))
  }

  /// Small blocks, so that the file is read in several.
  @Test(arguments: cases.indices, [1 << 12, 1 << 18])
  func smallLogsHaveTheJourneysOfTheOracle(number: Int, blockSize: Int) throws {
    let reference = Self.cases[number]
    let yaml = Self.yaml(reference.options)
    let (read, built, account) = try Self.build(
      Repository.reference("small_events.csv"), yaml: yaml, halfLives: Self.halfLives, blockSize: blockSize)
    let expected = reference.result
    #expect(read.rows == account.eventCount)
    Self.compare(account, expected.account)

    let expectedRows = Dictionary(uniqueKeysWithValues: expected.rows.map { ($0.path, $0) })
    let table = built.paths
    #expect(table.halfLives == Self.halfLives)
    #expect(table.pathCount == expected.rows.count)
    for part in table.parts {
      part.forEachTimedRow { path, totals, credits in
        let names = path.map { table.touchpoints.names[Int($0)] }
        guard let row = expectedRows[names] else {
          Issue.record("\(names) is no path of the oracle")
          return
        }
        #expect(
          totals
            == PathTotals(
              conversions: row.conversions, value: row.value, nonConverting: row.nonConverting), "\(names)")
        let decay = row.decay.flatMap { zip($0.conversions, $0.value) }
        #expect(row.decay.map(\.halfLife) == Self.halfLives)
        #expect(credits.count == decay.count)
        let scale = row.decay.flatMap(\.value).map(abs).max() ?? 0
        for (credit, (conversions, value)) in zip(credits, decay) {
          #expect(isClose(credit.conversions, conversions, relative: 1e-12), "\(names)")
          #expect(isClose(credit.value, value, relative: 1e-12, absolute: 1e-14 * scale), "\(names)")
        }
      }
    }
    #expect(
      table.untouched == PathTotals(conversions: expected.baseline.conversions, value: expected.baseline.value))
    #expect(account.untouchedConversions == expected.baseline.conversions)
    #expect(account.touchedConversions == expected.rows.reduce(0) { $0 + $1.conversions })

    #expect(account.persons == expected.identity.persons)
    guard let identities = read.log.identities else {
      #expect(expected.identity.identifiers.count == 1)
      return
    }
    #expect(identities.persons == expected.identity.persons)
    #expect(identities.sharedCount == expected.identity.sharedIdentifiers)
    let identifiers = identities.columns.map { ($0.name, $0.identifiers) }
    #expect(Dictionary(uniqueKeysWithValues: identifiers) == expected.identity.identifiers)
  }

  /// A touch that is dropped for want of a touchpoint joins nobody, nor does it make a person.
  @Test func droppedEventsJoinNobody() throws {
    let text = """
      cookie,email,time,channel,conversion
      c1,e1,2024-01-01,a,0
      c1,e2,2024-01-02,,0
      c3,e2,2024-01-03,b,0
      c4,,2024-01-04,,0

      """
    let yaml = "columns:\n  user: [cookie, email]\njourneys:\n  empty-touchpoints: drop\n"
    let specification = try JourneySpecification(yaml: yaml, source: "test.yaml")
    let read = try EventReader(specification.events).read(bytes: Array(text.utf8), name: "t.csv")
    #expect(read.withoutTouchpoint == 2)
    #expect(read.rows == 4)
    let built = JourneyBuilder(specification.rules).build(read.log)
    #expect(built.paths.pathCount == 2)
    #expect(built.account.persons == 2)
    #expect(built.account[.otherTouch] == 2)
  }

  // MARK: The shared log

  struct SharedLog: Decodable {
    var totals: Totals
    var baseline: Sums
    var account: [String: Int]
    var topPaths: [Path]

    struct Totals: Decodable {
      var events: Int
      var journeys: Int
      var converting: Int
      var conversions: Double
      var value: Double
      var distinctPaths: Int
    }

    struct Path: Decodable {
      var path: [String]
      var conversions: Double
      var value: Double
      var nonConverting: Double
    }
  }

  @Test(.needsShared("data/events_2018_07.csv"))
  func theSharedLogHasTheJourneysOfTheOracle() throws {
    let expected = try JSONDecoder().decode(
      SharedLog.self, from: Data(contentsOf: Repository.reference("events_2018_07.json")))
    let yaml = "columns:\n  user: customer_id\n  kind: interaction\n  value: conversion_value\n"
    let (read, built, account) = try Self.build(#require(Repository.shared("data/events_2018_07.csv")), yaml: yaml)
    #expect(read.rows == expected.totals.events)
    Self.compare(account, expected.account)
    let table = built.paths
    // Every conversion of this log counts one, and so one journey.
    #expect(table.touched.journeys == Double(expected.totals.journeys))
    #expect(table.touched.conversions == Double(expected.totals.converting))
    #expect(table.touched.conversions == expected.totals.conversions)
    #expect(table.touched.value == expected.totals.value)
    #expect(table.pathCount == expected.totals.distinctPaths)
    #expect(
      table.untouched == PathTotals(conversions: expected.baseline.conversions, value: expected.baseline.value))

    var found: [[String]: PathTotals] = [:]
    for part in table.parts {
      part.forEachRow { path, totals in found[path.map { table.touchpoints.names[Int($0)] }] = totals }
    }
    #expect(expected.topPaths.count == 20)
    for path in expected.topPaths {
      let totals = PathTotals(conversions: path.conversions, value: path.value, nonConverting: path.nonConverting)
      #expect(found[path.path] == totals, "\(path.path)")
    }
  }
}
