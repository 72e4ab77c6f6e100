import TouchstoneJourneys
import TouchstoneText

/// Reads worlds from YAML.
extension World {
  /// The world in a file; nobody is lived, so that one with a target rate is yet to be ``calibrated()``.
  ///
  /// - Throws: ``InputError`` with line, column and key.
  public init(file: String) throws(InputError) {
    let text = try YAMLMapping.text(ofFile: file, argument: "")
    let name = file.split(separator: "/").last.map(String.init) ?? file
    try self.init(yaml: text, source: file, name: String(name.prefix { $0 != "." }))
  }

  /// The world that a text describes; one with a target rate is yet to be ``calibrated()``.
  ///
  /// - Parameters:
  ///   - yaml: The text.
  ///   - source: What messages call it.
  ///   - name: The world's name where the text gives none.
  /// - Throws: ``InputError`` with line, column and key.
  public init(yaml: String, source: String, name: String) throws(InputError) {
    guard let root = try YAMLMapping.root(of: yaml, source: source) else {
      throw InputError(.badData, source: source, problem: "the file is empty", remedy: "describe a world in it")
    }
    try root.check([
      "name", "users", "days", "start", "warmup", "seed", "organic-search", "direct", "segments", "intent",
      "conversion", "channels", "interactions", "damage", "truth",
    ])
    guard let users = try root.integer("users", in: 1...100_000_000) else {
      throw root.missing("users", "the number of users")
    }
    guard let days = try root.integer("days", in: 1...10_000) else {
      throw root.missing("days", "the number of logged days")
    }
    let entries = try root.mappings("channels")
    if entries.isEmpty { throw root.missing("channels", "the list of the world's channels") }
    var channels: [Channel] = []
    for entry in entries { channels.append(try Self.channel(entry)) }
    let names = channels.map(\.name)
    for (index, entry) in entries.enumerated() {
      if names[..<index].contains(names[index]) { throw entry.wrong("name", "a name that no other channel has") }
      channels[index].drives = try Self.drives(entry, channels)
      guard channels[index].rate(users: users, days: days) <= Self.largestRate else {
        throw entry.wrong(
          channels[index].kind == .push ? "spend" : "rate", "less: no user meets a channel 200 times a day")
      }
    }
    self.init(
      name: try root.text("name") ?? name, users: users, days: days, warmup: 0, firstDay: try Self.day(root),
      seed: UInt64(try root.integer("seed", in: 0...Int.max) ?? 1),
      organicSearch: try Self.touchpoint(root, "organic-search") ?? "organic_search",
      direct: try Self.touchpoint(root, "direct") ?? "direct", segments: try Self.segments(root),
      intent: try Self.intent(root), conversion: Conversion(base: 0), channels: channels, interactions: [],
      damage: Damage(unlogged: channels.map { _ in 0 }), truth: try Self.truth(root))
    for (key, name) in [("organic-search", organicSearch), ("direct", direct)] {
      guard channels.contains(where: { $0.name == name && $0.kind != .organic }) else { continue }
      if root.keys.contains(key) {
        throw root.wrong(key, "a name that no advertised channel has: its visits would be credited to the channel")
      }
      throw InputError(
        .badData, source: source,
        problem: "the channel \(quotedForMessage(name)) has the name that \(key) is logged as",
        remedy: "rename the channel, or give \(key) another name")
    }
    let longest = channels.filter { $0.kind != .organic }.map(\.halfLife).max() ?? 0
    warmup = try root.integer("warmup", in: 0...10_000) ?? Int(min(3 * longest, 10_000).rounded(.up))
    interactions = try interactions(root)
    damage = try damage(root)
    if let channel = WorldLaws(self).channelBeyondNumbers {
      throw InputError(
        .badData, source: source,
        problem: "the targeting and trend of \(quotedForMessage(channels[channel].name)) move its rate"
          + " beyond what numbers hold",
        remedy: "lower them, or the spread of intent")
    }
    try read(conversion: root)
  }

  /// Touches of a channel a user and day, at the most: more is a slip of the pen, and would take long to live.
  static let largestRate = 200.0

  // MARK: Parts

