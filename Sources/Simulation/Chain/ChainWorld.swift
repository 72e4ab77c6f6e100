import TouchstoneJourneys
import TouchstoneMonteCarlo
import TouchstoneParallel

/// A Markov chain that journeys are sampled from: given, or fitted on paths.
///
/// It is counted here anew, with nothing of what attribution uses: journeys sampled from it can then tell whether
/// attribution is right. A step is one random word and one look-up in an alias table.
public struct ChainWorld: Sendable {
  /// Where a step leads.
  public enum Target: Hashable, Sendable {
    /// To a state, by its index.
    case state(Int)
    case conversion
    case null
  }

  /// A state: the touchpoint that it touches, and where its steps lead.
  public struct State: Sendable {
    /// `nil` for the start, which is state 0.
    public var touchpoint: Int32?
    /// Weights, of any sum above 0.
    public var targets: [(target: Target, weight: Double)]
    /// What a conversion out of it is worth.
    public var value: Double

    public init(touchpoint: Int32?, targets: [(target: Target, weight: Double)], value: Double = 0) {
      self.touchpoint = touchpoint
      self.targets = targets
      self.value = value
    }
  }

  public let touchpoints: TouchpointTable
  public let states: [State]
  private let columns: [Column]
  /// Where each state's columns begin, and how many it has.
  private let rows: [Row]

  /// A column of an alias table with the targets below its threshold and from it on.
  private struct Column: Sendable, BitwiseCopyable {
    var threshold: UInt32
    var below: Int32
    var above: Int32
  }

  private struct Row: Sendable, BitwiseCopyable {
    var start: UInt32
    var count: UInt32
  }

  /// Targets as codes: the indices of states, and these.
  private static let conversion: Int32 = -1
  private static let null: Int32 = -2

  /// A given chain. Traps unless state 0 is the start, each state has a target, targets exist, and every state can
  /// reach an end.
  public init(touchpoints: TouchpointTable, states: [State]) {
    precondition(states.first.map { $0.touchpoint == nil } ?? false, "state 0 is the start")
    self.touchpoints = touchpoints
    self.states = states
    var (columns, rows): ([Column], [Row]) = ([], [])
    for state in states {
      let table = AliasTable(state.targets.map(\.weight))
      rows.append(Row(start: UInt32(columns.count), count: UInt32(state.targets.count)))
      let codes = state.targets.map { target -> Int32 in
        switch target.target {
        case .state(let index):
          precondition(index > 0 && index < states.count, "a target is a state, and not the start")
          return Int32(index)
        case .conversion: return Self.conversion
        case .null: return Self.null
        }
      }
      for column in table.pairs {
        columns.append(
          Column(threshold: column.threshold, below: codes[column.own], above: codes[column.other]))
      }
    }
    self.columns = columns
    self.rows = rows
    precondition(Self.everyStateEnds(states), "every state can reach an end")
  }

  private static func everyStateEnds(_ states: [State]) -> Bool {
    var ends = [Bool](repeating: false, count: states.count)
    var isChanging = true
    while isChanging {
      isChanging = false
      // Backward, since chains that were counted along paths have their states in the order of first visits.
      for index in states.indices.reversed() where !ends[index] {
        ends[index] = states[index].targets.contains { target, weight in
          guard weight > 0 else { return false }
          if case .state(let next) = target { return ends[next] }
          return true
        }
        isChanging = isChanging || ends[index]
      }
    }
    return ends.allSatisfy { $0 }
  }

