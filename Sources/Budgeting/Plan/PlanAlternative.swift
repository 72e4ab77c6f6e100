import TouchstoneAttribution
import TouchstoneJourneys

/// The same request answered under another assumption: another model's credit, or another elasticity.
public struct PlanAlternative: Sendable {
  public let name: String
  public let plan: Plan
  /// What its shift does on the chain, which does not depend on the model.
  public let shift: ChainShift

  init(_ name: String, _ input: PlanInput, _ request: PlanRequest, _ paths: PathTable) throws(PlanError) {
    self.name = name
    plan = try Planner(input, request).plan()
    shift = ChainShift(paths, multiples: plan.multiples(touchpoints: input.names.count))
  }

  /// The plan under each model's credit.
  public static func byModel(
    _ models: [(name: String, credits: [Credit])], _ input: PlanInput, _ request: PlanRequest, _ paths: PathTable
  ) -> [(name: String, result: Result<PlanAlternative, PlanError>)] {
    models.map { name, credits in
      (
        name,
        attempt { () throws(PlanError) in try PlanAlternative(name, input.with(credits: credits), request, paths) }
      )
    }
  }

  /// The plan under each elasticity, where any is assumed.
  public static func byElasticity(
    _ input: PlanInput, _ request: PlanRequest, _ paths: PathTable
  ) -> [(elasticity: Double, result: Result<PlanAlternative, PlanError>)] {
    guard input.touchpoints.contains(where: \.isAssumed) else { return [] }
    return request.elasticities.map { elasticity in
      var other = input
      other.touchpoints = input.touchpoints.map { $0.isAssumed ? $0.with(elasticity: elasticity) : $0 }
      return (
        elasticity,
        attempt { () throws(PlanError) in try PlanAlternative("elasticity \(elasticity)", other, request, paths) }
      )
    }
  }

  private static func attempt(
    _ work: () throws(PlanError) -> PlanAlternative
  ) -> Result<PlanAlternative, PlanError> {
    do throws(PlanError) { return .success(try work()) } catch { return .failure(error) }
  }
}

extension PlanInput.Touchpoint {
  /// Whether its elasticity is an assumption.
  public var isAssumed: Bool {
    if case .assumed = shape.source { true } else { false }
  }

  func with(elasticity: Double) -> Self {
    Self(name: name, id: id, spend: spend, shape: ResponseShape(elasticity: elasticity, spend: spend))
  }
}
