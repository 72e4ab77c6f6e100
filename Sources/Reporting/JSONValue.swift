#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A value whose shape is known at run time only, such as a model's diagnostics.
enum JSONValue: Encodable, Sendable, Equatable {
  case number(Double)
  case integer(Int)
  case boolean(Bool)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])
  case null

  /// A number, or null where JSON has none for it.
  init(_ value: Double) { self = value.isFinite ? .number(value) : .null }

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

/// Writes documents as JSON: keys sorted, so that equal results are equal bytes, indented, and a line feed at
/// the end.
enum JSONDocument {
  static func text(_ document: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    } catch {
      preconditionFailure("a document holds only what JSON can say: \(error)")
    }
  }
}
