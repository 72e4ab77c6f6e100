/// Finds out how a path table is written, from its header and its first rows.
extension PathTableLayout {
  /// Column names that are understood without an option, in the order of preference, compared without case, spaces, `_` and `-`.
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

  private static func normalized(_ name: String) -> String {
    name.lowercased().filter { !" _-".contains($0) }
  }

  /// The layout of an input that begins with `bytes`.
  ///
  /// - Parameters:
  ///   - header: The first record, without its line end.
  ///   - sample: Records behind it.
  static func detect(
    _ format: PathTableFormat, header: UnsafeRawBufferPointer, sample: UnsafeRawBufferPointer,
    source: String
  ) throws(InputError) -> PathTableLayout {
    let headerBytes = Array(header)
    func fault(column: Int? = nil, _ problem: String, _ remedy: String) -> InputError {
      InputError(
        .badData, source: source, line: 1, column: column, problem: problem, remedy: remedy)
    }
    if headerBytes.starts(with: [0xFF, 0xFE]) || headerBytes.starts(with: [0xFE, 0xFF]) {
      throw fault("the text is UTF-16", "save it as UTF-8")
    }
    if trimmed(headerBytes[...]).isEmpty {
      throw fault("the first line is empty", "begin with the header line")
    }
    if headerBytes.dropLast().contains(UInt8(ascii: "\r")) {
      throw fault(
        "a carriage return stands in the header", "end lines with a line feed, or with both")
    }
    guard let headerText = String(validating: headerBytes, as: UTF8.self) else {
      throw fault(
        "the header is not UTF-8: \(quotedForMessage(headerBytes))", "save the file as UTF-8")
    }

    let candidates = format.delimiter.map { [$0] } ?? Array(",;\t|".utf8)
    let readings = candidates.map { delimiter in
      HeaderReading(Self.split(headerText, delimiter), delimiter: delimiter, format: format)
    }
    // Equal readings keep the earlier delimiter.
    let best = readings.reduce(readings[0]) { $1.score > $0.score ? $1 : $0 }
    let columns = best.names.map { quotedForMessage($0) }.joined(separator: ", ")
    for (field, option) in [(Field.path, "--path-column"), (.conversions, "--conversions-column")] {
      if best.columns[field] == nil, format.column(of: field) == nil {
        throw fault(
          "no column is known to hold \(field == .path ? "the path" : "the conversions"); "
            + "the columns are \(columns)",
          "name it with \(option)"
            + (format.delimiter == nil ? ", and the delimiter with --delimiter" : ""))
      }
    }
    for field in Field.allCases {
      if let wanted = format.column(of: field), best.columns[field] == nil {
        throw fault(
          "there is no column \(quotedForMessage(wanted)); the columns are \(columns)",
          "name one of them")
      }
    }
    var fields = [Field](repeating: .unused, count: best.names.count)
    for field in Field.allCases {
      guard let column = best.columns[field] else { continue }
      if best.names.count(where: { $0 == best.names[column] }) > 1 {
        throw fault(
          "there are two columns \(quotedForMessage(best.names[column]))", "give each a name of its own")
      }
      if fields[column] != .unused {
        throw fault(
          "column \(quotedForMessage(best.names[column])) is asked for twice",
          "give each column option a column of its own")
      }
      fields[column] = field
    }
    let conversions = normalized(best.names[best.columns[.conversions]!])
    let isSingle = best.columns[.nulls] == nil && singleJourneyNames.contains(conversions)
    let rows = format.rows ?? (isSingle ? .journeys : .paths)
    if rows == .journeys && best.columns[.nulls] != nil {
      throw fault(
        "rows are single journeys, and yet \(quotedForMessage(best.names[best.columns[.nulls]!])) counts others",
        "use --rows paths")
    }
    return PathTableLayout(
      delimiter: best.delimiter,
      pathSeparator: format.pathSeparator.map(trimmedSeparator)
        ?? detectSeparator(sample, delimiter: best.delimiter, column: best.columns[.path]!),
      rows: rows, columnNames: best.names, fields: fields, emptyPaths: format.emptyPaths,
      emptyTouchpoints: format.emptyTouchpoints)
  }

  /// A header read with one delimiter.
  private struct HeaderReading {
    let names: [String]
    let delimiter: UInt8
    var columns: [Field: Int] = [:]

    init(_ names: [String], delimiter: UInt8, format: PathTableFormat) {
      self.names = names
      self.delimiter = delimiter
      let plain = names.map(normalized)
      for field in Field.allCases {
        if let wanted = format.column(of: field) {
          columns[field] = names.firstIndex(of: wanted)
        } else {
          columns[field] = knownNames[field]?.lazy.compactMap { plain.firstIndex(of: $0) }.first
        }
      }
      // A column that an option names is not detected for something else as well.
      for (field, column) in columns where format.column(of: field) == nil {
        let isTaken = columns.contains {
          $0.key != field && $0.value == column && format.column(of: $0.key) != nil
        }
        if isTaken { columns[field] = nil }
      }
    }

    var score: Int { columns.count * 1000 + min(names.count, 999) }
  }

  /// The fields of one record.
  private static func split(_ record: String, _ delimiter: UInt8) -> [String] {
    var fields: [[UInt8]] = [[]]
    var isQuoted = false
    for byte in record.utf8 {
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if byte == delimiter && !isQuoted {
        fields.append([])
      } else {
        fields[fields.count - 1].append(byte)
      }
    }
    return fields.map { String(decoding: trimmed($0[...]), as: UTF8.self) }
  }

  /// Without spaces and carriage returns at both ends.
  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
    var bytes = bytes.drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }

  /// A separator without the spaces around it; one of spaces alone is a single space.
  private static func trimmedSeparator(_ separator: String) -> String {
    let core = separator.drop(while: { $0 == " " })
    let end = core.lastIndex(where: { $0 != " " })
    return end.map { String(core[...$0]) } ?? " "
  }

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
    for _ in 0..<1000 where start < sample.count {
      let rest = UnsafeRawBufferPointer(rebasing: sample[start...])
      let end = start + (BlockReader.firstRecordEnd(in: rest) ?? rest.count)
      // A path of more than 4 kB shows its separator early on.
      let record = String(decoding: sample[start..<min(end, start + 4096)], as: UTF8.self)
      start = end
      let fields = split(record, delimiter)
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

extension PathTableFormat {
  /// The column name that an option gives for a kind of field.
  fileprivate func column(of field: PathTableLayout.Field) -> String? {
    switch field {
    case .path: pathColumn
    case .conversions: conversionsColumn
    case .value: valueColumn
    case .nulls: nullsColumn
    case .unused: nil
    }
  }
}
