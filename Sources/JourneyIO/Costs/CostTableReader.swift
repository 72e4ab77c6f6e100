import TouchstoneJourneys
import TouchstoneText

/// Reads a cost table: CSV or TSV, plain or gzip, with date, touchpoint and cost, perhaps impressions, clicks,
/// conversions and a currency.
///
/// A currency may also stand beside the numbers, as in `€12.50` or `12.50 EUR`; all rows have the same one, or none.
public struct CostTableReader: Sendable {
  public var time = TimeFormat()

  public init() {}

  enum Field: Hashable {
    case date, touchpoint, cost, impressions, clicks, conversions, currency
  }

  private static let knownNames: [Field: [String]] = [
    .date: ["date", "day", "time", "timestamp", "日期", "时间"],
    .touchpoint: ["touchpoint", "channel", "channelname", "触点", "渠道"],
    .cost: ["cost", "costs", "spend", "费用", "花费", "成本"],
    .impressions: ["impressions", "impression", "曝光"],
    .clicks: ["clicks", "click", "点击"],
    .conversions: ["conversions", "conversion", "outcome", "outcomes", "转化", "转化数"],
    .currency: ["currency", "币种", "货币"],
  ]

  /// Reads a whole table.
  ///
  /// - Throws: ``InputError`` for the first row that makes no sense.
  public func read(_ location: InputLocation) throws(InputError) -> CostTable {
    try read(TextSource(location.openBytes(), name: location.name))
  }

  /// Reads a table that is in memory.
  public func read(bytes: [UInt8], name: String) throws(InputError) -> CostTable {
    try read(TextSource(openSource(bytes, name: name), name: name))
  }

  private func read(_ source: TextSource) throws(InputError) -> CostTable {
    let search = ColumnSearch<Field>(
      fields: [.date, .touchpoint, .cost, .impressions, .clicks, .conversions, .currency], known: Self.knownNames,
      wanted: [:]
    ) { "the column \($0)" }
    let header = Header.bestReading(try source.headerText(), delimiter: nil, search: search)
    func fault(_ problem: String, _ remedy: String) -> InputError {
      InputError(.badData, source: source.name, line: source.headerLine, problem: problem, remedy: remedy)
    }
    for field in [Field.date, .touchpoint, .cost] where header.columns[field] == nil {
      throw fault(
        "a cost table needs the columns date, touchpoint and cost, and \(field) is missing;"
          + " the columns are \(header.list)",
        "rename one")
    }
    try header.check(search, fault: fault)
    let firstDate = source.firstField(of: header.columns[.date]!, header) ?? []
    let dates = firstDate.withUnsafeBufferPointer { TimeParser(time, first: $0) }
    let currency = Self.currency(source, header)
    var table = CostTable()
    table.currency = currency.isEmpty ? nil : currency
    let (columns, recordColumns) = (header.columns, header.recordColumns)
    _ = try source.readAll(
      progress: nil, makeParsed: { ParsedCosts() },
      parse: { block, _, parsed in
        var sink = CostRowParser(dates, columns: columns, currency: currency)
        let failure = block.parse(recordColumns, into: &sink)
        parsed = sink.block
        parsed.failure = failure
      },
      merge: { parsed, readAhead in
        for block in parsed { table.rows += block.rows }
        readAhead?()
      })
    if table.rows.isEmpty { throw fault(source.noRecords("row"), "give at least one cost") }
    return table
  }

  /// The currency of the first row; empty where it names none.
  private static func currency(_ source: TextSource, _ header: HeaderReading<Field>) -> String {
    func first(_ field: Field) -> [UInt8]? { header.columns[field].flatMap { source.firstField(of: $0, header) } }
    if let named = first(.currency).flatMap({ CurrencyAmount.currency($0) }), !named.isEmpty { return named }
    return first(.cost)?.withUnsafeBufferPointer { CurrencyAmount($0)?.currency } ?? ""
  }
}

