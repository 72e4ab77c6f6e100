import TouchstoneText

/// Finds out how a path table is written, from its header and its first rows.
extension PathTableLayout {
  private static let knownNames: [Field: [String]] = [
    .path: [
      "path", "paths", "journey", "conversionpath", "touchpointpath", "channelpath", "touchpoints",
      "channels", "路径", "转化路径",
    ],
    .conversions: [
      "totalconversions", "conversions", "totalconversion", "conversion", "converted", "isconverted",
      "转化", "转化数",
    ],
    .value: [
      "totalconversionvalue", "totalconversionsvalue", "conversionvalue", "totalvalue", "value",
      "revenue", "转化价值", "收入",
    ],
    .nulls: [
      "totalnull", "totalnulls", "null", "nulls", "nonconverting", "nonconversions", "未转化",
    ],
  ]

  /// Conversion columns whose rows are single journeys where no column counts the others.
  private static let singleJourneyNames: Set = ["converted", "isconverted"]

  static func search(_ format: PathTableFormat) -> ColumnSearch<Field> {
    ColumnSearch(
      fields: [.path, .conversions, .value, .nulls], known: knownNames,
      wanted: [
        .path: format.pathColumn, .conversions: format.conversionsColumn,
        .value: format.valueColumn, .nulls: format.nullsColumn,
      ].compactMapValues { $0 }
    ) { "--\($0)-column" }
  }

  /// The layout of a path table, from its header and its first block.
  static func detect(_ format: PathTableFormat, _ source: TextSource) throws(InputError) -> PathTableLayout {
    func fault(_ problem: String, _ remedy: String) -> InputError {
      InputError(.badData, source: source.name, line: source.headerLine, problem: problem, remedy: remedy)
    }
    let search = search(format)
    let best = Header.bestReading(try source.headerText(), delimiter: format.delimiter, search: search)
    for field in [Field.path, .conversions]
    where best.columns[field] == nil && search.wanted[field] == nil {
      throw fault(
        "no column is known to hold \(field == .path ? "the path" : "the conversions"); "
          + "the columns are \(best.list)",
        "name it with \(search.option(field))"
          + (format.delimiter == nil ? ", and the delimiter with --delimiter" : ""))
    }
    try best.check(search, fault: fault)
    guard let path = best.columns[.path], let conversions = best.columns[.conversions] else {
      throw fault("a path table needs a path and its conversions", "name their columns")
    }
    var fields = [Field](repeating: .unused, count: best.names.count)
    for (field, column) in best.columns { fields[column] = field }
    let halfLives = decayColumns(best.names, &fields)
    let isSingle =
      best.columns[.nulls] == nil
      && singleJourneyNames.contains(Header.normalized(best.names[conversions]))
    let rows = format.rows ?? (isSingle ? .journeys : .paths)
    if let nulls = best.columns[.nulls], rows == .journeys {
      throw fault(
        "rows are single journeys, and yet \(quotedForMessage(best.names[nulls])) counts others",
        "use --rows paths")
    }
    guard let delimiter = best.delimiter else { preconditionFailure("a header of text was cut somewhere") }
    return PathTableLayout(
      delimiter: delimiter,
      pathSeparator: format.pathSeparator.map(trimmedSeparator)
        ?? detectSeparator(source.wave.blocks[0].bytes, delimiter: delimiter, column: path),
      rows: rows, columnNames: best.names, fields: fields, halfLives: halfLives,
      emptyPaths: format.emptyPaths, emptyTouchpoints: format.emptyTouchpoints)
  }

  /// Finds the columns of time-decay credit, and returns their half-lives in days.
  private static func decayColumns(_ names: [String], _ fields: inout [Field]) -> [Double] {
    var halfLives: [Double] = []
    for (column, name) in names.enumerated() where fields[column] == .unused {
      guard let halfLife = PathTableFormat.halfLife(of: name, PathTableFormat.decayConversionsPrefix),
        !halfLives.contains(halfLife)
      else { continue }
      fields[column] = .decayConversions(halfLives.count)
      halfLives.append(halfLife)
    }
    for (column, name) in names.enumerated() where fields[column] == .unused {
      guard let halfLife = PathTableFormat.halfLife(of: name, PathTableFormat.decayValuePrefix),
        let index = halfLives.firstIndex(of: halfLife), !fields.contains(.decayValue(index))
      else { continue }
      fields[column] = .decayValue(index)
    }
    return halfLives
  }

  /// A separator without the spaces around it; one of spaces alone is a single space.
  private static func trimmedSeparator(_ separator: String) -> String {
    let core = separator.drop(while: { $0 == " " })
    let end = core.lastIndex(where: { $0 != " " })
    return end.map { String(core[...$0]) } ?? " "
  }

  /// Records looked at: a separator that a thousand paths do not show cannot be told from others.
  private static let mostSampled = 1000
  /// Bytes looked at of each: a path of more than 4 kB shows its separator early on.
  private static let mostOfRecord = 4096

  /// The candidate that most of the sample's paths contain; the first of equals, `>` where none does.
  ///
  /// Arrows come before all others, which are common inside names ("fb|paid"), and longer candidates before those that
  /// they contain. Slashes and spaces are no candidates at all ("google / cpc").
  private static func detectSeparator(
    _ sample: UnsafeRawBufferPointer, delimiter: UInt8, column: Int
  ) -> String {
    let arrows = ["->", "=>", "→", ">"]
    let candidates = arrows + ["|", ";", "^", ","]
    var counts = [Int](repeating: 0, count: candidates.count)
    var start = 0
    for _ in 0..<mostSampled where start < sample.count {
      let rest = UnsafeRawBufferPointer(rebasing: sample[start...])
      let end = start + (BlockReader.firstRecordEnd(in: rest) ?? rest.count)
      let record = String(decoding: sample[start..<min(end, start + mostOfRecord)], as: UTF8.self)
      start = end
      let fields = Header.split(record, delimiter)
      guard column < fields.count else { continue }
      for (index, candidate) in candidates.enumerated() where fields[column].contains(candidate) {
        counts[index] += 1
      }
    }
    let hasArrows = counts[..<arrows.count].contains { $0 > 0 }
    let eligible = hasArrows ? 0..<arrows.count : 0..<candidates.count
    let best = eligible.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
    return counts[best] == 0 ? ">" : candidates[best]
  }
}
