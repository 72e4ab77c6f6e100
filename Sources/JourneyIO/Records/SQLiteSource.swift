import Foundation
import GRDB
import TouchstoneText

/// A table, or the result of a query, of an SQLite database.
public struct SQLiteLocation: Sendable, Equatable {
  /// The database's file.
  public let path: String
  /// What is read of it.
  public let selection: Selection

  /// What is read of the database: a table or view by its name, or one statement that reads.
  public enum Selection: Sendable, Equatable {
    case table(String)
    case query(String)
  }

  var isTable: Bool {
    if case .table = selection { true } else { false }
  }

  public init(path: String, selection: Selection) {
    self.path = path
    self.selection = selection
  }

  /// The location that text such as `sqlite:shop.db?table=events` names, or `nil` where the text begins differently.
  ///
  /// What follows `table=` or `query=` is taken as it stands.
  init?(argument: String) {
    guard argument.hasPrefix("sqlite:") else { return nil }
    let rest = argument.dropFirst("sqlite:".count)
    let marks = [("?table=", Selection.table), ("?query=", Selection.query)].compactMap { mark, make in
      rest.firstRange(of: mark).map { ($0, make) }
    }
    if let (range, make) = marks.min(by: { $0.0.lowerBound < $1.0.lowerBound }) {
      self.init(path: String(rest[..<range.lowerBound]), selection: make(String(rest[range.upperBound...])))
      return
    }
    self.init(path: String(rest), selection: .table(""))
  }
}

/// A table or query of an SQLite database as a source of records, read through GRDB.
///
/// Its rows are read on the thread that opened it, where GRDB lets its database be used, and parsed on all.
final class SQLiteSource: RecordSource {
  private let location: SQLiteLocation
  private let rows: RowCursor
  private let blocks: [RowBlock]
  private(set) var wave = RecordWave<RowBlock>()

  /// As much as a wave of text with the usual blocks.
  private static let blocksPerWave = TextSource.blocksPerWave
  private static let bytesPerBlock = TextSource.usualBlockSize
  /// A row takes room beyond its text, and may have next to none.
  private static let rowsPerBlock = 1 << 13

  /// Opens a database, and gives its records to `body`: they are good as long as it runs.
  static func open<Result>(
    _ location: SQLiteLocation, _ body: (SQLiteSource) throws -> Result
  ) throws(InputError) -> Result {
    if case .table("") = location.selection {
      throw InputError(
        .missing, source: location.path, problem: "nothing says which table to read",
        remedy: "write sqlite:FILE?table=NAME or sqlite:FILE?query=SELECT…")
    }
    // SQLite would say no more than that it cannot open the file.
    _ = try FileByteSource(path: location.path).peek()
    do {
      var configuration = Configuration()
      configuration.readonly = true
      let database = try DatabaseQueue(path: location.path, configuration: configuration)
      return try database.read { try body(SQLiteSource(location, $0)) }
    } catch let error as InputError {
      throw error
    } catch {
      throw failure(error, location)
    }
  }

  /// Reads the first wave.
  private init(_ location: SQLiteLocation, _ database: Database) throws {
    self.location = location
    switch location.selection {
    case .table(let name):
      guard try database.tableExists(name) || database.viewExists(name) else {
        throw try Self.noTable(name, database, location)
      }
      rows = try Row.fetchCursor(database, sql: "SELECT * FROM \(Self.quoted(name))")
    case .query(let query): rows = try Row.fetchCursor(database, sql: query)
    }
    let columns = rows.columnCount
    blocks = (0..<Self.blocksPerWave).map { _ in RowBlock(columnCount: columns) }
    _ = advance()
    if wave.blocks.isEmpty, let failure = wave.failure { throw failure }
  }

  // MARK: Columns

  var name: String { location.path }
  var headerLine: Int? { nil }

  func noRecords(_ records: String) -> String { "the table or query gives no rows" }

  func header<Field>(
    _ search: ColumnSearch<Field>, delimiter: UInt8?
  ) throws(InputError) -> HeaderReading<Field> {
    HeaderReading(rows.columnNames, delimiter: nil, search: search)
  }

  // MARK: Waves

  func advance() -> Bool {
    wave = RecordWave()
    var bytes = 0
    // Rows may be of any size: a wave must not hold many large ones at once.
    for block in blocks where wave.failure == nil && bytes < BlockReader.longestRecord {
      do {
        try fill(block)
      } catch {
        wave.failure = Self.failure(error, location)
      }
      if block.count == 0 { break }
      wave.blocks.append(block)
      bytes += block.byteCount
    }
    return !wave.blocks.isEmpty || wave.failure != nil
  }

  func located(_ failure: RecordFailure, lines: Int) -> InputError {
    InputError(
      .badData, source: "\(location.path), row \(lines + failure.lineOffset + 1)", problem: failure.problem,
      remedy: failure.remedy)
  }

  /// Fills a block with rows; it is empty at the end. A failure leaves the rows before it.
  private func fill(_ block: RowBlock) throws {
    block.removeAll()
    while block.byteCount < Self.bytesPerBlock, block.count < Self.rowsPerBlock, let row = try rows.next() {
      try Self.append(row, to: block)
    }
  }

  /// Adds a row's fields; NULL is empty.
  private static func append(_ row: Row, to block: RowBlock) throws {
    for (index, (_, value)) in row.enumerated() {
      switch value.storage {
      case .null: block.append("")
      case .int64(let number): block.append("\(number)")
      case .double(let number): block.append(decimal(number))
      case .string, .blob:
        // The bytes as they are: a string would end at a zero byte and repair what is not UTF-8.
        try row.withUnsafeData(atIndex: index) { data in
          (data ?? Data()).withUnsafeBytes { block.append($0) }
        }
      }
    }
  }

  /// A number without an exponent where it is whole, so that times in a REAL column are read.
  private static func decimal(_ number: Double) -> String {
    if let whole = Int64(exactly: number) { return "\(whole)" }
    return "\(number)"
  }

  // MARK: Failures

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

  /// A name as an identifier of SQL, whatever it holds: GRDB's own quoting leaves double quotes inside as they are.
  private static func quoted(_ name: String) -> String {
    "\"\(name.replacing("\"", with: "\"\""))\""
  }

  private static func noTable(
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
}
