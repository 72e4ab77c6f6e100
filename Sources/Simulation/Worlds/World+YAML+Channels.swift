import TouchstoneText

/// Reads a world's channels.
extension World {
  /// The keys that each kind of channel takes.
  private static func keys(of kind: Channel.Kind) -> [String] {
    let delivered = ["targeting", "pulse", "weekday", "trend"]
    let caused = ["cost-per-touch", "half-life", "saturation", "effect"]
    return ["name", "kind"]
      + {
        switch kind {
        case .push: ["spend", "ctr", "drives"] + delivered + caused
        case .retarget: ["rate", "window", "ctr"] + delivered + caused
        case .pull: ["rate", "take", "substitution", "carried"] + delivered + caused
        case .owned: ["subscribers", "period", "ctr"] + caused
        case .organic: ["rate"] + delivered
        }
      }()
  }

  static func channel(_ entry: YAMLMapping) throws(InputError) -> Channel {
    guard let name = try touchpoint(entry, "name") else { throw entry.missing("name", "the channel's name") }
    guard let kind = try entry.choice("kind", Channel.Kind.self) else {
      throw entry.missing("kind", "one of \(Channel.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    try entry.check(keys(of: kind))
    var channel = Channel(name: name, kind: kind)
    func required(_ key: String, _ range: ClosedRange<Double>, _ what: String) throws(InputError) -> Double {
      guard let number = try entry.number(key, in: range) else { throw entry.missing(key, what) }
      return number
    }
    switch kind {
    case .push:
      channel.spend = try required("spend", 0...1e15, "what is spent over the logged days")
      channel.costPerTouch = try required("cost-per-touch", 1e-12...1e9, "what an impression costs")
    case .retarget:
      channel.rate = try required("rate", 0...largestRate, "impressions per eligible user and day")
      channel.window = try entry.integer("window", in: 1...10_000) ?? channel.window
    case .pull:
      channel.rate = try required("rate", 0...largestRate, "queries per user and day")
      channel.take = try required("take", 0...1, "the probability that the ad takes a query")
      channel.substitution = try entry.number("substitution", in: 0...1) ?? 0
      channel.carried = try entry.number("carried", in: 0...100) ?? 1
    case .owned:
      channel.subscribers = try required("subscribers", 0...1, "the share of users who subscribe")
      guard let period = try entry.integer("period", in: 1...10_000) else {
        throw entry.missing("period", "the days from one send to the next")
      }
      channel.period = period
    case .organic: channel.rate = try required("rate", 0...largestRate, "visits per user and day")
    }
    if kind != .push { channel.costPerTouch = try entry.number("cost-per-touch", in: 0...1e9) ?? 0 }
    channel.clickRate = try entry.number("ctr", in: 0...1) ?? 0
    channel.pulse = try entry.number("pulse", in: 0...5) ?? channel.pulse
    channel.halfLife = try entry.number("half-life", in: 0...10_000) ?? channel.halfLife
    channel.effect = try entry.number("effect", in: -50...50) ?? 0
    channel.weekday = try entry.numbers("weekday", count: 7, in: 0...1e6) ?? channel.weekday
    channel.trend = try entry.number("trend", in: -10...10) ?? 0
    if let targeting = try entry.mapping("targeting") {
      try targeting.check(["latent", "moving"])
      channel.latentTargeting = try targeting.number("latent", in: -10...10) ?? 0
      channel.movingTargeting = try targeting.number("moving", in: -10...10) ?? 0
    }
    if let saturation = try entry.mapping("saturation") {
      try saturation.check(["half", "shape"])
      channel.half = try saturation.number("half", in: 1e-9...1e9) ?? channel.half
      channel.shape = try saturation.number("shape", in: 0.01...50) ?? channel.shape
    }
    return channel
  }

  static func drives(
    _ entry: YAMLMapping, _ channels: [Channel]
  ) throws(InputError) -> [(channel: Int, effect: Double)] {
    guard let drives = try entry.mapping("drives") else { return [] }
    let pulls = channels.filter { $0.kind == .pull }.map(\.name)
    var result: [(channel: Int, effect: Double)] = []
    for name in drives.keys {
      guard pulls.contains(name) else {
        if pulls.isEmpty { throw entry.wrong("drives", found: name, "a pull channel, of which there is none") }
        throw unknownChannel(name, drives, name, pulls)
      }
      guard let effect = try drives.number(name, in: -50...50) else { continue }
      result.append((channels.firstIndex { $0.name == name }!, effect))
    }
    return result
  }
}
