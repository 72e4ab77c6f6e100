import Foundation
import GRDB
import Testing
import TouchstoneText

@testable import TouchstoneJourneyIO

/// Databases: what is refused and why, names that want to do harm, and that nothing is ever changed.
@Suite struct SQLiteTests {
  /// A table of one event by each of these names.
  static func events(_ names: String...) -> (Database) throws -> Void {
    { database in
      // GRDB's quotedDatabaseIdentifier does not double the quotes inside.
      for name in names.map({ "\"\($0.replacing("\"", with: "\"\""))\"" }) {
        try database.execute(
          sql: """
            CREATE TABLE \(name) (user TEXT, time TEXT, channel TEXT, value REAL);
            INSERT INTO \(name) VALUES ('u', '2024-05-31', 'a', 5);
            """)
      }
    }
  }

  static let line = "u 1717113600 a visit touchAndConversion 1.0 5.0"

  /// Whether a database's folder holds it alone, and its bytes stay the same.
  static func unchanged(_ path: String, _ body: () throws -> Void) throws {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    let before = try Data(contentsOf: URL(filePath: path))
    try body()
    #expect(try Data(contentsOf: URL(filePath: path)) == before, "the database was changed")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["shop.db"])
  }

  static func refusal(
    _ selection: SQLiteLocation.Selection, _ path: String, _ format: EventFormat = EventFormat()
  ) -> InputError? {
    EventLogs.refusal { () throws(InputError) in
      try EventReader(format).read(.sqlite(SQLiteLocation(path: path, selection: selection)))
    }
  }

  // MARK: Names

  static let hostileNames = [
    "x\"; DROP TABLE events; --", "a'b", "with space", "微信 事件", "select", "a\"\"b", "[x]", "`y`", "t;", "--",
    "a?table=b", "%s", "\\",
    "tab\tle", "new\nline", "MIXED Case",
  ]

  @Test(arguments: hostileNames)
  func tablesOfAnyNameAreRead(_ name: String) throws {
    try EventLogs.withDatabase(Self.events("events", name)) { path in
      try Self.unchanged(path) {
        #expect(try EventLogs.lines(EventLogs.read(table: name, of: path).log) == [Self.line])
        #expect(InputLocation(argument: "sqlite:\(path)?table=\(name)").file == path)
        let argued = try EventReader().read(InputLocation(argument: "sqlite:\(path)?table=\(name)"))
        #expect(EventLogs.lines(argued.log) == [Self.line])
      }
    }
  }

  @Test(arguments: hostileNames)
  func aTableThatIsNotThereIsNamed(_ name: String) throws {
    try EventLogs.withDatabase(Self.events("events")) { path in
      try Self.unchanged(path) {
        let error = try #require(Self.refusal(.table(name), path))
        #expect(error.kind == .badData)
        #expect(error.problem == "there is no table \(quotedForMessage(name))")
        #expect(error.remedy.hasSuffix("the tables are \"events\""))
        #expect(!error.description.contains("\n"))
      }
      #expect(try EventLogs.lines(EventLogs.read(table: "events", of: path).log) == [Self.line])
    }
  }

  @Test func aMisspeltNameIsCorrected() throws {
    try EventLogs.withDatabase(Self.events("events", "order_lines")) { path in
      let error = try #require(Self.refusal(.table("event"), path))
      #expect(error.remedy == "did you mean \"events\"? the tables are \"events\", \"order_lines\"")
      #expect(error.source == path)
      // SQLite does not mind case.
      #expect(try EventLogs.lines(EventLogs.read(table: "EVENTS", of: path).log) == [Self.line])
      #expect(Self.refusal(.table(""), path)?.problem == "nothing says which table to read")
    }
  }

  @Test func columnsOfAnyNameAreRead() throws {
    try EventLogs.withDatabase { database in
      try database.execute(
        sql: "CREATE TABLE e (\"u\"\"s'er; --\" TEXT, \"时间 x\" TEXT, channel TEXT, value);"
          + " INSERT INTO e VALUES ('u', '2024-05-31', 'a', 5)")
    } _: { path in
      let format = EventLogs.format { ($0.userColumns, $0.timeColumn) = (["u\"s'er; --"], "时间 x") }
      #expect(try EventLogs.lines(EventLogs.read(table: "e", of: path, format).log) == [Self.line])
      let error = try #require(Self.refusal(.table("e"), path))
      #expect(error.problem.hasPrefix("no column is known to hold the user; the columns are \"u\"s'er; --\""))
    }
  }

  // MARK: Queries

  @Test(arguments: [
    "SELECT * FROM events", "SELECT * FROM events;", " SELECT * FROM events -- all\n",
    "SELECT user, time, channel, value FROM events LIMIT 1",
    "WITH e AS (SELECT * FROM events) SELECT * FROM e",
    "SELECT 'u' AS user, '2024-05-31' AS time, 'a' AS channel, 5 AS value",
    "VALUES ('u', '2024-05-31', 'a', 5)",
  ])
  func oneStatementThatReadsIsAccepted(_ query: String) throws {
    try EventLogs.withDatabase(Self.events("events")) { path in
      try Self.unchanged(path) {
        var format = EventFormat()
        if query.hasPrefix("VALUES") {
          (format.userColumns, format.timeColumn) = (["column1"], "column2")
          (format.touchpointColumn, format.valueColumn) = ("column3", "column4")
        }
        let log = try EventLogs.read(query: query, of: path, format).log
        #expect(EventLogs.lines(log) == [Self.line])
      }
    }
  }

  @Test(arguments: [
    "DELETE FROM events", "DELETE FROM events RETURNING *", "UPDATE events SET value = 9 RETURNING *",
    "DROP TABLE events",
    "INSERT INTO events VALUES ('v', '2024', 'b', 1) RETURNING user, time, channel, value", "CREATE TABLE other (x)",
    "SELECT * FROM events; DROP TABLE events", "SELECT * FROM events; SELECT * FROM events", "VACUUM",
    "VACUUM INTO 'copy.db'",
    "ATTACH DATABASE 'other.db' AS other", "PRAGMA user_version = 5", "PRAGMA journal_mode = WAL",
    "PRAGMA query_only = 0",
    "SELECT * FROM event", "SELEC * FROM events", "", " ", "--", ";", "SELECT * FROM events WHERE user = ?",
    "SELECT load_extension('x'), * FROM events", "SELECT * FROM events WHERE user = 'unclosed", "BEGIN", "COMMIT",
  ])
  func allOtherStatementsAreRefused(_ query: String) throws {
    try EventLogs.withDatabase(Self.events("events")) { path in
      let folder = URL(filePath: path).deletingLastPathComponent().path + "/"
      let absolute = query.replacing("'copy.db'", with: "'\(folder)copy.db'").replacing(
        "'other.db'", with: "'\(folder)other.db'")
      try Self.unchanged(path) {
        let error = try #require(Self.refusal(.query(absolute), path), "accepted")
        // What was asked for is wrong, not the disk; other files are not looked at.
        #expect(error.kind == .badData || query.hasPrefix("ATTACH"), "\(error)")
        #expect(error.source == path)
        #expect(!error.description.contains("\n"))
      }
      #expect(try EventLogs.lines(EventLogs.read(table: "events", of: path).log) == [Self.line])
    }
  }

  @Test func aQueryWithoutRowsOrColumnsIsRefused() throws {
    try EventLogs.withDatabase(Self.events("events")) { path in
      #expect(Self.refusal(.query("SELECT * FROM events WHERE 0"), path)?.problem == "the table or query gives no rows")
      #expect(
        Self.refusal(.query("SELECT *, channel FROM events"), path)?.problem == "there are two columns \"channel\"")
      let error = try #require(Self.refusal(.query("SELECT user, value FROM events"), path))
      #expect(
        error.description
          == "\(path): no column is known to hold the time; the columns are \"user\", \"value\";"
          + " name it with --time-column")
    }
  }

  @Test func aRowThatMakesNoSenseIsNumbered() throws {
    try EventLogs.withDatabase { database in
      try database.execute(sql: "CREATE TABLE events (user, time, channel, value)")
      for number in 1...70_000 {
        let time: String? = number == 69_000 ? "later" : "2024-05-31"
        try database.execute(
          sql: "INSERT INTO events VALUES (?, ?, ?, ?)", arguments: [number == 5 ? nil : number, time, "a", 0])
      }
    } _: { path in
      #expect(
        Self.refusal(.table("events"), path)?.description.hasPrefix("\(path), row 5: the event has no id") == true)
      let later = Self.refusal(.query("SELECT * FROM events WHERE user IS NOT NULL"), path)
      #expect(later?.description.hasPrefix("\(path), row 68999: \"time\" is \"later\", which is no time") == true)
      for (row, problem) in [
        ("1, '2024-05-31', '(null)', 0", "\"(null)\" is the name"),
        ("1, '2024-05-31', NULL, 0", "the event names no touchpoint"),
        ("1, '2024-05-31', x'FF', 0", "the touchpoint \"\\xFF\" is not UTF-8"),
        ("1, NULL, 'a', 0", "\"time\" is empty"),
        ("1, '2024-05-31', 'a', 1e16", "\"value\" is \"10000000000000000\""),
        ("1, '2024-05-31', 'a', 'x'", "\"value\" is \"x\""),
        ("1, '2024-05-31', 'a', 9e999", "\"value\" is \"inf\""),
      ] {
        let query = "SELECT v.column1 user, v.column2 time, v.column3 channel, v.column4 value FROM (VALUES (\(row))) v"
        let error = Self.refusal(.query(query), path)
        #expect(error?.description.hasPrefix("\(path), row 1: \(problem)") == true, "\(error as Any)")
      }
    }
  }

  // MARK: Files

  @Test func aLockedDatabaseIsReadLater() throws {
    try EventLogs.withDatabase(Self.events("events")) { path in
      let other = try DatabaseQueue(path: path)
      try other.inDatabase { database in
        try database.execute(sql: "BEGIN EXCLUSIVE")
        let error = try #require(Self.refusal(.table("events"), path))
        #expect(error.kind == .readFailure)
        #expect(error.problem.hasPrefix("the database is locked by another program"))
        #expect(error.remedy.contains("try again"))
        try database.execute(sql: "ROLLBACK")
      }
      #expect(try EventLogs.lines(EventLogs.read(table: "events", of: path).log) == [Self.line])
    }
  }

  /// What a writer has not yet moved from its log into the file is read, and left where it is.
  @Test func writeAheadLogsAreReadAndLeft() throws {
    try EventLogs.withDatabase(Self.events("events")) { path in
      let writer = try DatabasePool(path: path)
      let before = try EventLogs.read(table: "events", of: path).log
      #expect(EventLogs.lines(before) == [Self.line])
      try writer.write { try $0.execute(sql: "INSERT INTO events VALUES ('v', '2024-05-31', 'a', 0)") }
      let file = try Data(contentsOf: URL(filePath: path))
      let behindTheWriter = try EventLogs.read(table: "events", of: path).log
      #expect(behindTheWriter.eventCount == 2)
      #expect(try Data(contentsOf: URL(filePath: path)) == file)
      try writer.close()
      // Where the folder may not be written to, SQLite cannot make the files that it needs; that is not the query's
      // fault.
      let folder = URL(filePath: path).deletingLastPathComponent().path
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
      defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder) }
      let error = Self.refusal(.table("events"), path)
      #expect(error.map { $0.remedy.contains("one statement") } != true, "\(error as Any)")
    }
  }

  @Test func damagedFilesAreRefused() throws {
    try EventLogs.withDatabase(Self.events("events")) { path in
      let whole = try Data(contentsOf: URL(filePath: path))
      for damaged in [
        Data("user,time,channel,value\nu,2024-05-31,a,5\n".utf8), Data(repeating: 0x5A, count: 10_000),
        whole.prefix(100), whole.prefix(16) + Data(repeating: 0xFF, count: whole.count - 16),
        whole.prefix(4096) + Data(repeating: 0xEE, count: whole.count - 4096),
      ] {
        try damaged.write(to: URL(filePath: path))
        let error = try #require(Self.refusal(.table("events"), path), "\(damaged.count) bytes were accepted")
        #expect(error.kind == .badData, "\(error)")
        #expect(error.problem.hasPrefix("this is no SQLite database, or a damaged one"), "\(error)")
        #expect(error.remedy.contains("integrity_check"))
      }
      // A file cut off inside a page is read as far as SQLite lets it; its rows make no sense.
      try whole.prefix(5_000).write(to: URL(filePath: path))
      #expect(Self.refusal(.table("events"), path)?.kind == .badData)
      try Data().write(to: URL(filePath: path))
      let error = try #require(Self.refusal(.table("events"), path))
      #expect(error.kind == .badData)
      #expect(error.problem == "there is no table \"events\"")
      #expect(error.remedy != "the tables are ", "nothing is named")
    }
  }

  @Test func filesThatAreNotThereAreNotMade() throws {
    try EventLogs.withFolder { folder in
      let path = folder.appending(path: "no.db").path
      let error = try #require(Self.refusal(.table("events"), path))
      #expect(error.kind == .missing && error.problem == "there is no such file")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty, "a file was made")
      #expect(Self.refusal(.table("events"), folder.path)?.kind == .missing)
      #expect(Self.refusal(.table("events"), "")?.kind == .missing)
      #expect(Self.refusal(.table("events"), ":memory:")?.kind == .missing)
      #expect(Self.refusal(.table("events"), "file:\(path)?mode=rwc")?.kind == .missing)
    }
  }
}
