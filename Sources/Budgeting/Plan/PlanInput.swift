import TouchstoneAttribution

/// What a plan is made from: what each touchpoint costs and earns today, and how that changes with spend.
public struct PlanInput: Sendable {
  /// A touchpoint with spend.
  public struct Touchpoint: Sendable {
    /// Its name.
    public let name: String
    /// Its id in the journeys' table.
    public let id: Int
    /// Today's, to the cent.
    public let spend: Double
    /// How its response changes with spend.
    public let shape: ResponseShape

    /// - Parameter spend: Above 0.
    public init(name: String, id: Int, spend: Double, shape: ResponseShape) {
      precondition(spend > 0, "a touchpoint with spend")
      self.name = name
      self.id = id
      self.spend = spend
      self.shape = shape
    }
  }

  /// Those with spend.
  public var touchpoints: [Touchpoint]
  /// The credit of all touchpoints of the journeys, by id, under one model.
  public var credits: [Credit]
  /// The names of all touchpoints of the journeys, by id.
  public var names: [String]
  /// Whether the journeys say what conversions were worth.
  public var hasValue: Bool

  public init(touchpoints: [Touchpoint], credits: [Credit], names: [String], hasValue: Bool) {
    self.touchpoints = touchpoints
    self.credits = credits
    self.names = names
    self.hasValue = hasValue
  }

  /// The credit of a touchpoint with spend.
  func credit(_ index: Int) -> Credit { credits[touchpoints[index].id] }

  func credit(_ index: Int, _ measure: PlanRequest.Measure) -> Double {
    measure == .conversions ? credit(index).conversions : credit(index).value
  }

  /// The same touchpoints with another model's credit.
  package func with(credits: [Credit]) -> PlanInput {
    var other = self
    other.credits = credits
    return other
  }
}
