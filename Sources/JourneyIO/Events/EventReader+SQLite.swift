import Foundation
import GRDB
import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneText

/// Events from an SQLite database, read through GRDB.
extension EventReader {
  private static let rowsPerWave = 1 << 16
  private static let bytesPerWave = 64 << 20

  func read(_ location: SQLiteLocation) throws(InputError) -> Result {
    if case .table("") = location.selection {
      throw InputError(
        .missing, source: location.path, problem: "nothing says which table to read",
        remedy: "write sqlite:FILE?table=NAME or sqlite:FILE?query=SELECT…")
    }
    // SQLite would say no more than that it cannot open the file.
    _ = try openSource(.file(location.path))
    do {
      var configuration = Configuration()
      configuration.readonly = true
      let database = try DatabaseQueue(path: location.path, configuration: configuration)
      return try database.read { try read($0, location) }
    } catch let error as InputError {
      throw error
    } catch {
      throw Self.failure(error, location)
    }
  }

  private static func failure(_ error: any Error, _ location: SQLiteLocation) -> InputError {
    let reason = (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
    switch (error as? DatabaseError)?.resultCode {
    case .SQLITE_NOTADB?, .SQLITE_CORRUPT?:
      return InputError(
        .badData, source: location.path, problem: "this is no SQLite database, or a damaged one (\(reason))",
        remedy: "check the file with PRAGMA integrity_check, or export the table as CSV")
    case .SQLITE_BUSY?, .SQLITE_LOCKED?:
      return InputError(
        .readFailure, source: location.path, problem: "the database is locked by another program (\(reason))",
        remedy: "try again when it has finished, or read a copy")
    case .SQLITE_READONLY? where (error as? DatabaseError)?.sql == nil || location.isTable, .SQLITE_CANTOPEN?:
      // Reading a database with a write-ahead log needs a file beside it.
      return InputError(
        .readFailure, source: location.path, problem: "SQLite cannot open the database (\(escapedForMessage(reason)))",
        remedy: "copy it, with its -wal file if there is one, to a folder that may be written to")
    case .SQLITE_ERROR?, .SQLITE_AUTH?, .SQLITE_READONLY?, .SQLITE_MISUSE?:
      return InputError(
        .badData, source: location.path, problem: "SQLite refuses the query (\(escapedForMessage(reason)))",
        remedy: "correct it: one statement that reads")
    default:
      return InputError(
        .readFailure, source: location.path, problem: "SQLite failed (\(escapedForMessage(reason)))",
        remedy: "check the disk and try again")
    }
  }

  private func read(_ database: Database, _ location: SQLiteLocation) throws -> Result {
    let rows: RowCursor
    switch location.selection {
    case .table(let name):
      guard try database.tableExists(name) || database.viewExists(name) else {
        throw try noTable(name, database, location)
      }
      rows = try Row.fetchCursor(database, sql: "SELECT * FROM \(Self.quoted(name))")
    case .query(let query): rows = try Row.fetchCursor(database, sql: query)
    }
    let statement = rows._statement
    let keys = statement.columnNames
    let reading = HeaderReading(keys, delimiter: 0, search: EventLayout.search(format))
    var fields = RowFields(columns: keys.count)
    var next = try rows.next()
    let first = try next.map { try fields.fill($0) }
    let layout = try EventLayout(
      reading, format: format, hasDelimiter: false, source: location.path, line: nil
    ) { column in first.map { Array($0[column].trimmed.bytes) } }

    var builder = EventLogBuilder(
      identifierColumns: layout.users.map { keys[$0] }, measureNames: layout.measureNames, hasCost: layout.hasCost)
    var touchpoints = TouchpointTable()
    var block = ParsedEvents(
      batch: EventBatch(identifierColumns: layout.users.count, measureColumns: layout.measures.count))
    var (rowCount, withoutTouchpoint) = (0, 0)
    while next != nil {
      block.clear()
      let known = touchpoints
      var parser = EventRowParser(layout, known: known, block: block)
      while let row = next, parser.block.rowCount < Self.rowsPerWave,
        parser.block.batch.identifierByteCount < Self.bytesPerWave
      {
        let filled = try fields.fill(row)
        do throws(RecordFault) {
          try Self.read(filled, into: &parser)
        } catch {
          throw InputError(
            .badData, source: "\(location.path), row \(rowCount + parser.block.rowCount)",
            problem: error.problem, remedy: error.remedy)
        }
        next = try rows.next()
      }
      block = parser.finish(nil)
      rowCount += block.rowCount
      withoutTouchpoint += block.withoutTouchpoint
      let ids = touchpoints.intern(allOf: block.newNames)
      block.replaceProvisional(from: Int32(known.count), with: ids)
      block.seal()
      builder.addSealed([block.batch])
    }
    if rowCount == 0 {
      throw InputError(
        .badData, source: location.path, problem: "the table or query gives no rows",
        remedy: "give at least one event")
    }
    return Result(
      log: builder.finish(touchpoints: touchpoints, sharedIdentifiers: format.sharedIdentifiers),
      layout: layout, rows: rowCount, withoutTouchpoint: withoutTouchpoint)
  }

  /// A name as an identifier of SQL, whatever it holds: GRDB's own quoting leaves double quotes inside as they are.
  private static func quoted(_ name: String) -> String {
    "\"\(name.replacing("\"", with: "\"\""))\""
  }

  private func noTable(
    _ name: String, _ database: Database, _ location: SQLiteLocation
  ) throws -> InputError {
    let names = try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
    let meant =
      Suggestion.nearest(to: name, in: names).map { "did you mean \(quotedForMessage($0))? " } ?? ""
    return InputError(
      .badData, source: location.path, problem: "there is no table \(quotedForMessage(name))",
      remedy: names.isEmpty
        ? "give another file: this database has no tables"
        : meant + "the tables are \(names.map { quotedForMessage($0) }.joined(separator: ", "))")
  }

  private static func read(
    _ fields: UnsafeBufferPointer<FieldBytes>, into parser: inout EventRowParser
  ) throws(RecordFault) {
    guard let record = fields.first?.start else { return }
    parser.begin(record)
    for (column, field) in fields.enumerated() { try parser.take(field, column: column) }
    try parser.end(record, columns: fields.count)
  }
}

