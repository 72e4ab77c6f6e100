import TouchstoneJourneys
import TouchstoneText

/// How an event log turned out to be written: ``EventFormat`` with every question answered.
public struct EventLayout: Sendable, Equatable {
  /// The delimiter; `nil` for sources that have none.
  public let delimiter: UInt8?
  /// The names of the columns, or the keys of JSON, by index.
  public let columnNames: [String]
  let format: EventFormat
  let users: [Int]
  let time: Int
  /// The columns whose values make a touchpoint: the touchpoint itself, source, medium, campaign, as far as they are
  /// there.
  let names: [(field: TouchpointField, column: Int)]
  let kind: Int?
  let conversions: Int?
  let value: Int?
  /// The cost, where there is one, and the further numbers.
  let measures: [Int]
  let hasCost: Bool
  let timeParser: TimeParser
  /// What was found.
  let found: Set<Field>

  /// What stands between the parts of a touchpoint in the log, where several columns make it.
  static let partSeparator = TouchpointRules.partSeparator.asciiValue!

  /// The option that names the column of a key that would have been understood, and was not there when columns were
  /// found; `nil` for all other keys.
  func optionForMissing(_ key: String) -> String? { Self.search(format).optionForMissing(key, found: found) }

  /// Whether the input says what conversions were worth.
  public var hasValue: Bool { value != nil }

  /// The names of the measures, the cost first where there is one.
  public var measureNames: [String] {
    measures.map { columnNames[$0] }
  }

  /// The parts of a touchpoint as the log names it.
  public var touchpointFields: [TouchpointField] { names.map(\.field) }

  /// One line that tells what was detected.
  public var summary: String {
    func named(_ what: String, _ column: Int?) -> String? {
      column.map { "\(what) = \(quotedForMessage(columnNames[$0]))" }
    }
    let columns =
      users.map { named("user", $0) } + [named("time", time)]
      + names.map { named($0.field.rawValue, $0.column) }
      + [
        named("kind", kind), named("conversions", conversions), named("value", value),
        hasCost ? named("cost", measures.first) : nil,
      ]
    return (delimiter.map { "delimiter \(Header.name(ofDelimiter: $0)), " } ?? "")
      + columns.compactMap { $0 }.joined(separator: ", ")
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.columnNames == right.columnNames && left.summary == right.summary
      && left.format == right.format
  }
}
