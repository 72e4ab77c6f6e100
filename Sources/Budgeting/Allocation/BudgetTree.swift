/// The groups of a problem as a tree: the whole budget on top, items below.
///
/// Since groups are nested or apart, what a group gets at a price λ is what its parts would get at λ, held within its
/// limits. That sum falls with λ, so one bisection finds the price of the whole, and one more that of each group whose
/// limits bind.
struct BudgetTree: Sendable {
  struct Node: Sendable {
    var name: String
    var limits: ClosedRange<Double>
    var nodes: [Int] = []
    var items: [Int] = []
  }

  /// The whole comes first.
  private(set) var nodes: [Node]

  /// What messages call the whole.
  static let whole = "the budget"

  /// - Complexity: O(members of groups).
  init(_ problem: AllocationProblem, total: Double) throws(AllocationError) {
    nodes = [Node(name: Self.whole, limits: total...total)]
    // From large to small: a group's members all lie in one group so far, its parent.
    var innermost = [Int](repeating: 0, count: problem.items.count)
    let order = problem.groups.indices.sorted {
      (problem.groups[$1].members.count, $0) < (problem.groups[$0].members.count, $1)
    }
    for index in order {
      let group = problem.groups[index]
      guard let first = group.members.first else { continue }
      let parent = innermost[first]
      if let other = group.members.first(where: { innermost[$0] != parent }) {
        let node = parent == 0 ? innermost[other] : parent
        throw .crossingGroups(nodes[node].name, group.name)
      }
      let id = nodes.count
      // No limit is infinite: it enters the bound of what is possible.
      let most = group.members.reduce(0) { $0 + problem.items[$1].limits.upperBound }
      let upper = max(group.limits.lowerBound, min(group.limits.upperBound, most))
      nodes.append(Node(name: group.name, limits: group.limits.lowerBound...upper))
      nodes[parent].nodes.append(id)
      for member in group.members { innermost[member] = id }
    }
    for (item, node) in innermost.enumerated() { nodes[node].items.append(item) }
  }

  // MARK: What is possible

  /// Whether some way to share out the total keeps within all limits.
  func isPossible(_ items: [AllocationProblem.Item]) -> Bool { (try? range(0, items)) != nil }

  /// What limits may be missed by, as a share of the money: sums of many of them round.
  private static let slack = 1e-9
  /// Causes that an error names; others are counted.
  private static let mostCauses = 5

  /// The least and the most that a node's parts allow, within its own limits.
  ///
  /// - Throws: Where limits clash.
  func range(_ node: Int, _ items: [AllocationProblem.Item]) throws(AllocationError) -> ClosedRange<Double> {
    let (nodeName, limits) = (nodes[node].name, nodes[node].limits)
    var (low, high) = (0.0, 0.0)
    var parts: [(name: String, range: ClosedRange<Double>)] = []
    for child in nodes[node].nodes {
      parts.append((nodes[child].name, try range(child, items)))
    }
    for item in nodes[node].items { parts.append((items[item].name, items[item].limits)) }
    for part in parts {
      low += part.range.lowerBound
      high += part.range.upperBound
    }
    let tolerance = Self.slack * max(1, high.isFinite ? high : low)
    func causes(_ bound: KeyPath<ClosedRange<Double>, Double>, _ sign: String) -> [String] {
      let sorted = parts.filter { $0.range[keyPath: bound] > 0 }.sorted {
        ($1.range[keyPath: bound], $0.name) < ($0.range[keyPath: bound], $1.name)
      }
      let shown = sorted.prefix(Self.mostCauses).map { "\($0.name) \(sign) \(money($0.range[keyPath: bound]))" }
      return shown + (sorted.count > Self.mostCauses ? ["\(sorted.count - Self.mostCauses) more"] : [])
    }
    let what = node == 0 ? nodeName : "the limit of \"\(nodeName)\""
    if low > limits.upperBound + tolerance {
      throw .tooLittle(what: what, limit: limits.upperBound, least: low, because: causes(\.lowerBound, "at least"))
    }
    if high < limits.lowerBound - tolerance {
      throw .tooMuch(what: what, limit: limits.lowerBound, most: high, because: causes(\.upperBound, "at most"))
    }
    low = min(max(low, limits.lowerBound), limits.upperBound)
    high = max(min(high, limits.upperBound), low)
    return low...high
  }

  // MARK: Prices

