import Testing
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneJourneyIO

/// A source of records that is none of the library's: rows in memory, some in each block and some blocks in each wave.
private final class RowsInMemory: RecordSource {
  let name = "memory"
  let headerLine: Int? = nil
  private let columns: [String]
  private var rest: ArraySlice<[String]>
  private let rowsPerBlock: Int
  private let failsAtEnd: Bool
  private(set) var wave = RecordWave<RowBlock>()
  private(set) var waves = 0

  init(_ columns: [String], _ rows: [[String]], rowsPerBlock: Int = 4, failsAtEnd: Bool = false) {
    self.columns = columns
    self.rowsPerBlock = rowsPerBlock
    self.failsAtEnd = failsAtEnd
    rest = rows[...]
    _ = advance()
  }

  func noRecords(_ records: String) -> String { "there is no \(records) in memory" }

  func header<Field>(
    _ search: ColumnSearch<Field>, delimiter: UInt8?
  ) throws(InputError) -> HeaderReading<Field> {
    HeaderReading(columns, delimiter: nil, search: search)
  }

  func advance() -> Bool {
    wave = RecordWave()
    for _ in 0..<3 where !rest.isEmpty {
      let block = RowBlock(columnCount: columns.count)
      for row in rest.prefix(rowsPerBlock) {
        for field in row { block.append(field) }
      }
      rest = rest.dropFirst(rowsPerBlock)
      wave.blocks.append(block)
    }
    if rest.isEmpty && failsAtEnd && waves < 100 {
      waves = 100
      wave.failure = InputError(.readFailure, source: name, problem: "the memory is gone", remedy: "think again")
    }
    waves += 1
    return !wave.blocks.isEmpty || wave.failure != nil
  }

  func located(_ failure: RecordFailure, lines: Int) -> InputError {
    InputError(
      .badData, source: "\(name), row \(lines + failure.lineOffset + 1)", problem: failure.problem,
      remedy: failure.remedy)
  }
}

/// What a new source must do, and nothing else: the reader of events takes any that conforms.
@Suite struct RecordSourceTests {
  static let columns = ["user", "time", "channel", "value"]

  static func rows(_ count: Int) -> [[String]] {
    (0..<count).map { index in
      ["u\(index % 7)", "2024-05-31T00:00:0\(index % 10)Z", "channel \(index % 5)", index % 3 == 0 ? "\(index)" : ""]
    }
  }

  static func csv(_ rows: [[String]]) -> String {
    ([columns] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  @Test(arguments: [1, 11, 12, 13, 100], [1, 4, 1_000])
  func aSourceOfOnesOwnIsReadAsTheSameRowsOfText(count: Int, rowsPerBlock: Int) throws {
    let rows = Self.rows(count)
    let text = try EventLogs.read(Self.csv(rows))
    let read = try EventReader().read(RowsInMemory(Self.columns, rows, rowsPerBlock: rowsPerBlock))
    #expect(EventLogs.lines(read.log, sorted: false) == EventLogs.lines(text.log, sorted: false))
    #expect(read.log.touchpoints == text.log.touchpoints)
    #expect(read.rows == count)
    #expect(read.layout.columnNames == Self.columns)
  }

  @Test(arguments: [0, 3, 4, 12, 29])
  func itsFailuresAreNumberedOverAllBlocks(row: Int) {
    var rows = Self.rows(30)
    rows[row][1] = "never"
    let error = EventLogs.refusal { () throws(InputError) in
      try EventReader().read(RowsInMemory(Self.columns, rows))
    }
    #expect(error?.description.hasPrefix("memory, row \(row + 1): \"time\" is \"never\", which is no time") == true)
  }

  /// A record that makes no sense comes before a failure of the source behind it.
  @Test func aSourceThatBreaksOffIsSaidAfterTheRecordsBeforeIt() {
    func refusal(_ rows: [[String]]) -> InputError? {
      EventLogs.refusal { () throws(InputError) in
        try EventReader().read(RowsInMemory(Self.columns, rows, failsAtEnd: true))
      }
    }
    var rows = Self.rows(14)
    #expect(refusal(rows)?.description == "memory: the memory is gone; think again")
    rows[13][2] = "(null)"
    #expect(refusal(rows)?.description.hasPrefix("memory, row 14: \"(null)\" is the name") == true)
  }

  @Test func aSourceWithoutRowsOrColumnsIsRefused() {
    func refusal(_ columns: [String]) -> InputError? {
      EventLogs.refusal { () throws(InputError) in try EventReader().read(RowsInMemory(columns, [])) }
    }
    #expect(refusal(Self.columns)?.description == "memory: there is no event in memory; give at least one event")
    #expect(refusal(["time"])?.description.hasPrefix("memory: no column is known to hold the user") == true)
  }

  /// A field longer than a block's first memory moves it; fields before it stay what they were.
  @Test func longFieldsKeepThoseBeforeThem() throws {
    var rows = Self.rows(9)
    for index in rows.indices { rows[index][2] += String(repeating: "長", count: 1 << (2 * index)) }
    let read = try EventReader().read(RowsInMemory(Self.columns, rows))
    #expect(read.log.touchpoints.names.sorted() == rows.map { $0[2] }.sorted())
  }
}
