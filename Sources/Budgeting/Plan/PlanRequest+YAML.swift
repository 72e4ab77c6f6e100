import TouchstoneJourneys
import TouchstoneText

/// What a plan file says: a request, and what else it names.
public struct PlanFile: Sendable {
  /// What the plan is to achieve.
  public var request = PlanRequest()
  /// The model whose credit the plan is based on.
  public var model: String?
  /// The measure that the file names itself; a ROAS and a cost per conversion bring theirs.
  public var statedMeasure: PlanRequest.Measure?
  /// Groups of touchpoints by what they are; they become groups of the request once the attributes are known.
  private var mediaGroups: [MediaGroup] = []

  private struct MediaGroup: Sendable {
    var name: String
    var media: TouchpointAttributes.Media
    var minimum: PlanRequest.Amount?
    var maximum: PlanRequest.Amount?
  }

  /// A file that says nothing.
  public init() {}

  /// The plan file at a path.
  ///
  /// - Throws: ``TouchstoneText/InputError`` with line, column and key.
  public init(file: String) throws(InputError) {
    let text = try YAMLMapping.text(ofFile: file, argument: "--plan")
    try self.init(yaml: text, source: file)
  }

  /// The plan file that a text is.
  ///
  /// - Parameters:
  ///   - yaml: The text.
  ///   - source: What errors call it.
  /// - Throws: ``TouchstoneText/InputError`` with line, column and key.
  public init(yaml: String, source: String) throws(InputError) {
    guard let root = try YAMLMapping.root(of: yaml, source: source) else { return }
    try root.check([
      "measure", "budget", "target", "target-roas", "target-cpa", "change", "elasticity", "elasticities", "hold-below",
      "model", "touchpoints", "groups", "periods", "demand", "carry-over",
    ])
    statedMeasure = try root.choice("measure", PlanRequest.Measure.self)
    if let statedMeasure { request.measure = statedMeasure }
    if let budget = try root.amount("budget") {
      if case .share = budget { throw root.wrong("budget", "an amount such as 100000, or a change such as +10%") }
      request.budget = budget
    }
    try readGoal(root)
    if let change = try root.share("change", most: PlanRequest.largestChange) { request.change = change }
    let elasticities = PlanRequest.elasticityRange
    if let elasticity = try root.number("elasticity", in: elasticities) { request.elasticity = elasticity }
    if let list = try root.numbers("elasticities", in: elasticities) { request.elasticities = list }
    if let least = try root.number("hold-below", in: 0...1) { request.leastCertainty = least }
    try readSchedule(root)
    model = try root.text("model")
    if let touchpoints = try root.mapping("touchpoints") { try readTouchpoints(touchpoints) }
    for group in try root.mappings("groups") { try read(group: group) }
  }

  private mutating func readGoal(_ root: YAMLMapping) throws(InputError) {
    var goals: [(key: String, goal: PlanRequest.Goal)] = []
    if let target = try root.number("target", in: 1e-9...1e15) { goals.append(("target", .target(target))) }
    if let roas = try root.number("target-roas", in: 1e-9...1e9) { goals.append(("target-roas", .perUnitSpent(roas))) }
    if let cost = try root.number("target-cpa", in: 1e-9...1e9) {
      goals.append(("target-cpa", .perUnitSpent(1 / cost)))
    }
    guard goals.count <= 1 else { throw root.wrong(goals[1].key, "one goal: this, or \(goals[0].key)") }
    guard let (key, goal) = goals.first else { return }
    request.goal = goal
    let needed: PlanRequest.Measure? = key == "target-roas" ? .value : key == "target-cpa" ? .conversions : nil
    if let needed {
      if try root.text("measure") != nil && request.measure != needed {
        throw root.wrong("measure", "\(needed.rawValue), which \(key) is about, or leave it out")
      }
      request.measure = needed
    }
  }

  private mutating func readSchedule(_ root: YAMLMapping) throws(InputError) {
    let periods = try root.integer("periods", in: 1...PlanRequest.mostPeriods)
    let demand = try root.numbers("demand", count: periods, in: 1e-6...1e6)
    if let demand, demand.count > PlanRequest.mostPeriods {
      throw root.wrong("demand", "at most \(PlanRequest.mostPeriods) numbers")
    }
    let carryOver = try root.number("carry-over", in: 0...0.99)
    if let demand = demand ?? periods.map({ [Double](repeating: 1, count: $0) }) {
      request.schedule = PlanRequest.Schedule(demand: demand, carryOver: carryOver ?? 0)
    } else if carryOver != nil {
      throw root.missing("periods", "over which anything could be carried")
    }
  }

