/// Which arms a truth needs, and which sums of them it is.
struct TruthPlan: Sendable {
  /// Each arm once, the world as it is first.
  private(set) var arms: [Arm]
  private var indices: [Arm: Int]
  /// Of the world as it is, among ``arms``.
  static let allOnIndex = 0
  /// Of the arm without any advertised channel; without such channels that is the world as it is.
  private(set) var baselineIndex = allOnIndex
  /// The estimands asked for, in the order of their list, each with where its figures lie in ``figures``.
  private(set) var estimands: [(estimand: Estimand, figures: Range<Int>)] = []
  private(set) var figures: [PlannedFigure] = []
  /// Whether figures are sampled: each group of users then lives arms of its own.
  private(set) var samplesOrders = false
  let advertised: [Int]
  let settings: World.TruthSettings

  var allOn: Arm { arms[Self.allOnIndex] }

  init(_ world: World, _ estimands: Set<Estimand>) {
    advertised = world.advertised
    settings = world.truth
    let allOn = Arm.allOn(world)
    arms = [allOn]
    indices = [allOn: Self.allOnIndex]
    baselineIndex = index(of: allOn.with(advertised, at: 0))
    for estimand in Estimand.allCases where estimands.contains(estimand) {
      let added = estimand.definition.figures(&self)
      self.estimands.append((estimand: estimand, figures: figures.count..<figures.count + added.count))
      figures += added
    }
    samplesOrders = figures.contains {
      if case .sampledOrders = $0.measure { true } else { false }
    }
  }

  /// The index of an arm among ``arms``, to which it is added where it is new.
  mutating func index(of arm: Arm) -> Int {
    if let index = indices[arm] { return index }
    indices[arm] = arms.count
    arms.append(arm)
    return arms.count - 1
  }
}
