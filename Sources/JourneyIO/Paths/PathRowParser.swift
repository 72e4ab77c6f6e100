import TouchstoneJourneys

/// Turns the fields of records into rows of a path table.
struct PathRowParser: FieldSink, ~Copyable {
  let layout: PathTableLayout
  let known: TouchpointTable
  let provisionalStart: Int32
  let separator: [UInt8]
  let separatorStart: UInt64
  var names = NameCache()
  /// What the records came to so far.
  var block: ParsedPaths
  var lineCount: Int {
    get { block.lineCount }
    set { block.lineCount = newValue }
  }
  private(set) var row: Row
  /// Whether the record says itself that no touch belongs to it.
  var isBaseline = false

  /// - Parameters:
  ///   - known: The names that keep their ids; others get provisional ones.
  ///   - block: Where rows go; it must be empty.
  init(_ layout: PathTableLayout, known: TouchpointTable, block: consuming ParsedPaths) {
    self.layout = layout
    self.known = known
    self.block = block
    provisionalStart = Int32(known.count)
    separator = Array(layout.pathSeparator.utf8)
    separatorStart = ByteScan.pattern(separator[0])
    row = Row()
    row.decayConversions = layout.halfLives.map { _ in [] }
    row.decayValues = layout.halfLives.map { _ in [] }
  }

  /// Reads all records of a block, up to the first that cannot be read.
  static func parse(
    _ records: TextBlock, _ layout: PathTableLayout, known: TouchpointTable, into block: inout ParsedPaths
  ) {
    var parser = PathRowParser(layout, known: known, block: block)
    // The parser's copy must be the only one, or changing it would copy its arrays.
    block = ParsedPaths(batch: block.batch)
    let columns = RecordColumns(names: layout.columnNames, delimiter: layout.delimiter)
    let failure = records.parse(columns, into: &parser)
    block = parser.finish(failure)
  }

  private consuming func finish(_ failure: RecordFailure?) -> ParsedPaths {
    block.failure = failure
    return block
  }

  /// What a record has said so far.
  struct Row {
    var totals = PathTotals(conversions: 0)
    var touchCount = 0
    var pathOrigin: UnsafePointer<UInt8>?
    var valueOrigin: UnsafePointer<UInt8>?
    /// Time-decay credits of conversions, for one half-life after the other, and of value.
    var decayConversions: [[Double]] = []
    var decayValues: [[Double]] = []
  }

  @inline(__always)
  mutating func begin(_ record: UnsafePointer<UInt8>) {
    row.totals = PathTotals(conversions: 0)
    row.touchCount = 0
    isBaseline = false
    row.pathOrigin = record
    row.valueOrigin = record
  }

  @inline(__always)
  mutating func end(_ record: UnsafePointer<UInt8>, columns: Int) throws(RecordFault) {
    if row.totals.conversions == 0 || row.touchCount == 0 {
      try check()
      if row.totals.journeys == 0 { block.weightlessRows += 1 }
    }
    let credits = block.batch.closeRow(touches: row.touchCount, row.totals)
    if credits.count > 0 { try giveDecay(credits, record) }
  }

  /// Refuses what only the whole record shows.
  private mutating func check() throws(RecordFault) {
    if row.totals.conversions == 0 && row.totals.value != 0 {
      throw RecordFault(
        position: row.valueOrigin!,
        problem: "\(columnName(.value)) is \(row.totals.value) on a row without conversions",
        remedy: "count its conversions, or set the value to 0")
    }
    if row.touchCount == 0 && layout.emptyPaths == .reject && !isBaseline {
      throw RecordFault(
        position: row.pathOrigin!, problem: "the path is empty",
        remedy: "remove the row, or count it as baseline with --empty-paths baseline")
    }
  }

  /// Takes what a field says.
  @inline(__always)
  mutating func take(_ field: FieldBytes, column: Int) throws(RecordFault) {
    switch layout.fields[column] {
    case .path:
      row.pathOrigin = field.origin
      // No path has more touches than half its bytes, rounded up.
      let touches = block.batch.openRow(capacity: field.count / 2 + 1)
      row.touchCount = try readTouches(field, touches)
    case .conversions:
      row.totals.conversions = try count(field, .conversions)
      if layout.rows == .journeys { row.totals.nonConverting = 1 - row.totals.conversions }
    case .nulls: row.totals.nonConverting = try count(field, .nulls)
    case .value:
      row.valueOrigin = field.origin
      row.totals.value = try value(field)
    case .decayConversions(let index):
      row.decayConversions[index] = try numbers(field, column)
    case .decayValue(let index):
      row.decayValues[index] = try numbers(field, column)
    case .unused: break
    }
  }
}
