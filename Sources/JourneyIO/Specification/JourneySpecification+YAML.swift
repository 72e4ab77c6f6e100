import TouchstoneJourneys
import TouchstoneText

/// Reads specifications from YAML.
extension JourneySpecification {
  /// The specification in a file. A cost file is looked for beside it.
  ///
  /// - Throws: ``InputError`` with line, column and key.
  public init(file: String) throws(InputError) {
    let text = try YAMLMapping.text(ofFile: file, argument: "--spec")
    try self.init(yaml: text, source: file)
    if let costs, !costs.hasPrefix("/"), let slash = file.lastIndex(of: "/") {
      self.costs = file[...slash] + costs
    }
  }

  /// The specification that a text is.
  ///
  /// - Parameters:
  ///   - yaml: The text.
  ///   - source: What messages call it.
  /// - Throws: ``InputError`` with line, column and key.
  public init(yaml: String, source: String) throws(InputError) {
    self.init()
    guard let root = try YAMLMapping.root(of: yaml, source: source) else { return }
    try root.check(["columns", "time", "kinds", "journeys", "identity", "touchpoints", "attributes", "costs"])
    if let columns = try root.mapping("columns") { try read(columns: columns) }
    if let time = try root.mapping("time") { try read(time: time) }
    if let kinds = try root.mapping("kinds") { try read(kinds: kinds) }
    if let journeys = try root.mapping("journeys") { try read(journeys: journeys) }
    if let identity = try root.mapping("identity") { try read(identity: identity) }
    if let touchpoints = try root.mapping("touchpoints") { try read(touchpoints: touchpoints) }
    if let attributes = try root.mapping("attributes") { try read(attributes: attributes) }
    costs = try root.text("costs")
  }

  private mutating func read(columns: YAMLMapping) throws(InputError) {
    try columns.check([
      "user", "time", "touchpoint", "source", "medium", "campaign", "kind", "conversions", "value", "cost",
      "measures",
    ])
    events.userColumns = try columns.texts("user") ?? []
    events.timeColumn = try columns.text("time")
    events.touchpointColumn = try columns.text("touchpoint")
    events.sourceColumn = try columns.text("source")
    events.mediumColumn = try columns.text("medium")
    events.campaignColumn = try columns.text("campaign")
    events.kindColumn = try columns.text("kind")
    events.conversionsColumn = try columns.text("conversions")
    events.valueColumn = try columns.text("value")
    events.costColumn = try columns.text("cost")
    events.measureColumns = try columns.texts("measures") ?? []
  }

  private mutating func read(time: YAMLMapping) throws(InputError) {
    try time.check(["unit", "zone", "date-order"])
    events.time.unit = try time.choice("unit", TimeFormat.Unit.self)
    events.time.dateOrder = try time.choice("date-order", TimeFormat.DateOrder.self)
    if let name = try time.text("zone") {
      guard let zone = ZoneOffsets(name) else {
        throw time.wrong("zone", "a zone such as Europe/Berlin or Asia/Shanghai, or an offset such as +08:00")
      }
      events.time.zone = zone
    }
  }

  private mutating func read(kinds: YAMLMapping) throws(InputError) {
    try kinds.check(["impression", "click", "conversion", "refund"])
    if let names = try kinds.texts("impression") { events.kinds.impressions = names }
    if let names = try kinds.texts("click") { events.kinds.clicks = names }
    if let names = try kinds.texts("conversion") { events.kinds.conversions = names }
    if let names = try kinds.texts("refund") { events.kinds.refunds = names }
  }

  private mutating func read(journeys: YAMLMapping) throws(InputError) {
    try journeys.check([
      "duplicates", "max-touches", "refunds", "gap", "conversions", "lookback", "impression-lookback",
      "after-conversion", "direct", "direct-names", "repeats", "ties", "conversion-rows", "empty-touchpoints",
    ])
    if let choice = try journeys.choice("duplicates", JourneyRules.Duplicates.self) { rules.duplicates = choice }
    if let text = try journeys.text("max-touches") {
      guard let limit = TouchLimit(text) else { throw journeys.wrong("max-touches", TouchLimit.accepted) }
      rules.maximumTouches = limit.count
    }
    if let choice = try journeys.choice("refunds", JourneyRules.Refunds.self) { set(refunds: choice) }
    if let duration = try journeys.duration("gap") { rules.gap = duration.microseconds }
    if let choice = try journeys.choice("conversions", JourneyRules.Conversions.self) { rules.conversions = choice }
    set(lookback: try journeys.duration("lookback"), impressions: try journeys.duration("impression-lookback"))
    if let choice = try journeys.choice("after-conversion", JourneyRules.AfterConversion.self) {
      rules.afterConversion = choice
    }
    if let choice = try journeys.choice("direct", JourneyRules.Direct.self) { rules.direct = choice }
    if let names = try journeys.texts("direct-names") { rules.directNames = names }
    if let text = try journeys.text("repeats") {
      guard let limit = RepeatLimit(text) else { throw journeys.wrong("repeats", RepeatLimit.accepted) }
      rules.repeats = limit.count
    }
    if let choice = try journeys.choice("ties", JourneyRules.Ties.self) { rules.ties = choice }
    if let choice = try journeys.choice("conversion-rows", EventFormat.ConversionRows.self) {
      events.conversionRows = choice
    }
    if let choice = try journeys.choice("empty-touchpoints", PathTableFormat.EmptyTouchpoints.self) {
      events.emptyTouchpoints = choice
    }
  }