/// The columns of a row as fields, in memory that is used again for the next row.
private struct RowFields: ~Copyable {
  private var text: [UInt8] = []
  private var memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1024)
  private let fields: UnsafeMutableBufferPointer<FieldBytes>

  init(columns: Int) { fields = .allocate(capacity: columns) }

  deinit {
    memory.deallocate()
    fields.deallocate()
  }

  /// The row's fields; NULL is empty. They are good until the next row.
  mutating func fill(_ row: Row) throws -> UnsafeBufferPointer<FieldBytes> {
    text.removeAll(keepingCapacity: true)
    var starts: [Int] = []
    for (index, (_, value)) in row.enumerated() {
      starts.append(text.count)
      switch value.storage {
      case .null: break
      case .int64(let number): text.append(contentsOf: "\(number)".utf8)
      case .double(let number): text.append(contentsOf: Self.decimal(number).utf8)
      case .string, .blob:
        // The bytes as they are: a string would end at a zero byte and repair what is not UTF-8.
        try row.withUnsafeData(atIndex: index) { data in text.append(contentsOf: data ?? Data()) }
      }
      // Behind a field, bytes must be readable.
      text.append(contentsOf: repeatElement(0, count: ByteBlock.padding))
    }
    starts.append(text.count)
    if memory.count < text.count {
      memory.deallocate()
      memory = .allocate(capacity: text.count * 2)
    }
    _ = memory.update(fromContentsOf: text)
    let base = UnsafePointer(memory.baseAddress!)
    for column in 0..<starts.count - 1 {
      let start = base + starts[column]
      fields.initializeElement(
        at: column,
        to: FieldBytes(start: start, end: base + starts[column + 1] - ByteBlock.padding, origin: start))
    }
    return UnsafeBufferPointer(fields)
  }

  /// A number without an exponent where it is whole, so that times in a REAL column are read.
  private static func decimal(_ number: Double) -> String {
    if let whole = Int64(exactly: number) { return "\(whole)" }
    return "\(number)"
  }
}
