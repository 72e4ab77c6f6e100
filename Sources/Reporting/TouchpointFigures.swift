import TouchstoneAttribution
import TouchstoneJourneys

/// What is worked out for one touchpoint; `nil` where there is nothing to divide by.
struct TouchpointFigures: Sendable {
  let id: Int
  /// What the journeys say of it.
  let counts: TouchpointProfile
  /// The share of all persons, and of all converters, that it reached.
  let coverage: Double?
  let converterCoverage: Double?
  /// Touches a person who had any.
  let frequency: Double?
  let rateWith: Double?
  let rateWithout: Double?
  let lift: Double?
  let meanLagDays: Double?
  /// Over 1 where it takes a position more often than all touchpoints do.
  let introducerIndex: Double?
  let influencerIndex: Double?
  let closerIndex: Double?
  let impressions: Double
  let clicks: Double
  let clickThroughRate: Double?
  let credit: Credit
  let creditShare: Double?
  let cost: Double?
  let costPerTouch: Double?
  /// Cost a conversion credited.
  let acquisitionCost: Double?
  /// Value credited a unit of cost.
  let returnOnSpend: Double?
  let repurchaseRate: Double?
  let lifetimeValue: Double?
  /// Whether it belongs to the smallest set that earns 80 % of the credit.
  let isHighValue: Bool

  /// The share of credit that the high-value group must earn.
  static let highValueShare = 0.8

  static func all(_ content: ProfileReport.Content) -> [TouchpointFigures] {
    let profile = content.profile
    let sums = Sums(content)
    return profile.byTouchpoint.indices.map { id in TouchpointFigures(id, content, sums) }
  }

  /// What all touchpoints have in common.
  private struct Sums {
    var first = 0.0
    var middle = 0.0
    var last = 0.0
    let credit: Double
    let hasClicks: Bool
    let highValue: Set<Int>

    init(_ content: ProfileReport.Content) {
      for counts in content.profile.byTouchpoint {
        first += counts.first
        middle += counts.middle
        last += counts.last
      }
      credit = content.attribution.creditTotal.conversions
      hasClicks =
        content.profile.byTouchpoint.contains { $0.clicks > 0 } || content.spend.contains { $0?.clicks != nil }
      highValue = TouchpointFigures.highValueGroup(content.attribution.credits)
    }
  }

  /// The smallest set of touchpoints that earns 80 % of what is credited: those with the most credit.
  private static func highValueGroup(_ credits: [Credit]) -> Set<Int> {
    let total = credits.reduce(0) { $0 + max(0, $1.conversions) }
    var group: Set<Int> = []
    var sum = 0.0
    for id in credits.indices.sorted(by: { (credits[$1].conversions, $0) < (credits[$0].conversions, $1) }) {
      guard sum < highValueShare * total else { break }
      group.insert(id)
      sum += credits[id].conversions
    }
    return group
  }

  private init(_ id: Int, _ content: ProfileReport.Content, _ sums: Sums) {
    let profile = content.profile
    let counts = profile.byTouchpoint[id]
    self.id = id
    self.counts = counts
    isHighValue = sums.highValue.contains(id)
    func ratio(_ numerator: Double, _ denominator: Double) -> Double? {
      denominator > 0 ? numerator / denominator : nil
    }
    coverage = ratio(Double(counts.persons), Double(profile.persons))
    converterCoverage = ratio(Double(counts.converters), Double(profile.converters))
    frequency = ratio(Double(counts.touchEvents), Double(counts.touchedPersons))
    rateWith = ratio(Double(counts.convertingJourneys), Double(counts.journeys))
    rateWithout = ratio(
      Double(profile.convertingJourneys - counts.convertingJourneys), Double(profile.journeys - counts.journeys))
    if let rateWith, let rateWithout { lift = ratio(rateWith, rateWithout) } else { lift = nil }
    meanLagDays = ratio(counts.lagDays, Double(counts.convertingJourneys))

    let share = ratio(counts.first + counts.middle + counts.last, sums.first + sums.middle + sums.last)
    func index(_ part: Double, _ sum: Double) -> Double? {
      ratio(part, sum).flatMap { positionShare in share.flatMap { ratio(positionShare, $0) } }
    }
    introducerIndex = index(counts.first, sums.first)
    influencerIndex = index(counts.middle, sums.middle)
    closerIndex = index(counts.last, sums.last)

    let spend = content.spend[id]
    impressions = spend?.impressions ?? Double(counts.impressions)
    clicks = spend?.clicks ?? Double(counts.clicks)
    clickThroughRate = sums.hasClicks ? ratio(clicks, impressions) : nil

    let credit = content.attribution.credits[id]
    self.credit = credit
    creditShare = ratio(credit.conversions, sums.credit)
    cost = spend?.cost
    costPerTouch = spend.flatMap { ratio($0.cost, Double(counts.touchEvents)) }
    acquisitionCost = spend.flatMap { ratio($0.cost, credit.conversions) }
    returnOnSpend = content.hasValue ? spend.flatMap { ratio(credit.value, $0.cost) } : nil
    repurchaseRate = ratio(Double(counts.repurchasers), Double(counts.introduced))
    lifetimeValue = content.hasValue ? ratio(counts.introducedValue, Double(counts.introduced)) : nil
  }

  /// The mean of a further number over the events that have it.
  func mean(_ measure: Int) -> Double? {
    let count = counts.measureCounts[measure]
    return count > 0 ? counts.measureSums[measure] / Double(count) : nil
  }

  /// The position that it takes more often than others do, and more often than the other positions.
  var role: String? {
    let indices = [
      ("introducer", introducerIndex), ("influencer", influencerIndex), ("closer", closerIndex),
    ].compactMap { name, index in index.map { (name, $0) } }
    guard let best = indices.max(by: { $0.1 < $1.1 }), best.1 > 1, indices.count(where: { $0.1 == best.1 }) == 1
    else { return nil }
    return best.0
  }
}
