/// Events as they are read, before they are put to their persons.
///
/// A batch names its touchpoints by the ids of a ``TouchpointTable`` that its owner holds. Its memory is kept
/// from one filling to the next.
///
/// `@unchecked Sendable`: one thread at a time fills a batch, and it is only read once it is sealed.
public final class EventBatch: @unchecked Sendable {
  // Unchecked, for the same reason as in PathBatch.
  @exclusivity(unchecked) private(set) var times = RawColumn<Int64>()
  @exclusivity(unchecked) private(set) var codes = RawColumn<TouchCode>()
  @exclusivity(unchecked) private(set) var outcomes = RawColumn<Outcome>()
  /// As many a event as there are id columns.
  @exclusivity(unchecked) private(set) var identifiers = RawColumn<IdentifierReference>()
  @exclusivity(unchecked) private(set) var identifierBytes = RawColumn<UInt8>()
  /// As many an event as there are measures.
  @exclusivity(unchecked) private(set) var measures = RawColumn<Double>()

  let identifierColumns: Int
  let measureColumns: Int

  /// Which identifiers belong to which shard: positions in ``identifiers``, sorted by shard; filled by ``seal()``.
  private(set) var entries = RawColumn<UInt32>()
  private var shardStarts = [Int](repeating: 0, count: EventLog.shardCount + 1)
  /// Where each identifier was found to stand, by position in ``identifiers``: with several id columns only.
  @exclusivity(unchecked) private(set) var resolved = RawColumn<UInt32>()
  static let missing = UInt32.max

  /// A batch without events.
  ///
  /// - Parameters:
  ///   - identifierColumns: The number of id columns, at least 1.
  ///   - measureColumns: The number of measures of each event.
  public init(identifierColumns: Int = 1, measureColumns: Int = 0) {
    precondition(identifierColumns > 0, "events have an id")
    self.identifierColumns = identifierColumns
    self.measureColumns = measureColumns
  }

  /// The number of events.
  public var count: Int { times.count }

  /// Forgets all events, and keeps the memory.
  public func removeAll() {
    times.removeAll()
    codes.removeAll()
    outcomes.removeAll()
    identifiers.removeAll()
    identifierBytes.removeAll()
    measures.removeAll()
  }

  /// Gives the next event's identifiers, one a column in their order; empty where missing.
  ///
  /// - Parameter bytes: The identifier; eight bytes behind it must be readable.
  @inline(__always)
  public func appendIdentifier(_ bytes: UnsafeRawBufferPointer, column: Int) {
    guard bytes.count > 0 else {
      identifiers.append(IdentifierReference())
      return
    }
    let start = identifierBytes.count
    precondition(start < UInt32.max && bytes.count < UInt32.max, "a batch holds less than 4 GiB of identifiers")
    let copy = UnsafeMutableRawPointer(identifierBytes.append(uninitialized: bytes.count &+ 8))
    // Word by word, up to seven bytes too many: most identifiers are short.
    var position = 0
    while position < bytes.count {
      let word = bytes.baseAddress.unsafelyUnwrapped.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      copy.storeBytes(of: word, toByteOffset: position, as: UInt64.self)
      position &+= 8
    }
    identifierBytes.removeAll(from: start &+ bytes.count)
    identifiers.append(
      IdentifierReference(
        hash: Identifier.hash(bytes, column: column), start: UInt32(truncatingIfNeeded: start),
        length: UInt32(truncatingIfNeeded: bytes.count)))
  }

  /// Gives one measure of the next event; NaN where it is missing.
  @inline(__always)
  public func appendMeasure(_ value: Double) { measures.append(value) }

  /// Adds the event whose identifiers and measures were given.
  @inline(__always)
  public func append(_ event: Event) {
    times.append(event.time)
    if event.role == .touch {
      guard let touchpoint = event.touchpoint else { preconditionFailure("a touch has a touchpoint") }
      codes.append(TouchCode(touchpoint: touchpoint, kind: event.kind))
    } else {
      codes.append(TouchCode(outcome: outcomes.count))
      outcomes.append(
        Outcome(
          conversions: event.conversions, value: event.value, touchpoint: event.touchpoint ?? -1,
          kind: event.kind, role: event.role))
    }
  }

  /// Replaces the touchpoint ids from `first` upward, which a reader gave out provisionally.
  ///
  /// - Parameters:
  ///   - first: The lowest provisional id.
  ///   - ids: The final id of provisional id `first + i`.
  package func replaceProvisional(from first: Int32, with ids: [Int32]) {
    for index in 0..<codes.count where codes[index].outcome == nil && codes[index].touchpoint >= first {
      codes[index] = TouchCode(
        touchpoint: ids[Int(codes[index].touchpoint - first)], kind: codes[index].kind)
    }
    for index in 0..<outcomes.count where outcomes[index].touchpoint >= first {
      outcomes[index].touchpoint = ids[Int(outcomes[index].touchpoint - first)]
    }
  }

  /// Sorts the identifiers by the shard that they belong to.
  package func seal() {
    precondition(
      identifiers.count == count * identifierColumns && measures.count == count * measureColumns,
      "each event has its identifiers and measures")
    var starts = [Int](repeating: 0, count: EventLog.shardCount + 1)
    let identifiers = identifiers.buffer
    for reference in identifiers where reference.length > 0 {
      starts[Identifier.shard(reference.hash) + 1] += 1
    }
    for shard in 0..<EventLog.shardCount { starts[shard + 1] += starts[shard] }
    shardStarts = starts
    entries.removeAll()
    let sorted = entries.append(uninitialized: starts[EventLog.shardCount])
    for (position, reference) in identifiers.enumerated() where reference.length > 0 {
      let shard = Identifier.shard(reference.hash)
      sorted[starts[shard]] = UInt32(truncatingIfNeeded: position)
      starts[shard] += 1
    }
    if identifierColumns > 1 {
      resolved.removeAll()
      resolved.append(uninitialized: identifiers.count).initialize(
        repeating: Self.missing, count: identifiers.count)
    }
  }

  /// The positions of the identifiers that belong to a shard.
  func entries(ofShard shard: Int) -> UnsafeBufferPointer<UInt32> {
    UnsafeBufferPointer(rebasing: entries.buffer[shardStarts[shard]..<shardStarts[shard + 1]])
  }

  @inline(__always)
  func text(_ reference: IdentifierReference) -> UnsafePointer<UInt8> {
    UnsafePointer(identifierBytes.buffer.baseAddress.unsafelyUnwrapped + Int(reference.start))
  }

  func resolve(_ position: Int, to identifier: UInt32) { resolved[position] = identifier }

  /// Whether an identifier is its event's first.
  func isFirst(_ position: Int) -> Bool {
    let start = position - position % identifierColumns
    return (start..<position).allSatisfy { identifiers[$0].length == 0 }
  }
}
