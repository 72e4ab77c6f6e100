/// Rows of a path table as they are read, before equal paths are merged.
///
/// A batch names its touchpoints by the ids of a ``TouchpointTable`` that its owner holds. Its memory is kept
/// from one filling to the next.
///
/// `@unchecked Sendable`: one thread at a time fills a batch, and it is only read once it is sealed.
public final class PathBatch: @unchecked Sendable {
  // Unchecked: the owner's rule above leaves nothing for run-time checks of exclusive access to find, and they
  // would cost as much as storing a row.
  @exclusivity(unchecked) private var memory = UnsafeMutableRawPointer.allocate(
    byteCount: firstCapacity, alignment: 8)
  @exclusivity(unchecked) private var capacity = firstCapacity
  @exclusivity(unchecked) private var used = 0
  /// The number of rows.
  @exclusivity(unchecked) public private(set) var count = 0

  /// Where the rows lie, sorted by the part of the table that they belong to; filled by ``seal()``.
  private(set) var entries: [Entry] = []
  private var partStarts = [Int](repeating: 0, count: PathTable.partCount + 1)

  /// A row's hash, and where it lies in the batch.
  struct Entry: Sendable {
    var hash: UInt64
    var offset: Int
  }

  /// The number of half-lives that every row carries time-decay credits for.
  let halfLifeCount: Int

  /// One page of memory.
  private static let firstCapacity = 4096
  /// Many times what an ordinary block of text comes to.
  private static let mostKept = 16 << 20

  /// A batch without rows.
  ///
  /// - Parameter halfLifeCount: The number of half-lives that every row carries time-decay credits for; that of the
  ///   builder that the batch is meant for.
  public init(halfLifeCount: Int = 0) { self.halfLifeCount = halfLifeCount }

  deinit { memory.deallocate() }

  /// Forgets all rows, and keeps the memory unless very long paths made it large.
  public func removeAll() {
    if capacity > Self.mostKept {
      memory.deallocate()
      capacity = Self.firstCapacity
      memory = .allocate(byteCount: capacity, alignment: 8)
    }
    used = 0
    count = 0
  }

  /// Makes room for the next row's path, at most `capacity` touches, to be written at the pointer returned.
  ///
  /// The pointer is good until the row is closed.
  @inline(__always)
  public func openRow(capacity touches: Int) -> UnsafeMutablePointer<Int32> {
    let needed = used &+ PathRecord.size(touches: touches, halfLives: halfLifeCount)
    if needed > capacity { grow(to: needed) }
    return PathRecord(base: memory + used).openTouches(touches)
  }

  /// Ends the row that was opened. A path without touches is a journey that no touchpoint took part in.
  ///
  /// - Returns: The row's time-decay credits, all 0, to be filled before the next row is opened: those of the first
  ///   half-life touch by touch, then those of the second, and so on.
  @inline(__always) @discardableResult
  public func closeRow(
    touches: Int, _ totals: PathTotals
  ) -> UnsafeMutableBufferPointer<DecayCredit> {
    let record = PathRecord(base: memory + used)
    record.close(touches: touches, totals, halfLives: halfLifeCount)
    used &+= record.size
    count &+= 1
    return record.decayCredits
  }

  /// Adds a row.
  public func append(_ path: some Collection<Int32>, _ totals: PathTotals) {
    let touches = openRow(capacity: path.count)
    for (position, touch) in path.enumerated() { touches[position] = touch }
    closeRow(touches: path.count, totals)
  }

  private func forEachRecord(_ body: (PathRecord) -> Void) {
    var offset = 0
    while offset < used {
      let record = PathRecord(base: memory + offset)
      body(record)
      offset += record.size
    }
  }

  private func grow(to needed: Int) {
    let larger = UnsafeMutableRawPointer.allocate(byteCount: needed * 2, alignment: 8)
    larger.copyMemory(from: memory, byteCount: used)
    memory.deallocate()
    memory = larger
    forEachRecord { record in record.bind() }
    capacity = needed * 2
  }

  /// Replaces the ids from `first` upward, which a reader gave out provisionally.
  ///
  /// - Parameters:
  ///   - first: The lowest provisional id.
  ///   - ids: The final id of provisional id `first + i`.
  package func replaceProvisional(from first: Int32, with ids: [Int32]) {
    forEachRecord { record in
      for position in 0..<record.touchCount where record.touches[position] >= first {
        record.touches[position] = ids[Int(record.touches[position] - first)]
      }
    }
  }

  /// Hashes the rows and sorts them by the part of the table that they belong to.
  package func seal() {
    let (memory, count) = (memory, count)
    var starts = [Int](repeating: 0, count: PathTable.partCount + 1)
    let hashes = [UInt64](unsafeUninitializedCapacity: count) { hashes, initialized in
      var offset = 0
      for row in 0..<count {
        let record = PathRecord(base: memory + offset)
        hashes[row] = record.hash
        starts[PathTable.part(of: hashes[row]) + 1] += 1
        offset += record.size
      }
      initialized = count
    }
    for part in 0..<PathTable.partCount { starts[part + 1] += starts[part] }
    partStarts = starts
    entries = [Entry](unsafeUninitializedCapacity: count) { entries, initialized in
      var offset = 0
      for hash in hashes {
        let part = PathTable.part(of: hash)
        entries[starts[part]] = Entry(hash: hash, offset: offset)
        starts[part] += 1
        offset += PathRecord(base: memory + offset).size
      }
      initialized = count
    }
  }

  /// The entries of the rows that belong to a part.
  func entries(ofPart part: Int) -> ArraySlice<Entry> {
    entries[partStarts[part]..<partStarts[part + 1]]
  }

  @inline(__always)
  func record(at offset: Int) -> PathRecord { PathRecord(base: memory + offset) }
}
