import RealModule
import TouchstoneJourneys
import TouchstoneMonteCarlo
import TouchstoneParallel

/// How well Markov chains of different orders predict journeys that they were not fitted on.
///
/// Journeys are dealt to K folds at random, or whole paths are (``Unit``); each fold's journeys are predicted by a
/// chain fitted on all others. A context that was seen seldom is smoothed by the one that is a touch shorter:
///
///     P_k(y | h) = (C(h y) + A P_{k−1}(y | h')) / (C(h) + A),   P_{−1}(y) = 1 / (touchpoints + 2),
///
/// with h' the context without its oldest touch, and A = ``smoothing`` (a Dirichlet prior, D. MacKay, L. Bauman Peto,
/// "A hierarchical Dirichlet language model", 1995). Contexts near the start are padded with start symbols, as in
/// ``MarkovChain``.
///
/// The recommended order is the lowest whose held-out log-likelihood lies within one standard error of the best one's,
/// where the error is that of the difference between the two over folds: more memory must earn its states.
public struct OrderStudy: Sendable {
  /// What one order came to.
  public struct Order: Sendable {
    public let order: Int
    /// The held-out log-likelihood of a journey, by fold, in nats.
    public let logLikelihoods: [Double]
    /// The area under the receiver operating characteristic of the prediction that a held-out journey converts, from
    /// its last context; by fold; `nil` where all of them convert or none does.
    public let areas: [Double?]
    /// The log-likelihood of all journeys under the chain fitted on them, without smoothing.
    public let logLikelihood: Double
    /// The states of that chain, the start included.
    public let states: Int
    /// Its free probabilities: the distinct transitions less one a state.
    public let parameters: Int
    /// −2 log-likelihood + parameters × log(journeys): the lower the better.
    public let bic: Double

    /// The mean over folds, and its standard error.
    public var heldOut: (mean: Double, standardError: Double) { OrderStudy.mean(logLikelihoods) }
    /// The mean area over the folds that have one, and its standard error.
    public var area: (mean: Double, standardError: Double)? {
      let known = areas.compactMap { $0 }
      return known.isEmpty ? nil : OrderStudy.mean(known)
    }
  }

  /// What is dealt to folds.
  public enum Unit: String, Sendable, CaseIterable {
    /// Journeys: how well the next journey is predicted, which may go along a path that others went.
    case journeys
    /// Paths with all their journeys: how well a path is predicted that nobody went before. A chain that only remembers
    /// paths fails here.
    case paths
  }

  /// From order 1 on.
  public let orders: [Order]
  /// What was dealt to folds.
  public let unit: Unit
  /// The number of folds that hold journeys.
  public let folds: Int
  /// The recommended order.
  public let recommended: Int
  /// The order with the largest held-out log-likelihood.
  public let best: Int

  /// The weight of the shorter context, in journeys.
  public static let smoothing = 2.0

  /// Why the order is recommended, in a sentence.
  public var reason: String {
    var text = "order \(best) predicts held-out \(unit.rawValue) best"
    if recommended < best {
      text += ", and order \(recommended) is the lowest within a standard error of it"
    } else if best > 1 {
      text += ", and no lower order comes within a standard error of it"
    }
    if best == orders.count && best > 1 { text += "; no higher order was tried" }
    return text
  }

  /// Studies the orders 1 … `largest`.
  ///
  /// - Parameters:
  ///   - paths: Journeys without a touch are left out.
  ///   - largest: The highest order. Traps unless at least 1.
  ///   - folds: The number of folds. Traps unless at least 2.
  ///   - unit: What is dealt to them.
  ///   - seed: Chooses how.
  ///   - memoryLimit: The most bytes that counting may take.
  /// - Throws: ``AttributionError/orderTooLarge(order:touchpoints:largest:)``,
  ///   ``AttributionError/tooManyStates(order:states:bytes:limit:)``, ``AttributionError/nothingToHoldOut(unit:)``.
  /// - Complexity: O(touches × largest), a sort of the rows, in parallel over orders and folds.
  public init(
    _ paths: PathTable, upTo largest: Int, folds: Int = 10, by unit: Unit = .journeys, seed: UInt64 = 1,
    memoryLimit: Int = Markov.defaultMemoryLimit
  ) throws(AttributionError) {
    precondition(largest >= 1 && folds >= 2, "at least one order and two folds")
    let rows = CanonicalRows(paths)
    try self.init(rows, upTo: largest, Folds(rows, count: folds, unit, seed: seed), unit, memoryLimit: memoryLimit)
  }

  /// Studies the orders with folds that are dealt already.
  init(
    _ rows: CanonicalRows, upTo largest: Int, _ folds: Folds, _ unit: Unit, memoryLimit: Int
  ) throws(AttributionError) {
    let counts = try ContextCounts(rows, largest: largest, memoryLimit: memoryLimit)
    // With few journeys or paths a fold may hold none: it says nothing.
    let held = folds.shares.filter { shares in shares.contains { $0.journeys > 0 } }
    guard held.count > 1 else { throw .nothingToHoldOut(unit: unit.rawValue) }
    let scores = Parallel.map(held.count) { HeldOutScores(held[$0], rows, counts) }
    let journeys = rows.table.touched.journeys
    let orders = (1...largest).map { order in
      let fit = counts.fit(order)
      return Order(
        order: order, logLikelihoods: scores.map { $0.logLikelihoods[order] }, areas: scores.map { $0.areas[order] },
        logLikelihood: fit.logLikelihood, states: fit.states, parameters: fit.parameters,
        bic: -2 * fit.logLikelihood + Double(fit.parameters) * .log(max(journeys, 1)))
    }
    self.orders = orders
    self.unit = unit
    self.folds = held.count
    let best = orders.max { ($0.heldOut.mean, $1.order) < ($1.heldOut.mean, $0.order) }!
    self.best = best.order
    recommended =
      orders.first { order in
        let (mean, error) = Self.mean(zip(best.logLikelihoods, order.logLikelihoods).map { $0 - $1 })
        return order.order == best.order || mean <= error
      }!.order
  }

  /// The mean and its standard error, 0 for a single value.
  fileprivate static func mean(_ values: [Double]) -> (mean: Double, standardError: Double) {
    let moments = SampleMoments(values)
    return (moments.mean, moments.count > 1 ? moments.standardError : 0)
  }
}