  private static func day(_ root: YAMLMapping) throws(InputError) -> Int {
    guard let text = try root.text("start") else { return CivilDate.days(year: 2026, month: 1, day: 5)! }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2], (1970...2200).contains(year),
      let days = CivilDate.days(year: year, month: month, day: day)
    else { throw root.wrong("start", "a date such as 2026-01-05") }
    return days
  }

  /// A touchpoint's name, if it is there.
  static func touchpoint(_ mapping: YAMLMapping, _ key: String) throws(InputError) -> String? {
    guard let name = try mapping.text(key) else { return nil }
    let isPadded = name.first?.isWhitespace ?? true || name.last?.isWhitespace ?? true
    let isOdd = name.unicodeScalars.contains { $0.properties.generalCategory == .control }
    if isPadded || isOdd || TouchpointTable.reservedNames.contains(name) || "=+-@'".contains(name.first!) {
      throw mapping.wrong(
        key,
        "a touchpoint: not empty, no spaces around it, no sign in front that spreadsheets take for a formula,"
          + " no name such as (start) that results use")
    }
    return name
  }

  private static func segments(_ root: YAMLMapping) throws(InputError) -> [Segment] {
    let entries = try root.mappings("segments")
    var segments: [Segment] = []
    for entry in entries {
      try entry.check(["name", "share", "mean"])
      guard let share = try entry.number("share", in: 0...1) else {
        throw entry.missing("share", "the segment's share of users")
      }
      segments.append(
        Segment(
          name: try entry.text("name") ?? "segment \(segments.count + 1)", share: share,
          mean: try entry.number("mean", in: -50...50) ?? 0))
    }
    if segments.isEmpty { return [Segment(name: "all", share: 1, mean: 0)] }
    let sum = segments.reduce(0) { $0 + $1.share }
    guard abs(sum - 1) < 1e-9 else {
      throw root.wrong("segments", found: "shares that sum to \(sum)", "shares that sum to 1")
    }
    return segments
  }

  private static func intent(_ root: YAMLMapping) throws(InputError) -> Intent {
    var intent = Intent()
    guard let entry = try root.mapping("intent") else { return intent }
    try entry.check(["sd", "movement", "persistence", "satiation", "activity-spread"])
    intent.sd = try entry.number("sd", in: 0...10) ?? intent.sd
    intent.movement = try entry.number("movement", in: 0...10) ?? intent.movement
    intent.persistence = try entry.number("persistence", in: 0...1) ?? intent.persistence
    intent.satiation = try entry.number("satiation", in: 0...50) ?? intent.satiation
    intent.activitySpread = try entry.number("activity-spread", in: 0...5) ?? intent.activitySpread
    return intent
  }

  /// Reads the conversion.
  private mutating func read(conversion root: YAMLMapping) throws(InputError) {
    guard let entry = try root.mapping("conversion") else {
      throw root.missing("conversion", "how users convert")
    }
    try entry.check(["base", "target-rate", "repeat", "cool-down", "weekday", "trend", "value"])
    conversion.repeats = try entry.boolean("repeat") ?? true
    conversion.coolDown = try entry.integer("cool-down", in: 0...100_000) ?? 14
    conversion.weekday = try entry.numbers("weekday", count: 7, in: -50...50) ?? conversion.weekday
    conversion.trend = try entry.number("trend", in: -10...10) ?? 0
    if let value = try entry.mapping("value") {
      try value.check(["mean", "cv"])
      conversion.meanValue = try value.number("mean", in: 1e-6...1e12) ?? 1
      conversion.valueCV = try value.number("cv", in: 0...20) ?? 0
    }
    let base = try entry.number("base", in: -100...100)
    guard let rate = try entry.number("target-rate", in: 1e-9...30) else {
      guard let base else { throw entry.missing("base", "the log-odds of converting; or give target-rate") }
      conversion.base = base
      return
    }
    if base != nil { throw entry.wrong("target-rate", "base or target-rate, not both") }
    conversion.aim(
      atRate: rate,
      unreachable: entry.wrong(
        "target-rate",
        "a rate that users can reach; the cool-down, and purchases before the log begins, leave no time for this one"))
  }

  private func channel(named name: String, _ entry: YAMLMapping, _ key: String) throws(InputError) -> Int {
    guard let index = channels.firstIndex(where: { $0.name == name }) else {
      throw Self.unknownChannel(name, entry, key, channels.map(\.name))
    }
    return index
  }

  static func unknownChannel(
    _ name: String, _ entry: YAMLMapping, _ key: String, _ known: [String]
  ) -> InputError {
    let meant = Suggestion.nearest(to: name, in: known).map { "; did you mean \($0)?" } ?? ""
    return entry.wrong(key, found: name, "one of \(known.joined(separator: ", "))\(meant)")
  }

  private func interactions(_ root: YAMLMapping) throws(InputError) -> [Interaction] {
    var interactions: [Interaction] = []
    for entry in try root.mappings("interactions") {
      try entry.check(["channels", "effect"])
      guard let names = try entry.texts("channels") else { throw entry.missing("channels", "the two channels") }
      guard names.count == 2, names[0] != names[1] else { throw entry.wrong("channels", "two channels, as in [a, b]") }
      guard let effect = try entry.number("effect", in: -50...50) else { throw entry.missing("effect", "log-odds") }
      let first = try channel(named: names[0], entry, "channels")
      let second = try channel(named: names[1], entry, "channels")
      for index in [first, second] where channels[index].kind == .organic {
        throw entry.wrong("channels", found: channels[index].name, "channels that are not organic: those cause nothing")
      }
      interactions.append(Interaction(first: first, second: second, effect: effect))
    }
    return interactions
  }

  private func damage(_ root: YAMLMapping) throws(InputError) -> Damage {
    var damage = damage
    guard let entry = try root.mapping("damage") else { return damage }
    try entry.check(["identity-loss", "unlogged", "lookback", "dropped-days"])
    damage.identityLoss = try entry.number("identity-loss", in: 0...1) ?? 0
    if let unlogged = try entry.mapping("unlogged") {
      for name in unlogged.keys {
        let index = try channel(named: name, unlogged, name)
        guard channels[index].kind != .pull && channels[index].kind != .organic else {
          throw unlogged.wrong(
            name, found: name, "a channel with impressions or sends: clicks and visits are always logged")
        }
        damage.unlogged[index] = try unlogged.number(name, in: 0...1) ?? 0
      }
    }
    damage.lookback = try entry.number("lookback", in: 0...100_000)
    for day in try entry.numbers("dropped-days", in: 1...Double(days)) ?? [] {
      guard day == day.rounded() else { throw entry.wrong("dropped-days", "whole numbers from 1 to \(days)") }
      damage.droppedDays.insert(Int(day) - 1)
    }
    return damage
  }

  private static func truth(_ root: YAMLMapping) throws(InputError) -> TruthSettings {
    var truth = TruthSettings()
    guard let entry = try root.mapping("truth") else { return truth }
    try entry.check(["counterfactual", "step", "response"])
    truth.counterfactual = try entry.choice("counterfactual", Counterfactual.self) ?? .never
    truth.step = try entry.number("step", in: 1e-6...100) ?? truth.step
    truth.response = try entry.numbers("response", in: 0...1_000) ?? truth.response
    return truth
  }
}
