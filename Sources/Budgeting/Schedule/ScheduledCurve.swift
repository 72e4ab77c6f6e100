import RealModule

/// What a touchpoint's total spend brings when it is spread over periods as well as can be: a response curve of the
/// total.
///
/// Demand d_w differs from period to period, and a share θ of a period's effect is left in the next. With the stock
/// s_w = (1 − θ) x_w + θ s_(w−1), carried in as s_0, the plan earns Σ d_w f(s_w), and what is carried out of it: when
/// spend goes on as it went before the plan, the last stock adds Σ_k f(s_0 + θ^k (s_W − s_0)) − f(s_0). So the same
/// spend in every period of equal demand earns what it earns today, and what is spent in the last periods is not lost.
///
/// At a price λ the stocks are those at which d_w f′(s_w) = λ, but for the last, which is also worth what it is carried
/// out with, and but for periods without spend, in which the stock fades: there, neighbouring periods are pooled until
/// no spend is negative. That solves the problem exactly where f is concave.
///
/// Unlike other curves it does not begin at 0: with nothing spent, what was carried in still works, and what today's
/// spend would have carried out is lost.
///
/// ```swift
/// let weekly = LogCurve(beta: 30, gamma: 80)
/// let scheduled = ScheduledCurve(weekly, demand: [1, 1.4, 0.6], carryOver: 0.3, start: 100)
/// scheduled.response(300)  // of 300 over three weeks
/// scheduled.schedule(300)  // by week, 300 together
/// ```
///
/// Source of pooling: M. Best, N. Chakravarti, "Active set algorithms for isotonic regression", Mathematical
/// Programming 47 (1990).
public struct ScheduledCurve: ResponseCurve {
  /// Of the same spend in every period, by period; concave.
  public let curve: any ResponseCurve
  /// By period, above 0.
  public let demand: [Double]
  /// θ, from 0 on and below 1.
  public let carryOver: Double
  /// The stock carried in: the spend in a period that has gone on for ever.
  public let start: Double
  /// The periods after the last in which more than a ten-thousandth is left: θ^k, the mean of some neighbours where
  /// there are many, and how many they are.
  private let fading: [(share: Double, periods: Double)]
  /// The sum of θ^k over the periods after those, in which f is as straight as at s_0.
  private let rest: Double
  /// f′(s_0).
  private let slope: Double

  /// After the plan, a share of the stock below this is so small that f is straight there.
  private static let leastShare = 1e-4
  /// Terms that what is carried out is summed in; each costs a response, in every step of a search.
  private static let mostFading = 64

  /// - Parameters:
  ///   - curve: Concave.
  ///   - demand: Above 0.
  ///   - carryOver: From 0 on and below 1.
  ///   - start: Not negative.
  public init(_ curve: any ResponseCurve, demand: [Double], carryOver: Double, start: Double) {
    precondition(!demand.isEmpty && demand.allSatisfy { $0 > 0 && $0.isFinite }, "demand is above 0")
    precondition((0..<1).contains(carryOver) && start >= 0 && curve.inflection == 0, "a concave curve and a share")
    self.curve = curve
    self.demand = demand
    self.carryOver = carryOver
    self.start = start
    var (shares, share) = ([Double](), carryOver)
    while share > Self.leastShare {
      shares.append(share)
      share *= carryOver
    }
    let length = shares.count / Self.mostFading + 1
    fading = stride(from: 0, to: shares.count, by: length).map { first in
      let some = shares[first..<min(first + length, shares.count)]
      return (some.reduce(0, +) / Double(some.count), Double(some.count))
    }
    rest = share / (1 - carryOver)
    slope = start > 0 && carryOver > 0 ? curve.marginal(start) : 0
  }

  // MARK: A price

  /// Periods in which nothing but the first may be spent: stock fades from it.
  private struct Block {
    var start: Int
    var count: Int
    /// The stock in the first of them.
    var stock: Double
  }

