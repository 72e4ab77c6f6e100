/// What a report says to programs: fields under the name and version of their schema. The README lists the fields.
package struct JSONDocument: Sendable, Equatable {
  /// As in `touchstone.compare/1`; the number changes where a program that reads the document would have to.
  let schema: String
  let fields: [String: JSONValue]

  /// The whole document.
  var value: JSONValue { .object(fields.merging(["schema": .text(schema)]) { $1 }) }
}

/// A part of a JSON document.
///
/// The initialisers write what is missing as null. A key that is to be missing itself goes into
/// ``object(omittingNil:)``.
enum JSONValue: Encodable, Sendable, Equatable {
  case number(Double)
  case integer(Int)
  case boolean(Bool)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])
  case null

  /// A number, or null where there is none or JSON has no way to write it.
  init(_ number: Double?) { self = number.flatMap { $0.isFinite ? .number($0) : nil } ?? .null }

  /// Text, or null where there is none.
  init(_ text: String?) { self = text.map { .text($0) } ?? .null }

  init(_ numbers: [Double]) { self = .list(numbers.map { JSONValue($0) }) }

  init(_ texts: [String]) { self = .list(texts.map { .text($0) }) }

  /// A list of both bounds, or null where there is no interval.
  init(_ interval: ClosedRange<Double>?) {
    self = interval.map { JSONValue([$0.lowerBound, $0.upperBound]) } ?? .null
  }

  /// An object without the keys whose value is `nil`.
  static func object(omittingNil fields: [String: JSONValue?]) -> JSONValue { .object(fields.compactMapValues { $0 }) }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .boolean(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    case .null: try container.encodeNil()
    }
  }
}