  private mutating func readTouchpoints(_ touchpoints: YAMLMapping) throws(InputError) {
    for name in touchpoints.keys {
      guard let mapping = try touchpoints.mapping(name) else { continue }
      try mapping.check(["min", "max", "change", "lock", "step", "elasticity"])
      var limits = PlanRequest.Limits()
      limits.minimum = try mapping.amount("min")
      limits.maximum = try mapping.amount("max")
      limits.change = try mapping.share("change", most: PlanRequest.largestChange)
      limits.isLocked = try mapping.boolean("lock") ?? false
      limits.step = try mapping.number("step", in: 0.01...PlanRequest.Amount.largest)
      if let step = limits.step, abs(step * 100 - (step * 100).rounded()) > 1e-6 {
        throw mapping.wrong("step", "an amount of whole cents")
      }
      limits.elasticity = try mapping.number("elasticity", in: PlanRequest.elasticityRange)
      if limits.isLocked && mapping.keys.count > 1 {
        throw mapping.wrong("lock", "it alone: what is locked does not move")
      }
      request.limits[name] = limits
    }
  }

  private mutating func read(group: YAMLMapping) throws(InputError) {
    try group.check(["name", "touchpoints", "media", "min", "max"])
    let (minimum, maximum) = (try group.amount("min"), try group.amount("max"))
    let names = try group.texts("touchpoints")
    let media = try group.choice("media", TouchpointAttributes.Media.self)
    guard minimum != nil || maximum != nil else { throw group.missing("min", "or max, the limits of the group") }
    switch (names, media) {
    case (let names?, nil):
      if names.isEmpty { throw group.wrong("touchpoints", found: "", "one touchpoint or more") }
      let name = try group.text("name") ?? names.joined(separator: " + ")
      request.groups.append(.init(name: name, touchpoints: names, minimum: minimum, maximum: maximum))
    case (nil, let media?):
      let name = try group.text("name") ?? "\(media.rawValue) media"
      mediaGroups.append(MediaGroup(name: name, media: media, minimum: minimum, maximum: maximum))
    case (nil, nil): throw group.missing("touchpoints", "or media, who belongs to the group")
    case (_?, _?): throw group.wrong("media", "either touchpoints or media, not both")
    }
  }

  /// Makes groups of those touchpoints whose media are known.
  ///
  /// - Parameters:
  ///   - attributes: By touchpoint.
  ///   - names: The touchpoints with costs.
  /// - Throws: ``PlanError/emptyMedia(group:media:)`` where nobody belongs to a group.
  public mutating func resolveMedia(_ attributes: [String: TouchpointAttributes], names: [String]) throws(PlanError) {
    for group in mediaGroups {
      let members = names.filter { attributes[$0]?.media == group.media }
      guard !members.isEmpty else { throw .emptyMedia(group: group.name, media: group.media) }
      request.groups.append(
        .init(name: group.name, touchpoints: members, minimum: group.minimum, maximum: group.maximum))
    }
    mediaGroups = []
  }
}

extension YAMLMapping {
  fileprivate func amount(_ key: String) throws(InputError) -> PlanRequest.Amount? {
    guard let text = try text(key) else { return nil }
    guard let amount = PlanRequest.Amount(text) else { throw wrong(key, PlanRequest.Amount.accepted) }
    return amount
  }

  /// A share, as 0.3 or 30%.
  fileprivate func share(_ key: String, most: Double) throws(InputError) -> Double? {
    guard let text = try text(key) else { return nil }
    guard let share = PlanRequest.share(text), share <= most else { throw wrong(key, PlanRequest.acceptedShare) }
    return share
  }
}

extension PlanRequest {
  /// `0.3` or `30%`; `nil` where the text is no share from 0 on. More than 1 needs its percent sign: 30 might mean
  /// either.
  package static func share(_ text: String) -> Double? {
    let text = text.filter { $0 != " " }
    let isPercent = text.hasSuffix("%")
    if !isPercent, let number = Double(text), number > 1 { return nil }
    guard let number = Double(isPercent ? String(text.dropLast()) : text), number >= 0, number.isFinite else {
      return nil
    }
    return isPercent ? number / 100 : number
  }

  /// What messages ask for.
  package static let acceptedShare = "a share such as 30% or 0.3"
}
