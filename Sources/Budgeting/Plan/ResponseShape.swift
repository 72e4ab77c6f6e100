import RealModule
import TouchstoneMonteCarlo

/// How a touchpoint's response changes with its spend, whatever its height: fitted to history, or assumed.
public struct ResponseShape: Sendable {
  /// Where a shape comes from.
  public enum Source: Sendable {
    /// By the history's best predictor.
    case fitted(CurveChoice)
    /// An elasticity, since nothing tells: without a history, or with the doubt that it leaves.
    case assumed(elasticity: Double, CurveChoice?)
  }

  public let source: Source
  /// Today's spend, over all periods together.
  public let spend: Double
  /// Of spend over all periods together.
  private let curve: any ParametricCurve
  /// The same with parameters drawn from what the fit leaves open; empty for assumptions.
  private let drawn: [any ParametricCurve]
  /// Of the history, which the spend is the sum of; 1 without.
  private let periods: Int

  /// So many curves are drawn; replicates beyond them begin again with the first.
  private static let draws = 500

  /// An assumed elasticity.
  ///
  /// - Parameters:
  ///   - elasticity: Above 0 and below 1.
  ///   - spend: Today's, above 0.
  public init(elasticity: Double, spend: Double) { self.init(elasticity: elasticity, spend: spend, doubtful: nil) }

  private init(elasticity: Double, spend: Double, doubtful: CurveChoice?) {
    self.init(
      source: .assumed(elasticity: elasticity, doubtful), spend: spend,
      curve: PowerCurve(elasticity: elasticity, spend: spend, response: 1), drawn: [], periods: 1)
  }

  private init(
    source: Source, spend: Double, curve: any ParametricCurve, drawn: [any ParametricCurve], periods: Int
  ) {
    self.source = source
    self.spend = spend
    self.curve = curve
    self.drawn = drawn
    self.periods = periods
  }

  /// The shape of a history where it can be believed, else an assumption.
  ///
  /// Spend is taken to be the same in every period: f(x / (1 − θ)), the steady state.
  ///
  /// - Parameters:
  ///   - choice: What the history speaks for.
  ///   - periods: Over how many periods the spend is summed.
  ///   - elasticity: Assumed where the history cannot be believed.
  ///   - spend: Above 0.
  ///   - stream: Chooses the drawn curves.
  package init(_ choice: CurveChoice, periods: Int, elasticity: Double, spend: Double, stream: inout RandomStream) {
    guard let fit = choice.fit, choice.doubt == nil else {
      self.init(elasticity: elasticity, spend: spend, doubtful: choice)
      return
    }
    let count = Double(periods)
    self.init(
      source: .fitted(choice), spend: spend, curve: fit.steadyState.stretched(spend: count, response: count),
      drawn: fit.draws(Self.draws, &stream).map { $0.stretched(spend: count, response: count) }, periods: periods)
  }

  /// The curve that brings `response` at today's spend.
  func curve(response: Double) -> any ParametricCurve {
    let now = curve.response(spend)
    return curve.stretched(spend: 1, response: response > 0 && now > 0 ? response / now : 0)
  }

  /// The best way to lay spend out in time, where it brings `response` today.
  func curve(response: Double, schedule: PlanRequest.Schedule) -> ScheduledCurve {
    let count = Double(schedule.demand.count)
    let mean = schedule.demand.reduce(0, +) / count
    var carryOver = schedule.carryOver
    if case .fitted(let choice) = source, let fit = choice.fit {
      // From the periods of the history to those of the schedule.
      carryOver = .pow(fit.carryOver, Double(periods) / count)
    }
    return ScheduledCurve(
      curve(response: response).stretched(spend: 1 / count, response: 1 / count),
      demand: schedule.demand.map { $0 / mean }, carryOver: carryOver, start: spend / count)
  }

  /// f(x) / f(x₀): how much of today's response, and of today's visits, another spend brings.
  ///
  /// - Parameter draw: `nil` for the best curve, else one of the drawn ones, taken in turn.
  func multiple(_ planned: Double, draw: Int? = nil) -> Double {
    if planned == spend { return 1 }
    let curve = drawnCurve(draw)
    let now = curve.response(spend)
    return now > 0 ? curve.response(planned) / now : 1
  }

  /// Of the response at today's spend.
  func elasticity(draw: Int? = nil) -> Double { drawnCurve(draw).elasticity(spend) }

  private func drawnCurve(_ draw: Int?) -> any ParametricCurve {
    guard let draw, !drawn.isEmpty else { return curve }
    return drawn[draw % drawn.count]
  }
}
