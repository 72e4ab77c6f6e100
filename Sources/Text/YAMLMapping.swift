import Foundation
import Yams

/// A mapping of a YAML file, read key by key; what is wrong is said with line, column and key.
package struct YAMLMapping {
  private let node: Node.Mapping
  private let source: String
  /// The keys that lead here, each with a point behind it.
  private let path: String

  /// The text of a YAML file.
  ///
  /// - Parameter argument: What names the file on the command line, for the message.
  package static func text(ofFile file: String, argument: String) throws(InputError) -> String {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw InputError(
        .missing, source: file, problem: "there is no such file, or it may not be read",
        remedy: "check the path\(argument.isEmpty ? "" : " of \(argument)")")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw InputError(.badData, source: file, problem: "the file is not UTF-8", remedy: "save it as UTF-8")
    }
    return text
  }

  /// The mapping that a whole file is; `nil` where the file holds nothing.
  package static func root(of text: String, source: String) throws(InputError) -> YAMLMapping? {
    let root: Node?
    do {
      // A byte-order mark is no part of the text.
      root = try Yams.compose(yaml: text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text)
    } catch {
      throw failure(error, source)
    }
    guard let root, root.null == nil else { return nil }
    return try YAMLMapping(root, source: source, path: "")
  }

  private static func failure(_ error: any Error, _ source: String) -> InputError {
    let remedy = "correct the file; YAML indents with spaces, never with tabs"
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
      .composer(_, let problem, let mark, _)?:
      return InputError(
        .badData, source: source, line: mark.line, column: mark.column,
        problem: "this is no YAML (\(escapedForMessage(problem)))", remedy: remedy)
    case .duplicatedKeysInMapping(let duplicates, let context)?:
      return InputError(
        .badData, source: source, line: context.mark.line, column: context.mark.column,
        problem: "a key is given twice: \(escapedForMessage(duplicates.map { "\($0)" }.joined(separator: ", ")))",
        remedy: "keep one of them")
    default:
      return InputError(
        .badData, source: source, problem: "this is no YAML (\(escapedForMessage("\(error)")))", remedy: remedy)
    }
  }

  private init(_ node: Node, source: String, path: String) throws(InputError) {
    self.source = source
    self.path = path
    guard let mapping = node.mapping else {
      throw InputError(
        .badData, source: source, line: node.mark?.line, column: node.mark?.column,
        problem: "\(path.isEmpty ? "the file" : escapedForMessage(String(path.dropLast()))) holds no keys",
        remedy: "write key: value, one a line")
    }
    self.node = mapping
  }

  // MARK: Keys

  /// The keys, in the order of the file.
  package var keys: [String] { node.map { $0.key.string ?? "" } }

  /// Refuses keys that are not among these.
  package func check(_ allowed: [String]) throws(InputError) {
    for (key, _) in node {
      let name = key.string ?? ""
      guard !allowed.contains(name) else { continue }
      let meant =
        Suggestion.nearest(to: name, in: allowed).map { "did you mean \($0)? " } ?? ""
      throw fault(
        key, "there is no key \(quotedForMessage(path + name))",
        meant + "the keys here are \(allowed.joined(separator: ", "))")
    }
  }

  func fault(_ node: Node, _ problem: String, _ remedy: String) -> InputError {
    InputError(
      .badData, source: source, line: node.mark?.line, column: node.mark?.column, problem: problem,
      remedy: remedy)
  }

  private func value(_ key: String) -> Node? { node[key].flatMap { $0.null == nil ? $0 : nil } }

  private func wrong(_ key: String, _ node: Node, _ wanted: String) -> InputError {
    let found = node.scalar.map { quotedForMessage($0.string) } ?? "no single value"
    return fault(node, "\(escapedForMessage(path + key)) is \(found)", "give \(wanted)")
  }

  /// Says that a key's value is not what is wanted.
  package func wrong(_ key: String, _ wanted: String) -> InputError { wrong(key, node[key]!, wanted) }

  /// Says that a key is missing.
  package func missing(_ key: String, _ what: String) -> InputError {
    let mark = node.first?.key.mark
    return InputError(
      .badData, source: source, line: mark?.line, column: mark?.column,
      problem: "there is no \(escapedForMessage(path + key)), \(what)", remedy: "add it")
  }

  /// Says that one of a key's values is not what is wanted.
  package func wrong(_ key: String, found text: String, _ wanted: String) -> InputError {
    fault(node[key]!, "\(escapedForMessage(path + key)) is \(quotedForMessage(text))", "give \(wanted)")
  }

  // MARK: Values

  package func mapping(_ key: String) throws(InputError) -> YAMLMapping? {
    guard let node = value(key) else { return nil }
    return try YAMLMapping(node, source: source, path: "\(path)\(key).")
  }

  package func mappings(_ key: String) throws(InputError) -> [YAMLMapping] {
    guard let node = value(key) else { return [] }
    guard let sequence = node.sequence else { throw wrong(key, node, "a list: one entry a line, each behind a dash") }
    var result: [YAMLMapping] = []
    for (index, entry) in sequence.enumerated() {
      result.append(try YAMLMapping(entry, source: source, path: "\(path)\(key)[\(index + 1)]."))
    }
    return result
  }

  package func isMapping(_ key: String) -> Bool { node[key]?.mapping != nil }

  package func text(_ key: String) throws(InputError) -> String? {
    guard let node = value(key) else { return nil }
    guard let text = node.scalar?.string else { throw wrong(key, node, "one value") }
    return text
  }

  /// One text, or a list of them.
  package func texts(_ key: String) throws(InputError) -> [String]? {
    guard let node = value(key) else { return nil }
    if let text = node.scalar?.string { return [text] }
    guard let sequence = node.sequence else { throw wrong(key, node, "a value or a list of values") }
    var texts: [String] = []
    for entry in sequence {
      guard let text = entry.scalar?.string else { throw wrong(key, entry, "a list of single values") }
      texts.append(text)
    }
    return texts
  }

  package func number(_ key: String, from least: Double) throws(InputError) -> Double? {
    guard let text = try text(key) else { return nil }
    guard let number = Double(text), number.isFinite, number >= least else {
      throw wrong(key, "a number from \(least) on")
    }
    return number
  }

  package func number(_ key: String, in range: ClosedRange<Double>) throws(InputError) -> Double? {
    guard let text = try text(key) else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw wrong(key, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  package func integer(_ key: String, in range: ClosedRange<Int>) throws(InputError) -> Int? {
    guard let text = try text(key) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  package func boolean(_ key: String) throws(InputError) -> Bool? {
    guard let text = try text(key) else { return nil }
    guard let value = ["true": true, "false": false][text] else { throw wrong(key, "true or false") }
    return value
  }

  /// A list of numbers.
  ///
  /// - Parameter count: How many there must be; `nil` for one or more.
  package func numbers(
    _ key: String, count: Int? = nil, in range: ClosedRange<Double>
  ) throws(InputError) -> [Double]? {
    guard let texts = try texts(key) else { return nil }
    let wanted =
      "\(count.map { "\($0)" } ?? "a list of") numbers from \(range.lowerBound) to \(range.upperBound), as in [1, 2]"
    guard count == nil ? !texts.isEmpty : texts.count == count else {
      throw wrong(key, found: texts.joined(separator: ", "), wanted)
    }
    var numbers: [Double] = []
    for text in texts {
      guard let number = Double(text), range.contains(number) else { throw wrong(key, found: text, wanted) }
      numbers.append(number)
    }
    return numbers
  }

  package func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type
  ) throws(InputError) -> Choice? where Choice.RawValue == String {
    guard let text = try text(key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw wrong(key, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  package func duration(_ key: String) throws(InputError) -> DurationText? {
    guard let text = try text(key) else { return nil }
    guard let duration = DurationText(text) else { throw wrong(key, "a length of time: \(DurationText.accepted)") }
    return duration
  }
}