  /// By period, the stock at a price.
  private func stocks(_ price: Double) -> [Double] {
    var blocks: [Block] = []
    for period in demand.indices {
      var block = Block(start: period, count: 1, stock: 0)
      block.stock = best(block, price)
      while let before = blocks.last, block.stock < before.stock * .pow(carryOver, Double(before.count)) {
        blocks.removeLast()
        block = Block(start: before.start, count: before.count + block.count, stock: before.stock)
        block.stock = best(block, price)
      }
      blocks.append(block)
    }
    var stocks: [Double] = []
    for block in blocks {
      // What was carried in cannot be taken back.
      var stock = max(block.stock, start * .pow(carryOver, Double(block.start + 1)))
      for _ in 0..<block.count {
        stocks.append(stock)
        stock *= carryOver
      }
    }
    return stocks
  }

  /// The stock at the beginning of a block that is worth its price.
  private func best(_ block: Block, _ price: Double) -> Double {
    let last = demand.count - 1
    let endsPlan = block.start + block.count > last && carryOver > 0
    if block.count == 1 && !endsPlan { return curve.spend(atMarginal: price / demand[block.start]) }
    // Each unit of stock in a period costs a unit of money less what it saves in the next, but for the last period.
    var (cost, share) = (0.0, 1.0)
    for period in block.start..<block.start + block.count {
      cost += share * (period == last ? price / (1 - carryOver) : price)
      share *= carryOver
    }
    func excess(_ stock: Double) -> Double {
      var (sum, share) = (-cost, 1.0)
      for period in block.start..<block.start + block.count {
        sum += share * demand[period] * curve.marginal(share * stock)
        share *= carryOver
      }
      if endsPlan {
        // The share left at the end fades on.
        let atEnd = share / carryOver
        sum += atEnd * rest * slope
        for (left, periods) in fading {
          sum += periods * atEnd * left * curve.marginal(start + left * (atEnd * stock - start))
        }
      }
      return sum
    }
    let guess = curve.spend(atMarginal: price / demand[block.start])
    return FallingRoot.find(from: guess > 0 && guess.isFinite ? guess : max(start, 1), excess)
  }

  private func spends(_ stocks: [Double]) -> [Double] {
    var before = start
    return stocks.map { stock in
      defer { before = stock }
      return max(0, (stock - carryOver * before) / (1 - carryOver))
    }
  }

  private func worth(_ stocks: [Double]) -> Double {
    let within = zip(demand, stocks).reduce(0) { $0 + $1.0 * curve.response($1.1) }
    let (last, before) = (stocks[stocks.count - 1], curve.response(start))
    return fading.reduce(within + rest * slope * (last - start)) {
      $0 + $1.periods * (curve.response(start + $1.share * (last - start)) - before)
    }
  }

  // MARK: A curve of the total

  /// The price at which the periods ask for a total: λ.
  public func marginal(_ spend: Double) -> Double {
    if spend == 0 && curve.marginal(0) == .infinity && start == 0 { return .infinity }
    // A start a little above 0, where the marginal response of every curve is finite.
    let guess = curve.marginal(max(spend / Double(demand.count), 1e-12))
    let price = FallingRoot.find(from: max(guess, FallingRoot.range.lowerBound)) {
      self.spend(atMarginal: $0) - spend
    }
    return price.isFinite ? price : curve.marginal(0)
  }

  public func spend(atMarginal price: Double) -> Double {
    guard price > 0 else { return .infinity }
    return spends(stocks(price)).reduce(0, +)
  }

  /// What the best way to spread a total earns.
  public func response(_ spend: Double) -> Double { worth(stocks(marginal(spend))) }

  public var inflection: Double { 0 }
  /// Each response is a search.
  public var mostSteps: Int { 200 }

  /// The best way to spread a total: by period.
  public func schedule(_ spend: Double) -> [Double] { spends(stocks(marginal(spend))) }

  /// What any way to spread spend earns.
  ///
  /// - Parameter spends: By period.
  func response(toSchedule spends: [Double]) -> Double {
    precondition(spends.count == demand.count, "a spend for each period")
    var stock = start
    return worth(
      spends.map { spend in
        stock = (1 - carryOver) * spend + carryOver * stock
        return stock
      })
  }
}
