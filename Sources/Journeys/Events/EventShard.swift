/// A part of an event log: the identifiers with one kind of hash, and the events of their persons.
///
/// `@unchecked Sendable`: each shard is filled by one piece of parallel work at a time.
final class EventShard: @unchecked Sendable {
  struct Stored: BitwiseCopyable {
    var time: Int64
    /// The person's index: that of an identifier of this shard.
    var person: UInt32
    var code: TouchCode
  }

  @exclusivity(unchecked) private(set) var identifiers = IdentifierTable()
  @exclusivity(unchecked) private(set) var events = RawColumn<Stored>()
  @exclusivity(unchecked) private(set) var outcomes = RawColumn<Outcome>()
  /// As many an event as there are measures.
  @exclusivity(unchecked) private(set) var measures = RawColumn<Double>()
  /// With several id columns, each event's identifiers by their ids in the whole log.
  @exclusivity(unchecked) private(set) var identifierIDs = RawColumn<UInt32>()
  /// What loading ahead gave: it means nothing, and keeps the loads from being optimised away.
  @exclusivity(unchecked) private var loaded = 0

  /// Identifiers looked up together: their slots and entries are loaded before the first is compared, so that the waits
  /// for memory overlap.
  private static let lookahead = 32
  /// The most leading bits that persons are first sorted by: more counters than 8 MB of them would cost more than the
  /// few comparisons that they save.
  private static let mostSortingBits = 20

  /// Looks a batch's identifiers up, and with one id column stores their events.
  func take(_ batch: EventBatch, shard: Int) {
    let entries = batch.entries(ofShard: shard)
    identifiers.reserve(entries.count)
    let references = batch.identifiers.buffer
    let isSingle = batch.identifierColumns == 1
    var start = 0
    while start < entries.count {
      let end = min(start + Self.lookahead, entries.count)
      for index in start..<end {
        loaded &+= identifiers.load(references[Int(entries[index])].hash)
      }
      for index in start..<end {
        loaded &+= identifiers.loadEntry(references[Int(entries[index])].hash)
      }
      for index in start..<end {
        let position = Int(entries[index])
        let reference = references[position]
        let column = isSingle ? 0 : position % batch.identifierColumns
        let person = identifiers.intern(reference, batch.text(reference), column: column)
        if isSingle {
          store(batch, event: position, person: UInt32(truncatingIfNeeded: person))
        } else {
          batch.resolve(position, to: EventLog.identifierID(shard: shard, index: person))
        }
      }
      start = end
    }
  }

  /// Stores the events whose first identifier belongs to this shard; for several id columns, when all are resolved.
  func takeResolved(_ batch: EventBatch, shard: Int) {
    let columns = batch.identifierColumns
    for entry in batch.entries(ofShard: shard) where batch.isFirst(Int(entry)) {
      let event = Int(entry) / columns
      store(batch, event: event, person: EventLog.position(batch.resolved[Int(entry)]).index)
      let ids = batch.resolved.buffer[event * columns..<(event + 1) * columns]
      identifierIDs.append(contentsOf: UnsafeBufferPointer(rebasing: ids))
    }
  }

  @inline(__always)
  private func store(_ batch: EventBatch, event: Int, person: UInt32) {
    var code = batch.codes[event]
    if let outcome = code.outcome {
      code = TouchCode(outcome: outcomes.count)
      outcomes.append(batch.outcomes[outcome])
    }
    events.append(Stored(time: batch.times[event], person: person, code: code))
    if batch.measureColumns > 0 {
      let columns = batch.measureColumns
      measures.append(
        contentsOf: UnsafeBufferPointer(
          rebasing: batch.measures.buffer[event * columns..<(event + 1) * columns]))
    }
  }

  /// Takes an event of another shard over, for a person of this one.
  func adopt(_ event: Int, of other: EventShard, person: UInt32, measureColumns: Int) {
    var stored = other.events[event]
    if let outcome = stored.code.outcome {
      stored.code = TouchCode(outcome: outcomes.count)
      outcomes.append(other.outcomes[outcome])
    }
    stored.person = person
    events.append(stored)
    if measureColumns > 0 {
      measures.append(
        contentsOf: UnsafeBufferPointer(
          rebasing: other.measures.buffer[event * measureColumns..<(event + 1) * measureColumns]))
    }
  }

  /// Takes another shard's identifiers over, before any of its own are there.
  func adoptIdentifiers(of other: EventShard) { swap(&identifiers, &other.identifiers) }

  /// The persons' indices in a fixed order, whatever the order of the input: by hash, and then as identifiers are.
  ///
  /// - Complexity: O(n): hashes are spread evenly, so that few persons share their leading bits.
  func orderedPersons() -> [UInt32] {
    let entries = identifiers.entries.buffer
    // The upper six bits are the shard's.
    let bits = max(1, min(Self.mostSortingBits, Int.bitWidth - entries.count.leadingZeroBitCount))
    func bucket(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: (hash << 6) >> UInt64(64 - bits)) }
    var ends = [Int](repeating: 0, count: 1 << bits)
    for entry in entries { ends[bucket(entry.hash)] += 1 }
    var sum = 0
    for index in ends.indices {
      (ends[index], sum) = (sum, sum + ends[index])
    }
    var order = [UInt32](repeating: 0, count: entries.count)
    for (person, entry) in entries.enumerated() {
      let bucket = bucket(entry.hash)
      order[ends[bucket]] = UInt32(person)
      ends[bucket] += 1
    }
    // What is left is out of order within buckets alone.
    for index in order.indices.dropFirst() {
      let person = order[index]
      var position = index
      while position > 0 && precedes(person, order[position - 1]) {
        order[position] = order[position - 1]
        position -= 1
      }
      order[position] = person
    }
    return order
  }

  private func precedes(_ left: UInt32, _ right: UInt32) -> Bool {
    let entries = identifiers.entries.buffer
    let (leftEntry, rightEntry) = (entries[Int(left)], entries[Int(right)])
    if leftEntry.hash != rightEntry.hash { return leftEntry.hash < rightEntry.hash }
    return IdentifierTable.precedes(
      leftEntry, identifiers.text(Int(left)), rightEntry, identifiers.text(Int(right)))
  }
}
