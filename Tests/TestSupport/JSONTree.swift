import Foundation

/// A JSON document whose parts say where they stand when they are not what a test takes them for.
///
/// ```swift
/// let credit = try JSONTree(text)["models"][0]["credits"][2]["conversions"].number
/// ```
public struct JSONTree: Equatable, Sendable {
  fileprivate indirect enum Value: Equatable, Sendable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([Value])
    case fields([String: Value])
  }

  /// A part that is missing, or is not what it was taken for.
  public struct Mismatch: Error, CustomStringConvertible {
    public let description: String
  }

  private let value: Value
  /// Where it stands in the document, as in `models[0].credits`.
  private let path: String

  private init(_ value: Value, _ path: String) {
    self.value = value
    self.path = path
  }

  public init(_ data: Data) throws {
    self.init(try JSONDecoder().decode(Value.self, from: data), "")
  }

  public init(_ text: String) throws { try self.init(Data(text.utf8)) }

  /// The document in a file.
  public init(_ file: URL) throws { try self.init(Data(contentsOf: file)) }

  public static func == (left: JSONTree, right: JSONTree) -> Bool { left.value == right.value }

  // MARK: Parts

  public subscript(_ key: String) -> JSONTree {
    get throws {
      guard let part = try fields[key] else {
        throw Mismatch(description: "\(place) has no \"\(key)\", but \(try fields.keys.sorted())")
      }
      return part
    }
  }

  public subscript(_ index: Int) -> JSONTree {
    get throws {
      let list = try list
      guard list.indices.contains(index) else { throw Mismatch(description: "\(place) has \(list.count) entries") }
      return list[index]
    }
  }

  /// All parts of an object.
  public var fields: [String: JSONTree] {
    get throws {
      guard case .fields(let fields) = value else { throw mismatch("an object") }
      return Dictionary(
        uniqueKeysWithValues: fields.map { ($0, JSONTree($1, path.isEmpty ? $0 : "\(path).\($0)")) })
    }
  }

  /// All parts of a list.
  public var list: [JSONTree] {
    get throws {
      guard case .list(let entries) = value else { throw mismatch("a list") }
      return entries.enumerated().map { JSONTree($1, "\(path)[\($0)]") }
    }
  }

  // MARK: Values

  public var isNull: Bool { value == .null }

  public var flag: Bool {
    get throws {
      guard case .flag(let flag) = value else { throw mismatch("true or false") }
      return flag
    }
  }

  public var number: Double {
    get throws {
      guard case .number(let number) = value else { throw mismatch("a number") }
      return number
    }
  }

  public var text: String {
    get throws {
      guard case .text(let text) = value else { throw mismatch("text") }
      return text
    }
  }

  public var numbers: [Double] { get throws { try list.map { try $0.number } } }

  public var texts: [String] { get throws { try list.map { try $0.text } } }

  private var place: String { path.isEmpty ? "the document" : path }

  private func mismatch(_ wanted: String) -> Mismatch {
    let found =
      switch value {
      case .null: "null"
      case .flag(let flag): "\(flag)"
      case .number(let number): "\(number)"
      case .text(let text): "\"\(text)\""
      case .list(let entries): "a list of \(entries.count)"
      case .fields(let fields): "an object with \(fields.keys.sorted())"
      }
    return Mismatch(description: "\(place) is \(found), and not \(wanted)")
  }
}

extension JSONTree.Value: Decodable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let entries = try? container.decode([JSONTree.Value].self) {
      self = .list(entries)
    } else {
      self = .fields(try container.decode([String: JSONTree.Value].self))
    }
  }
}
