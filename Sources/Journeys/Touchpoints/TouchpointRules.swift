/// A part of what a log says about an event's touchpoint.
public enum TouchpointField: String, Sendable, CaseIterable {
  case touchpoint, source, medium, campaign
}

/// A test of one field, without regard to case.
public enum TouchpointCondition: Sendable {
  /// The field is one of these texts.
  case equals([String])
  /// The field begins with one of these texts.
  case prefix([String])
  /// The field matches one of these patterns as a whole: `*` stands for any text, `?` for any character.
  case glob([String])
  /// The field contains a match of one of these regular expressions.
  case regex([TouchpointPattern])

  func matches(_ text: String) -> Bool {
    let text = text.lowercased()
    return switch self {
    case .equals(let texts): texts.contains { $0.lowercased() == text }
    case .prefix(let texts): texts.contains { text.hasPrefix($0.lowercased()) }
    case .glob(let patterns): patterns.contains { Self.matches(text[...], glob: $0.lowercased()[...]) }
    case .regex(let patterns): patterns.contains { $0.matches(text) }
    }
  }

  /// Whether a text matches a pattern, by backtracking to the last `*` alone: O(text × pattern).
  private static func matches(_ text: Substring, glob pattern: Substring) -> Bool {
    var (text, pattern) = (text, pattern)
    var retry: (text: Substring, pattern: Substring)?
    while let character = text.first {
      if pattern.first == "*" {
        pattern.removeFirst()
        retry = (text, pattern)
      } else if let next = pattern.first, next == "?" || next == character {
        pattern.removeFirst()
        text.removeFirst()
      } else if let last = retry {
        text = last.text.dropFirst()
        pattern = last.pattern
        retry = (text, pattern)
      } else {
        return false
      }
    }
    return pattern.allSatisfy { $0 == "*" }
  }
}

/// A regular expression that is known to be one.
///
/// `@unchecked Sendable`: the expression is compiled when it is made and only read after that.
public struct TouchpointPattern: @unchecked Sendable {
  private let expression: Regex<AnyRegexOutput>

  /// - Throws: What is wrong with the expression.
  public init(_ text: String) throws { expression = try Regex(text).ignoresCase() }

  func matches(_ text: String) -> Bool { (try? expression.firstMatch(in: text)) ?? nil != nil }
}

/// A touchpoint, and what an event must look like to belong to it: all conditions hold. A rule without conditions
/// matches everything.
public struct TouchpointRule: Sendable {
  /// What an event that matches belongs to.
  public let touchpoint: String
  /// What must hold, all of it.
  public let conditions: [(field: TouchpointField, condition: TouchpointCondition)]

  /// A rule.
  public init(
    _ touchpoint: String, _ conditions: [(field: TouchpointField, condition: TouchpointCondition)] = []
  ) {
    self.touchpoint = touchpoint
    self.conditions = conditions
  }
}

/// Maps what a log says (touchpoint, source, medium, campaign) to touchpoints: the first rule that matches decides.
///
/// Rules are asked once for each distinct combination in the log, not for each event.
public struct TouchpointRules: Sendable {
  /// The rules, in the order in which they are asked.
  public var rules: [TouchpointRule]

  public init(_ rules: [TouchpointRule] = []) { self.rules = rules }

  /// What stands between the parts of a name, where a log makes it of several fields.
  package static let partSeparator: Character = "\u{1F}"

  /// The touchpoint that a log's name stands for.
  ///
  /// Where no rule matches it is the touchpoint itself, or else `source / medium`, or else the campaign.
  ///
  /// - Parameters:
  ///   - name: The name in the log.
  ///   - fields: The fields that the name's parts are, in their order.
  public func touchpoint(of name: String, fields: [TouchpointField]) -> String {
    let parts =
      fields.count == 1
      ? [name[...]]
      : name.split(separator: Self.partSeparator, omittingEmptySubsequences: false)
    var values: [TouchpointField: String] = [:]
    for (field, part) in zip(fields, parts) { values[field] = String(part) }
    for rule in rules {
      if rule.conditions.allSatisfy({ $0.condition.matches(values[$0.field] ?? "") }) {
        return rule.touchpoint
      }
    }
    func given(_ field: TouchpointField) -> String? { values[field].flatMap { $0.isEmpty ? nil : $0 } }
    if let touchpoint = given(.touchpoint) { return touchpoint }
    let pair = [given(.source), given(.medium)].compactMap { $0 }
    let found = pair.isEmpty ? given(.campaign) ?? name : pair.joined(separator: " / ")
    return TouchpointTable.reservedNames.contains(found) ? found + " / (not set)" : found
  }
}
