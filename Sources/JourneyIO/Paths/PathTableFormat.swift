import TouchstoneText

/// How a path table is written down. Everything left `nil` is detected from the input.
public struct PathTableFormat: Sendable, Equatable {
  /// What stands between two fields, one ASCII character.
  public var delimiter: UInt8?
  /// What stands between two touchpoints of a path. Spaces around it belong to neither side.
  public var pathSeparator: String?
  /// The header's name of the column that holds the path.
  public var pathColumn: String?
  /// The header's name of the column that counts conversions.
  public var conversionsColumn: String?
  /// The header's name of the column that sums their value.
  public var valueColumn: String?
  /// The header's name of the column that counts journeys that did not convert.
  public var nullsColumn: String?
  /// What one row stands for.
  public var rows: RowMeaning?
  /// What becomes of a row without a touchpoint.
  public var emptyPaths = EmptyPaths.reject
  /// What becomes of nothing between two separators.
  public var emptyTouchpoints = EmptyTouchpoints.reject

  public init() {}

  /// What one row stands for.
  public enum RowMeaning: String, Sendable, CaseIterable {
    /// All journeys along one path; counts may be any number from 0.
    case paths
    /// One journey: its conversions are 1 or 0, and 0 is a journey that did not convert.
    case journeys
  }

  /// What becomes of a row without a touchpoint.
  public enum EmptyPaths: String, Sendable, CaseIterable {
    case reject
    /// Its conversions count as baseline, which no touchpoint earned.
    case baseline
  }

  /// What becomes of nothing between two separators.
  public enum EmptyTouchpoints: String, Sendable, CaseIterable {
    case reject
    case drop
  }

  /// What stands for the path of journeys without a touch in tables that ``PathTableWriter`` wrote.
  static let baselinePath = "(baseline)"

  static let decayConversionsPrefix = "time_decay_conversions_"
  static let decayValuePrefix = "time_decay_value_"

  /// The half-life in a column's name, as in `time_decay_value_7d` or `time_decay_value_0.5d`.
  static func halfLife(of name: String, _ prefix: String) -> Double? {
    guard name.hasPrefix(prefix), name.hasSuffix("d") else { return nil }
    let number = Double(name.dropFirst(prefix.count).dropLast())
    return number.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
  }
}

/// How a path table turned out to be written: ``PathTableFormat`` with every question answered.
public struct PathTableLayout: Sendable, Equatable {
  public let delimiter: UInt8
  /// Without the spaces around it.
  public let pathSeparator: String
  public let rows: PathTableFormat.RowMeaning
  /// The header.
  public let columnNames: [String]
  let fields: [Field]
  /// The half-lives in days for which there is time-decay credit.
  public let halfLives: [Double]
  let emptyPaths: PathTableFormat.EmptyPaths
  let emptyTouchpoints: PathTableFormat.EmptyTouchpoints

  /// What a column holds.
  enum Field: Sendable, Hashable {
    case path, conversions, value, nulls, unused
    /// For one of ``halfLives``.
    case decayConversions(Int)
    case decayValue(Int)
  }

  /// The header's name of the column that holds a kind of field.
  func name(of field: Field) -> String? { fields.firstIndex(of: field).map { columnNames[$0] } }

  /// Whether the input says what conversions were worth.
  public var hasValue: Bool { fields.contains(.value) }

  /// Whether the input can say which journeys did not convert.
  public var hasNulls: Bool { fields.contains(.nulls) || rows == .journeys }

  /// One line that tells what was detected.
  public var summary: String {
    let columns = [Field.path, .conversions, .value, .nulls].compactMap { field in
      name(of: field).map { "\(field) = \(quotedForMessage($0))" }
    }
    return "delimiter \(Header.name(ofDelimiter: delimiter)), path separator '\(pathSeparator)', "
      + columns.joined(separator: ", ") + ", one row is "
      + (rows == .paths ? "all journeys along a path" : "one journey")
  }
}