  /// The chain of order k that paths fit: contexts near the start are states of their own.
  ///
  /// - Parameters:
  ///   - paths: Traps where no journey has a touch.
  ///   - order: The number of touches that a state remembers, at least 1.
  /// - Complexity: O(touches × order).
  public init(_ paths: PathTable, order: Int) {
    precondition(order >= 1 && paths.touched.journeys > 0, "an order of 1 or more, and journeys")
    var indices: [[Int32]: Int] = [[]: 0]
    var states = [State(touchpoint: nil, targets: [])]
    var counts: [[Target: Double]] = [[:]]
    var value = [0.0]
    for part in paths.parts {
      part.forEachRow { path, totals in
        guard totals.journeys > 0 else { return }
        var context: [Int32] = []
        var state = 0
        for touch in path {
          context.append(touch)
          if context.count > order { context.removeFirst() }
          let next: Int
          if let known = indices[context] {
            next = known
          } else {
            next = states.count
            indices[context] = next
            states.append(State(touchpoint: touch, targets: []))
            counts.append([:])
            value.append(0)
          }
          counts[state][.state(next), default: 0] += totals.journeys
          state = next
        }
        if totals.conversions > 0 { counts[state][.conversion, default: 0] += totals.conversions }
        if totals.nonConverting > 0 { counts[state][.null, default: 0] += totals.nonConverting }
        value[state] += totals.value
      }
    }
    for index in states.indices {
      // In an order of their own, since that of a dictionary changes from run to run.
      states[index].targets = counts[index].sorted { Self.rank($0.key) < Self.rank($1.key) }.map {
        (target: $0.key, weight: $0.value)
      }
      let converting = counts[index][.conversion] ?? 0
      states[index].value = converting > 0 ? value[index] / converting : 0
    }
    self.init(touchpoints: paths.touchpoints, states: states)
  }

  private static func rank(_ target: Target) -> Int {
    switch target {
    case .state(let index): index
    case .conversion: .max - 1
    case .null: .max
    }
  }

  // MARK: Sampling

  /// Enough walks that starting a piece of work costs nothing beside them.
  private static let journeysPerChunk = 65_536
  /// Chunks whose paths are held before they are merged.
  private static let chunksPerWave = 32

  /// Journeys sampled from the chain, as a path table.
  ///
  /// A journey is a function of the seed and its index.
  /// - Complexity: O(touches), in parallel.
  public func sample(journeys: Int, seed: UInt64) -> PathTable {
    let chunks = Parallel.ranges(count: journeys, length: Self.journeysPerChunk)
    var builder = PathTableBuilder()
    for wave in Parallel.ranges(count: chunks.count, length: Self.chunksPerWave) {
      builder.add(
        Parallel.map(wave.count) { index in
          let batch = PathBatch()
          walk(chunks[wave.lowerBound + index], seed: seed) { path, converts, value in
            batch.append(
              path, PathTotals(conversions: converts ? 1 : 0, value: value, nonConverting: converts ? 0 : 1))
          }
          return batch
        })
    }
    return builder.finish(touchpoints: touchpoints)
  }

  /// Walks along the chain, journey after journey.
  ///
  /// - Parameters:
  ///   - journeys: The indices of the journeys.
  ///   - body: Called with the touches, whether the journey converts, and its value.
  /// - Returns: The number of steps, ends included.
  @discardableResult
  public func walk(
    _ journeys: Range<Int>, seed: UInt64, _ body: (UnsafeBufferPointer<Int32>, Bool, Double) -> Void
  ) -> Int {
    let key = RandomStream.key(seed: seed, purpose: .chain)
    let touched = states.map { $0.touchpoint ?? -1 }
    // Grown where a path is longer.
    var capacity = 1_024
    var path = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    defer { path.deallocate() }
    var steps = 0
    columns.withUnsafeBufferPointer { columns in
      rows.withUnsafeBufferPointer { rows in
        touched.withUnsafeBufferPointer { touched in
          for journey in journeys {
            var state: Int32 = 0
            var length = 0
            var position: UInt64 = 0
            @inline(__always) func step(_ word: UInt64) -> Bool {
              let row = rows[Int(state)]
              let index = Int(truncatingIfNeeded: ((word &>> 32) &* UInt64(row.count)) &>> 32)
              let column = columns[Int(row.start) &+ index]
              state = UInt32(truncatingIfNeeded: word) < column.threshold ? column.below : column.above
              if state < 0 { return false }
              if length == capacity {
                let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity * 2)
                larger.update(from: path, count: length)
                path.deallocate()
                path = larger
                capacity *= 2
              }
              path[length] = touched[Int(state)]
              length &+= 1
              return true
            }
            var last: Int32 = 0
            while true {
              let words = Philox.block(counter: (position, UInt64(truncatingIfNeeded: journey)), key: key)
              position &+= 1
              last = state
              guard step(words.0) else { break }
              last = state
              guard step(words.1) else { break }
            }
            steps &+= length &+ 1
            let converts = state == Self.conversion
            body(UnsafeBufferPointer(start: path, count: length), converts, converts ? states[Int(last)].value : 0)
          }
        }
      }
    }
    return steps
  }
}
