import TouchstoneText

/// Which columns to look for in a header, and by which names.
struct ColumnSearch<Field: Hashable> {
  /// The kinds of field, in the order in which messages should speak of them.
  var fields: [Field]
  /// Column names that are understood without an option, in the order of preference, compared without case, spaces, `_`
  /// and `-`.
  var known: [Field: [String]]
  /// The names that options give; ``absent`` for a field that must not be looked for.
  var wanted: [Field: String]
  /// The option that names a field's column.
  var option: (Field) -> String

  /// What an option says for a column that is not to be used.
  static var absent: String { "none" }

  /// The option of the field that a name stands for, where the field was neither found nor asked for by another name.
  func optionForMissing(_ name: String, found: Set<Field>) -> String? {
    let plain = Header.normalized(name)
    return fields.first { field in
      !found.contains(field) && wanted[field] == nil && known[field]?.contains(plain) == true
    }.map(option)
  }
}

/// The names of a source's columns, and which column holds what.
struct HeaderReading<Field: Hashable> {
  let names: [String]
  /// What the names were cut by; `nil` for all but delimited text.
  let delimiter: UInt8?
  private(set) var columns: [Field: Int] = [:]

  var recordColumns: RecordColumns { RecordColumns(names: names, delimiter: delimiter) }

  init(_ names: [String], delimiter: UInt8?, search: ColumnSearch<Field>) {
    self.names = names
    self.delimiter = delimiter
    let plain = names.map(Header.normalized)
    for field in search.fields {
      if let wanted = search.wanted[field] {
        columns[field] = wanted == ColumnSearch<Field>.absent ? nil : names.firstIndex(of: wanted)
      } else {
        columns[field] = search.known[field]?.lazy.compactMap { plain.firstIndex(of: $0) }.first
      }
    }
    // A column that an option names is not detected for something else as well.
    for (field, column) in columns where search.wanted[field] == nil {
      let isTaken = columns.contains {
        $0.key != field && $0.value == column && search.wanted[$0.key] != nil
      }
      if isTaken { columns[field] = nil }
    }
  }

  /// The names as a message lists them.
  var list: String { names.map { quotedForMessage($0) }.joined(separator: ", ") }

  /// Refuses columns that are asked for and not there, repeated, or asked for twice.
  func check(
    _ search: ColumnSearch<Field>, fault: (String, String) -> InputError
  ) throws(InputError) {
    var uses: [Int: Field] = [:]
    for field in search.fields {
      guard let column = columns[field] else {
        guard let wanted = search.wanted[field], wanted != ColumnSearch<Field>.absent else { continue }
        throw fault(
          "there is no column \(quotedForMessage(wanted)); the columns are \(list)",
          "name one of them")
      }
      if names.count(where: { $0 == names[column] }) > 1 {
        throw fault(
          "there are two columns \(quotedForMessage(names[column]))", "give each a name of its own")
      }
      if uses.updateValue(field, forKey: column) != nil {
        throw fault(
          "column \(quotedForMessage(names[column])) is asked for twice",
          "give each column option a column of its own")
      }
    }
  }
}

/// The header of delimited text.
enum Header {
  /// A column's name as it is compared.
  static func normalized(_ name: String) -> String {
    name.lowercased().filter { !" _-".contains($0) }
  }

  /// The header's text.
  static func text(
    _ header: UnsafeRawBufferPointer, source: String
  ) throws(InputError) -> String {
    let bytes = Array(header)
    func fault(_ problem: String, _ remedy: String) -> InputError {
      InputError(.badData, source: source, line: 1, problem: problem, remedy: remedy)
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw fault("the text is UTF-16", "save it as UTF-8")
    }
    if bytes.first == UInt8(ascii: "[") {
      throw fault("this begins like a JSON array", "write one object a line, as jq -c '.[]' does")
    }
    if trimmed(bytes[...]).isEmpty {
      throw fault("the first line is empty", "begin with the header line")
    }
    if bytes.dropLast().contains(UInt8(ascii: "\r")) {
      throw fault(
        "a carriage return stands in the header", "end lines with a line feed, or with both")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw fault("the header is not UTF-8: \(quotedForMessage(bytes))", "save the file as UTF-8")
    }
    return text
  }

  /// The reading that finds the most columns; of equal ones that with the earlier delimiter.
  static func bestReading<Field>(
    _ text: String, delimiter: UInt8?, search: ColumnSearch<Field>
  ) -> HeaderReading<Field> {
    let candidates = delimiter.map { [$0] } ?? Array(",;\t|".utf8)
    let readings = candidates.map { HeaderReading(split(text, $0), delimiter: $0, search: search) }
    func score(_ reading: HeaderReading<Field>) -> Int {
      reading.columns.count * 1000 + min(reading.names.count, 999)
    }
    return readings.reduce(readings[0]) { score($1) > score($0) ? $1 : $0 }
  }

  /// The fields of one record.
  static func split(_ record: String, _ delimiter: UInt8) -> [String] {
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
  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
    var bytes = bytes.drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }

  /// A delimiter as a message names it.
  static func name(ofDelimiter delimiter: UInt8) -> String {
    delimiter == UInt8(ascii: "\t") ? "tab" : "'\(Character(Unicode.Scalar(delimiter)))'"
  }
}
