import TouchstoneJourneys
import TouchstoneParallel

/// Removal effects on a Markov chain of order k, solved exactly.
///
/// The removal effect of a touchpoint is the share of conversions that would be lost if every visit to it
/// ended the journey. Credits are the removal effects scaled to sum to the total; value credits come
/// from the same chain with each conversion weighted by the mean value of the conversions that leave its
/// state.
///
/// Read the removal effect as what it is: the reach of the touchpoint among converting walks. It
/// over-credits touchpoints that are on every path, and gives credit to one that does harm. The empirical
/// reach is printed beside it.
///
/// Source: E. Anderl, I. Becker, F. von Wangenheim, J. Schumann, "Mapping the customer journey: lessons
/// learned from graph-based online attribution modeling", IJRM 2016.
public struct Markov: AttributionModel {
  public let name = "markov"
  /// The number of touches that a state remembers.
  public let order: Int
  /// The most bytes that the chain may take.
  public let memoryLimit: Int

  /// 4 GB.
  public static let defaultMemoryLimit = 4_000_000_000

  /// - Parameters:
  ///   - order: The number of touches that a state remembers. Traps unless at least 1.
  ///   - memoryLimit: The most bytes that the chain may take.
  public init(order: Int = 1, memoryLimit: Int = defaultMemoryLimit) {
    precondition(order >= 1, "a chain remembers at least one touch")
    self.order = order
    self.memoryLimit = memoryLimit
  }

  public var parameters: [ModelParameter] { [ModelParameter("order", .integer(order))] }
  public var traits: ModelTraits { [.orderSensitive, .sumsToTotal] }

  /// Counts the chain, solves it, and scales the removal effects.
  ///
  /// Diagnostics, by touchpoint: `removalEffects`, `removalEffectsOfValue`, `reach`; and
  /// `conversionProbability`, `states`, `method`, `residual`, and the chain itself as `transitions`.
  /// - Throws: As ``MarkovChain/init(_:order:memoryLimit:)`` and ``RemovalEffects/init(_:)``.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    let paths = evidence.paths
    let chain = try MarkovChain(paths, order: order, memoryLimit: memoryLimit)
    let effects = try RemovalEffects(chain)
    let touched = paths.touched
    let conversions = Self.scaled(effects.conversions, to: touched.conversions)
    let value = Self.scaled(effects.value, to: touched.value)
    let method =
      switch effects.method {
      case .dense: "dense"
      case .sparse(let sweeps): "sparse, \(sweeps) sweeps"
      }
    return Attribution(
      credits: zip(conversions, value).map { Credit(conversions: $0, value: $1) },
      paths: paths, sumsToTotal: true,
      diagnostics: [
        Diagnostic("removalEffects", .perTouchpoint(effects.conversions)),
        Diagnostic("removalEffectsOfValue", .perTouchpoint(effects.value)),
        Diagnostic("reach", .perTouchpoint(Self.reach(paths))),
        Diagnostic("conversionProbability", .number(effects.conversionProbability)),
        Diagnostic("states", .integer(chain.stateCount)),
        Diagnostic("method", .text(method)),
        Diagnostic("residual", .number(effects.residual)),
        Diagnostic("transitions", .chain(chain)),
      ])
  }

  /// At order 1 the chain's transitions are listed once and then weighed; higher orders are counted anew.
  public func resampled(_ journeys: ResampledJourneys) -> ResampledModel {
    guard order == 1 && journeys.rows.touchpoints.count < RemovalEffects.largestDense else {
      return ResampledModel(TableResampler(model: self, rows: journeys.rows))
    }
    return ResampledModel(ChainResampler(journeys.rows))
  }

  /// A sum of effects below this share of their magnitudes is what is left of cancelling: six digits are gone.
  private static let leastSum = 1e-6

  /// Effects scaled to sum to a total.
  ///
  /// Where refunds make the effects on value cancel, their sum says nothing, and the total is shared out by
  /// the effects' magnitudes.
  static func scaled(_ effects: [Double], to total: Double) -> [Double] {
    let sum = effects.compensatedSum()
    let magnitude = effects.lazy.map(abs).compensatedSum()
    if magnitude == 0 { return effects.map { _ in 0 } }
    if abs(sum) > leastSum * magnitude { return effects.map { $0 / sum * total } }
    return effects.map { abs($0) / magnitude * total }
  }

  /// The share of conversions whose journey touched each touchpoint, as observed.
  private static func reach(_ paths: PathTable) -> [Double] {
    let conversions = paths.touched.conversions
    return paths.credits(by: Participation()).map {
      conversions > 0 ? $0.conversions / conversions : 0
    }
  }
}