/// What a block of a cost table came to.
private struct ParsedCosts: ParsedRecords {
  var rows: [CostTable.Row] = []
  var lineCount = 0
  var failure: RecordFailure?
  /// Costs name their touchpoints themselves: the table is small.
  var newNames: TouchpointTable { TouchpointTable() }
  var rowCount: Int { rows.count }

  mutating func clear() { self = ParsedCosts() }
  func replaceProvisional(from first: Int32, with ids: [Int32]) {}
  func seal() {}
}

private struct CostRowParser: FieldSink {
  var block = ParsedCosts()
  var lineCount: Int {
    get { block.lineCount }
    set { block.lineCount = newValue }
  }
  private let parser: TimeParser
  private let fields: [Int: CostTableReader.Field]
  private let currency: String
  private var row = CostTable.Row(date: 0, touchpoint: "", cost: 0)
  /// The row's own currencies, and where its cost stands.
  private var beside = ""
  private var inColumn = ""
  private var costPosition: UnsafePointer<UInt8>?

  init(_ parser: TimeParser, columns: [CostTableReader.Field: Int], currency: String) {
    self.parser = parser
    self.currency = currency
    fields = Dictionary(uniqueKeysWithValues: columns.map { ($1, $0) })
  }

  mutating func begin(_ record: UnsafePointer<UInt8>) {
    row = CostTable.Row(date: 0, touchpoint: "", cost: 0)
    (beside, inColumn) = ("", "")
  }

  mutating func take(_ field: FieldBytes, column: Int) throws(RecordFault) {
    let text = field.trimmed
    func fault(_ problem: String, _ remedy: String) -> RecordFault {
      RecordFault(position: field.origin, problem: problem, remedy: remedy)
    }
    func notANumber(_ what: String) -> RecordFault {
      fault(
        "\(what) is \(quotedForMessage(text.bytes)), which is no number from 0 on",
        "write a number such as 12.5, without thousands separators")
    }
    func number(_ what: String) throws(RecordFault) -> Double? {
      if text.isEmpty { return nil }
      guard let number = DecimalNumber.parse(text.bytes), number >= 0, number <= RowLimits.largestValue else {
        throw notANumber(what)
      }
      return number
    }
    switch fields[column] {
    case .date?:
      guard let date = parser.parse(text.bytes) else {
        throw fault(
          "the date is \(text.isEmpty ? "empty" : quotedForMessage(text.bytes) + ", which is none")",
          "correct the row; \(TimeFormat.accepted)")
      }
      row.date = date
    case .touchpoint?:
      guard !text.isEmpty else { throw fault("the touchpoint is empty", "complete the row, or remove it") }
      try TouchpointName.check(text.bytes)
      row.touchpoint = String(decoding: text.bytes, as: UTF8.self)
    case .cost?:
      guard !text.isEmpty else { throw fault("the cost is empty", "write 0 where nothing was spent") }
      guard let amount = CurrencyAmount(text.bytes), amount.number >= 0, amount.number <= RowLimits.largestValue else {
        throw notANumber("the cost")
      }
      row.cost = amount.number
      beside = amount.currency
      costPosition = field.origin
    case .impressions?: row.impressions = try number("the number of impressions")
    case .clicks?: row.clicks = try number("the number of clicks")
    case .conversions?: row.conversions = try number("the number of conversions")
    case .currency?:
      guard let currency = CurrencyAmount.currency(text.bytes) else {
        throw fault(
          "the currency is \(quotedForMessage(text.bytes)), which is none", "write a code such as EUR, or a symbol")
      }
      inColumn = currency
    case nil: break
    }
  }

  mutating func end(_ record: UnsafePointer<UInt8>, columns: Int) throws(RecordFault) {
    // A column wins over a mark beside the number.
    let found = inColumn.isEmpty ? beside : inColumn
    guard found == currency else {
      func named(_ currency: String) -> String { currency.isEmpty ? "no currency" : quotedForMessage(currency) }
      throw RecordFault(
        position: costPosition ?? record,
        problem: "the cost is in \(named(found)), and the first row's in \(named(currency))",
        remedy: "convert all costs to one currency")
    }
    block.rows.append(row)
  }
}