  /// Sets the policy for refunds, which reading and building share.
  package mutating func set(refunds: JourneyRules.Refunds) {
    rules.refunds = refunds
    events.refunds = refunds
  }

  private mutating func read(identity: YAMLMapping) throws(InputError) {
    try identity.check(["shared-identifiers"])
    if let number = try identity.number("shared-identifiers", from: 1) {
      guard number == number.rounded() else { throw identity.wrong("shared-identifiers", "a whole number from 1 on") }
      // No log has more; larger numbers may not fit into an Int.
      events.sharedIdentifiers = Int(min(number, 1e9))
    }
  }

  // MARK: Touchpoints

  private mutating func read(touchpoints: YAMLMapping) throws(InputError) {
    try touchpoints.check(["preset", "rules"])
    let rules = try touchpoints.mappings("rules")
    for (index, rule) in rules.enumerated() {
      self.touchpoints.rules.append(try Self.rule(rule))
      let hidesOthers = index + 1 < rules.count || touchpoints.keys.contains("preset")
      if rule.keys.contains("default") && hidesOthers {
        throw rule.wrong("default", "it as the last rule and without a preset: it hides all that comes behind it")
      }
    }
    if let preset = try touchpoints.choice("preset", TouchpointPreset.self) {
      switch preset {
      case .ga4: self.touchpoints.rules += TouchpointRules.defaultChannelGroups.rules
      }
    }
  }

  private static func rule(_ rule: YAMLMapping) throws(InputError) -> TouchpointRule {
    try rule.check(["to", "default"] + TouchpointField.allCases.map(\.rawValue))
    for key in ["to", "default"] {
      guard let name = try rule.text(key) else { continue }
      let isPadded = name.first?.isWhitespace ?? true || name.last?.isWhitespace ?? true
      if isPadded || TouchpointTable.reservedNames.contains(name) {
        throw rule.wrong(
          key, "a touchpoint: not empty, without spaces around it, and not a name such as (start) that results use")
      }
    }
    if let name = try rule.text("default") {
      guard rule.keys == ["default"] else {
        throw rule.wrong("default", "a default without conditions, as the last rule")
      }
      return TouchpointRule(name)
    }
    guard let name = try rule.text("to") else { throw rule.missing("to", "the touchpoint that the rule maps to") }
    var conditions: [(TouchpointField, TouchpointCondition)] = []
    for field in TouchpointField.allCases where rule.keys.contains(field.rawValue) {
      conditions.append((field, try condition(rule, field.rawValue)))
    }
    if conditions.isEmpty {
      throw rule.wrong("to", "a condition beside it, such as source: google; or write default: NAME")
    }
    return TouchpointRule(name, conditions.map { (field: $0.0, condition: $0.1) })
  }

  private static func condition(
    _ rule: YAMLMapping, _ key: String
  ) throws(InputError) -> TouchpointCondition {
    guard rule.isMapping(key), let test = try rule.mapping(key) else { return .equals(try rule.texts(key) ?? [""]) }
    try test.check(["equals", "prefix", "glob", "regex"])
    guard let kind = test.keys.first, test.keys.count == 1, let texts = try test.texts(kind) else {
      throw rule.wrong(key, "one of equals, prefix, glob and regex")
    }
    switch kind {
    case "equals": return .equals(texts)
    case "prefix": return .prefix(texts)
    case "glob": return .glob(texts)
    default:
      var patterns: [TouchpointPattern] = []
      for text in texts {
        guard let pattern = try? TouchpointPattern(text) else {
          throw test.wrong(kind, found: text, "a regular expression")
        }
        patterns.append(pattern)
      }
      return .regex(patterns)
    }
  }

  private mutating func read(attributes: YAMLMapping) throws(InputError) {
    for name in attributes.keys {
      guard let entry = try attributes.mapping(name) else { continue }
      try entry.check(["media", "phase", "stage", "role", "cost-per-touch"])
      var found = TouchpointAttributes()
      found.media = try entry.choice("media", TouchpointAttributes.Media.self)
      found.phase = try entry.choice("phase", TouchpointAttributes.Phase.self)
      found.stage = try entry.choice("stage", TouchpointAttributes.Stage.self)
      found.role = try entry.text("role")
      found.costPerTouch = try entry.number("cost-per-touch", from: 0)
      self.attributes[name] = found
    }
  }
}
