import TouchstoneParallel

/// Sums over users of one figure and of its square, in one pass: users are not kept.
struct Moments: Sendable {
  private(set) var count = 0.0
  private var sum = CompensatedSum()
  private var squares = CompensatedSum()

  @inline(__always)
  mutating func add(_ value: Double) {
    count += 1
    sum.add(value)
    squares.add(value * value)
  }

  mutating func add(_ other: Moments) {
    count += other.count
    sum.add(other.sum.value)
    squares.add(other.squares.value)
  }

  var total: Double { sum.value }
  var sumOfSquares: Double { squares.value }

  /// The total, and its standard error as that of so many users' sum.
  var estimate: Truth.Estimate {
    guard count > 1 else { return Truth.Estimate(conversions: total, standardError: 0) }
    let variance = max(0, squares.value - total * total / count) / (count - 1)
    return Truth.Estimate(conversions: total, standardError: (count * variance).squareRoot())
  }
}

/// Sums over users of conversions and, where a figure asks for it, of what they cost.
struct FigureMoments: Sendable {
  private var conversions = Moments()
  private var spends = Moments()
  private var product = CompensatedSum()

  @inline(__always)
  mutating func add(_ conversions: Double) { self.conversions.add(conversions) }

  mutating func add(_ conversions: Double, spend: Double) {
    self.conversions.add(conversions)
    spends.add(spend)
    product.add(conversions * spend)
  }

  mutating func add(_ other: FigureMoments) {
    conversions.add(other.conversions)
    spends.add(other.spends)
    product.add(other.product.value)
  }

  /// The total of the conversions.
  var estimate: Truth.Estimate { conversions.estimate }

  /// The total of what they cost.
  var spend: Double { spends.total }

  /// The quotient of the totals, its error by the delta method; NaN where there is nothing to divide by.
  var quotient: Truth.Estimate {
    let (x, y, count) = (spends.total, conversions.total, conversions.count)
    guard x != 0 else { return Truth.Estimate(conversions: .nan, standardError: .nan) }
    let quotient = y / x
    // Residuals y − quotient · x sum to 0.
    let squares =
      conversions.sumOfSquares - 2 * quotient * product.value + quotient * quotient * spends.sumOfSquares
    let variance = count > 1 ? max(0, squares) / (count - 1) : 0
    return Truth.Estimate(conversions: quotient, standardError: (count * variance).squareRoot() / abs(x))
  }
}

/// What groups of users add up to whose Shapley values were sampled.
struct GroupMoments: Sendable {
  private var groups: [(users: Double, total: Double)] = []
  /// Over users, of the distance from their group's mean.
  private var within = CompensatedSum()

  mutating func addGroup(_ values: [Double]) {
    let total = values.compensatedSum()
    let mean = total / Double(max(values.count, 1))
    groups.append((users: Double(values.count), total: total))
    for value in values { within.add((value - mean) * (value - mean)) }
  }

  mutating func add(_ other: GroupMoments) {
    groups += other.groups
    within.add(other.within.value)
  }

  /// The total, its standard error over groups, and the part of it that the orders add to that of the users.
  var estimate: (Truth.Estimate, orderError: Double) {
    let users = groups.reduce(0) { $0 + $1.users }
    let total = groups.lazy.map(\.total).compensatedSum()
    let count = Double(groups.count)
    guard count > 1 else { return (Truth.Estimate(conversions: total, standardError: .nan), .nan) }
    let mean = total / users
    let between = groups.reduce(0) { sum, group in
      let distance = group.total - group.users * mean
      return sum + distance * distance
    }
    let variance = between * count / (count - 1)
    let ofUsers = within.value * users / max(users - count, 1)
    return (
      Truth.Estimate(conversions: total, standardError: variance.squareRoot()),
      max(0, variance - ofUsers).squareRoot()
    )
  }
}
