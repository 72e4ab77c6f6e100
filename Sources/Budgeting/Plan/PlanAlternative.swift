import TouchstoneAttribution
import TouchstoneJourneys

/// The same request answered under another assumption: another model's credit, or another elasticity.
public struct PlanAlternative: Sendable {
  /// The model's, or the elasticity's.
  public let name: String
  /// The plan under the other assumption.
  public let plan: Plan
  /// What its shift does on the chain, which does not depend on the model.
  public let shift: ChainShift

  private init(
    _ name: String, _ input: PlanInput, _ request: PlanRequest, on paths: PathTable
  ) throws(PlanError) {
    self.name = name
    plan = try Planner(input, request).plan()
    shift = ChainShift(paths, multiples: plan.multiples(touchpoints: input.names.count))
  }

  /// The plan under each model's credit.
  public static func byModel(
    _ models: [(name: String, credits: [Credit])], _ input: PlanInput, _ request: PlanRequest, on paths: PathTable
  ) -> [(name: String, result: Result<PlanAlternative, PlanError>)] {
    models.map { name, credits in
      (name, attempt(name, input.with(credits: credits), request, on: paths))
    }
  }

  /// The plan under each elasticity, where any is assumed.
  public static func byElasticity(
    _ input: PlanInput, _ request: PlanRequest, on paths: PathTable
  ) -> [(elasticity: Double, result: Result<PlanAlternative, PlanError>)] {
    guard input.touchpoints.contains(where: \.isAssumed) else { return [] }
    return request.elasticities.map { elasticity in
      var other = input
      other.touchpoints = input.touchpoints.map { $0.isAssumed ? $0.with(elasticity: elasticity) : $0 }
      return (elasticity, attempt("elasticity \(elasticity)", other, request, on: paths))
    }
  }

  private static func attempt(
    _ name: String, _ input: PlanInput, _ request: PlanRequest, on paths: PathTable
  ) -> Result<PlanAlternative, PlanError> {
    do throws(PlanError) {
      return .success(try PlanAlternative(name, input, request, on: paths))
    } catch { return .failure(error) }
  }
}

extension PlanInput.Touchpoint {
  /// Whether its elasticity is an assumption.
  package var isAssumed: Bool {
    if case .assumed = shape.source { true } else { false }
  }

  func with(elasticity: Double) -> Self {
    Self(name: name, id: id, spend: spend, shape: ResponseShape(elasticity: elasticity, spend: spend))
  }
}
