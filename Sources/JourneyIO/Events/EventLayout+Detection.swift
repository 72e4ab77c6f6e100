import TouchstoneJourneys
import TouchstoneText

/// Finds out how an event log is written, from its column names and its first record.
extension EventLayout {
  enum Field: Hashable {
    case user(Int)
    case time, touchpoint, source, medium, campaign, kind, conversions, value, cost
    case measure(Int)
  }

  private static let knownNames: [Field: [String]] = [
    .user(0): [
      "userid", "user", "customerid", "customer", "clientid", "visitorid", "personid", "memberid",
      "userpseudoid", "fullvisitorid", "cookieid", "cookie", "uid", "用户id", "用户", "客户id", "客户",
      "会员id",
    ],
    .time: [
      "time", "timestamp", "eventtime", "eventtimestamp", "datetime", "ts", "visittime", "date", "时间",
      "事件时间", "日期",
    ],
    .touchpoint: [
      "touchpoint", "channel", "channelname", "marketingchannel", "channelgrouping", "触点", "渠道",
    ],
    .source: ["source", "utmsource", "trafficsource", "来源"],
    .medium: ["medium", "utmmedium", "媒介"],
    .campaign: ["campaign", "utmcampaign", "campaignname", "活动"],
    .kind: [
      "kind", "interaction", "interactiontype", "event", "eventtype", "eventname", "事件", "事件类型",
    ],
    .conversions: ["conversions", "conversion", "converted", "isconversion", "转化", "是否转化"],
    .value: [
      "conversionvalue", "value", "revenue", "ordervalue", "amount", "转化价值", "金额", "收入",
    ],
    .cost: ["cost", "spend", "费用", "花费", "成本"],
  ]

  static func search(_ format: EventFormat) -> ColumnSearch<Field> {
    var fields: [Field] = format.userColumns.isEmpty ? [.user(0)] : []
    fields += format.userColumns.indices.map { .user($0) }
    fields += [.time, .touchpoint, .source, .medium, .campaign, .kind, .conversions, .value, .cost]
    fields += format.measureColumns.indices.map { .measure($0) }
    let single: [Field: String?] = [
      .time: format.timeColumn, .touchpoint: format.touchpointColumn, .source: format.sourceColumn,
      .medium: format.mediumColumn, .campaign: format.campaignColumn, .kind: format.kindColumn,
      .conversions: format.conversionsColumn, .value: format.valueColumn, .cost: format.costColumn,
    ]
    var wanted = single.compactMapValues { $0 }
    for (index, name) in format.userColumns.enumerated() { wanted[.user(index)] = name }
    for (index, name) in format.measureColumns.enumerated() { wanted[.measure(index)] = name }
    return ColumnSearch(fields: fields, known: knownNames, wanted: wanted) { field in
      switch field {
      case .user: "--user-column"
      case .measure: "--measure-columns"
      case .time, .touchpoint, .source, .medium, .campaign, .kind, .conversions, .value, .cost:
        "--\(field)-column"
      }
    }
  }

  /// Whether column names are those of an event log rather than of a path table.
  static func fits(_ reading: HeaderReading<Field>) -> Bool {
    reading.columns[.user(0)] != nil && reading.columns[.time] != nil
  }

  /// The layout of an event log.
  ///
  /// - Parameters:
  ///   - reading: The column names.
  ///   - line: Where the names stand, for messages.
  ///   - firstTime: The first time of the input, given its column.
  init(
    _ reading: HeaderReading<Field>, format: EventFormat, source: String, line: Int?,
    firstTime: (Int) -> [UInt8]?
  ) throws(InputError) {
    let search = Self.search(format)
    func fault(_ problem: String, _ remedy: String) -> InputError {
      InputError(.badData, source: source, line: line, problem: problem, remedy: remedy)
    }
    func missing(_ what: String, _ remedy: String) -> InputError {
      fault(
        "no column is known to hold \(what); the columns are \(reading.list)",
        remedy
          + (reading.delimiter != nil && format.delimiter == nil ? ", and the delimiter with --delimiter" : ""))
    }
    if reading.columns[.user(0)] == nil && format.userColumns.isEmpty {
      throw missing("the user", "name it with --user-column")
    }
    if reading.columns[.time] == nil && format.timeColumn == nil {
      throw missing("the time", "name it with --time-column")
    }
    try reading.check(search, fault: fault)
    let users = (0..<max(1, format.userColumns.count)).compactMap { reading.columns[.user($0)] }
    guard !users.isEmpty else {
      throw fault("an event log needs users", "name their column with --user-column")
    }
    guard let time = reading.columns[.time] else {
      throw fault("an event log needs times", "name their column with --time-column")
    }
    let names = [
      (TouchpointField.touchpoint, Field.touchpoint), (.source, .source), (.medium, .medium),
      (.campaign, .campaign),
    ].compactMap { field, key in reading.columns[key].map { (field: field, column: $0) } }
    if names.isEmpty {
      throw missing(
        "the touchpoint", "name it with --touchpoint-column, or give --source-column and --medium-column")
    }
    if reading.columns[.conversions] == nil && reading.columns[.kind] == nil
      && reading.columns[.value] == nil
    {
      throw missing(
        "which events are conversions",
        "name it with --conversions-column, --kind-column or --value-column")
    }
    delimiter = reading.delimiter
    columnNames = reading.names
    self.format = format
    self.users = users
    self.time = time
    self.names = names
    kind = reading.columns[.kind]
    conversions = reading.columns[.conversions]
    value = reading.columns[.value]
    let cost = reading.columns[.cost]
    hasCost = cost != nil
    measures =
      (cost.map { [$0] } ?? [])
      + format.measureColumns.indices.compactMap { reading.columns[.measure($0)] }
    found = Set(reading.columns.keys)
    let first = firstTime(time) ?? []
    timeParser = first.withUnsafeBufferPointer { TimeParser(format.time, first: $0) }
  }
}