  /// What a node's parts get at a price, its own limits left aside.
  private func demand(_ node: Int, _ price: Double, _ pieces: [ConcavePiece]) -> Double {
    var sum = 0.0
    for child in nodes[node].nodes { sum += held(child, price, pieces) }
    for item in nodes[node].items { sum += pieces[item].spend(atPrice: price) }
    return sum
  }

  /// The same within its limits.
  private func held(_ node: Int, _ price: Double, _ pieces: [ConcavePiece]) -> Double {
    let limits = nodes[node].limits
    return min(max(demand(node, price, pieces), limits.lowerBound), limits.upperBound)
  }

  /// What the best sharing out of the total is, and what it is worth at the most.
  struct Sharing {
    var spends: [Double]
    /// An upper bound of the sum of the pieces: the value of the dual problem at the prices found.
    var bound: Double
    /// What one more unit of the whole would bring.
    var price: Double
    /// By item, what one more unit of its node would bring.
    var prices: [Double]
  }

  /// The best sharing out among concave pieces. The limits must be possible.
  ///
  /// - Complexity: O(64 × items × depth of the tree).
  func share(_ pieces: [ConcavePiece]) -> Sharing {
    let none = [Double](repeating: 0, count: pieces.count)
    var sharing = Sharing(spends: none, bound: 0, price: 0, prices: none)
    let amount = nodes[0].limits.lowerBound
    sharing.price = share(amount, in: 0, at: nil, parentPrice: 0, pieces, &sharing)
    return sharing
  }

  /// The smallest price at which the parts ask for no more than an amount, and the one just below it. Bisection over
  /// the bits of a non-negative number: their order is that of the numbers.
  private func prices(_ node: Int, _ amount: Double, _ pieces: [ConcavePiece]) -> (below: Double, price: Double) {
    // A sum of many spends rounds.
    let enough = amount + 1e-14 * abs(amount)
    if demand(node, 0, pieces) <= enough { return (0, 0) }
    var (low, high) = (UInt64(0), Double.greatestFiniteMagnitude.bitPattern)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if demand(node, Double(bitPattern: middle), pieces) <= enough { high = middle } else { low = middle }
    }
    return (Double(bitPattern: low), Double(bitPattern: high))
  }

  /// Shares an amount out among a node's parts.
  ///
  /// - Parameters:
  ///   - amount: What the node gets.
  ///   - node: Its index.
  ///   - given: The prices of the node above, which are also this one's where its own limits do not bind.
  ///   - parentPrice: The price of the node above.
  ///   - pieces: By item.
  ///   - sharing: Gets spends, prices, and the node's part of the bound.
  /// - Returns: The node's price.
  @discardableResult
  private func share(
    _ amount: Double, in node: Int, at given: (below: Double, price: Double)?, parentPrice: Double,
    _ pieces: [ConcavePiece], _ sharing: inout Sharing
  ) -> Double {
    let (below, price): (Double, Double)
    if let given, demand(node, given.price, pieces) <= amount, amount <= demand(node, given.below, pieces) {
      // The node's own limits do not bind.
      (below, price) = given
    } else {
      (below, price) = prices(node, amount, pieces)
      // What is given away by the limits that make this price another one than that above.
      let limits = nodes[node].limits
      let difference = price - parentPrice
      sharing.bound += difference > 0 ? difference * limits.upperBound : difference * limits.lowerBound
    }
    // Between the two prices some parts jump, along straight stretches that are worth the same everywhere: they are
    // filled one after the other.
    var left = amount
    var (parts, highs): ([Double], [Double]) = ([], [])
    for child in nodes[node].nodes {
      parts.append(held(child, price, pieces))
      highs.append(max(parts[parts.count - 1], held(child, below, pieces)))
    }
    for item in nodes[node].items {
      parts.append(pieces[item].spend(atPrice: price))
      highs.append(max(parts[parts.count - 1], pieces[item].spend(atPrice: below)))
    }
    for part in parts { left -= part }
    for index in parts.indices where left > 0 {
      let more = min(left, highs[index] - parts[index])
      parts[index] += more
      left -= more
    }
    for (index, child) in nodes[node].nodes.enumerated() {
      share(parts[index], in: child, at: (below, price), parentPrice: price, pieces, &sharing)
    }
    for (index, item) in nodes[node].items.enumerated() {
      sharing.spends[item] = parts[nodes[node].nodes.count + index]
      sharing.prices[item] = price
      let best = pieces[item].spend(atPrice: price)
      sharing.bound += pieces[item].value(best) - price * best
    }
    return price
  }
}
