import TouchstoneJourneys
import TouchstoneParallel
import TouchstoneText

/// Writes a path table as CSV that ``PathTableReader`` reads back: the same paths and numbers, bit for bit.
public struct PathTableWriter: Sendable {
  private let table: PathTable
  private let hasValue: Bool
  /// What is written between two touchpoints.
  public let separator: String
  private let names: [Name]

  /// A touchpoint's name, and what it makes of a path that holds it.
  private struct Name {
    let text: [UInt8]
    /// With the separator in front.
    let continuation: [UInt8]
    let needsQuotes: Bool
    /// Whether a spreadsheet would take a path that begins with it for a formula, or the reader for one that is
    /// guarded.
    let needsGuard: Bool
  }

  /// What is written where no name holds it.
  package static let usualSeparator = " > "

  /// Whether a reader may take something else for the separator: that is then to be said.
  package var needsSeparatorOption: Bool {
    if separator != Self.usualSeparator { return true }
    let hasLongPaths = table.parts.contains { part in part.touchCount > part.count }
    return !hasLongPaths && table.touchpoints.names.contains { name in name.contains { "|;^,".contains($0) } }
  }

  /// Rows that one piece of parallel work writes: some hundred kilobytes of text.
  private static let rowsPerPiece = 4096
  /// Pieces in memory at a time.
  private static let piecesPerWave = 64

  /// A writer for a table.
  ///
  /// - Parameter hasValue: Whether to write what conversions were worth.
  public init(_ table: PathTable, hasValue: Bool) {
    self.table = table
    self.hasValue = hasValue
    separator = Self.separator(for: table.touchpoints.names)
    let separator = separator
    names = table.touchpoints.names.map { name in
      let text = Array(name.utf8)
      let marked = text.drop { $0 == UInt8(ascii: "'") }
      return Name(
        text: text, continuation: Array(separator.utf8) + text,
        needsQuotes: text.contains { ",\"\n\r".utf8.contains($0) },
        needsGuard: marked.first.map(Escaping.formulaStarts.contains) ?? false)
    }
  }

  /// The first separator that occurs in no name.
  private static func separator(for names: [String]) -> String {
    let candidates = [usualSeparator, " -> ", " => ", " → ", " | ", " ^ ", " ; "]
    let free = candidates.first { candidate in
      let mark = Array(candidate.dropFirst().dropLast().utf8)
      return !names.contains { Array($0.utf8).firstRange(of: mark) != nil }
    }
    if let free { return free }
    // Some mark that no name holds.
    var marks = "»"
    while names.contains(where: { Array($0.utf8).firstRange(of: Array(marks.utf8)) != nil }) { marks += "»" }
    return " \(marks) "
  }

  /// Writes the header and all rows, those with the most conversions first; the journeys without a touch last.
  ///
  /// - Parameter write: Called with one piece of the text after the other.
  public func write(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    var header = "path,total_conversions"
    if hasValue { header += ",total_conversion_value" }
    header += ",total_null"
    for halfLife in table.halfLives {
      // Beyond a million days the exponent is shorter.
      let days = halfLife == halfLife.rounded() && halfLife < 1e6 ? "\(Int(halfLife))" : "\(halfLife)"
      header += ",\(PathTableFormat.decayConversionsPrefix)\(days)d"
      if hasValue { header += ",\(PathTableFormat.decayValuePrefix)\(days)d" }
    }
    try Array((header + "\n").utf8).withUnsafeBytes(write)
    let rows = table.rowsByWeight()
    let pieces = Parallel.ranges(count: rows.count, length: Self.rowsPerPiece)
    for wave in Parallel.ranges(count: pieces.count, length: Self.piecesPerWave) {
      let texts = Parallel.map(wave.count) { index in text(rows[pieces[wave.lowerBound + index]]) }
      for text in texts { try text.withUnsafeBytes(write) }
    }
    if table.untouched.journeys > 0 {
      var text: [UInt8] = []
      let none = UnsafeBufferPointer<Int32>(start: nil, count: 0)
      text.append(contentsOf: PathTableFormat.baselinePath.utf8)
      append(none, table.untouched, UnsafeBufferPointer(start: nil, count: 0), to: &text)
      try text.withUnsafeBytes(write)
    }
  }

  private func text(_ rows: ArraySlice<PathTable.Row>) -> [UInt8] {
    var text: [UInt8] = []
    // A guess at the length of a row; what is wrong with it costs a copy.
    text.reserveCapacity(rows.count * 64)
    for row in rows {
      table.withRow(row) { path, totals, credits in append(path, totals, credits, to: &text) }
    }
    return text
  }

  private func append(
    _ path: UnsafeBufferPointer<Int32>, _ totals: PathTotals,
    _ credits: UnsafeBufferPointer<DecayCredit>, to text: inout [UInt8]
  ) {
    let start = text.count
    var needsQuotes = false
    names.withUnsafeBufferPointer { names in
      for (position, touch) in path.enumerated() {
        let name = names[Int(touch)]
        needsQuotes = needsQuotes || name.needsQuotes
        if position == 0 && name.needsGuard { text.append(UInt8(ascii: "'")) }
        text.append(contentsOf: position == 0 ? name.text : name.continuation)
      }
    }
    if needsQuotes { Self.quote(&text, from: start) }
    text.append(UInt8(ascii: ","))
    Self.append(totals.conversions, to: &text)
    if hasValue {
      text.append(UInt8(ascii: ","))
      Self.append(totals.value, to: &text)
    }
    text.append(UInt8(ascii: ","))
    Self.append(totals.nonConverting, to: &text)
    for index in table.halfLives.indices {
      let credits =
        credits.isEmpty
        ? credits : UnsafeBufferPointer(rebasing: credits[index * path.count..<(index + 1) * path.count])
      let isEmpty = totals.conversions == 0
      text.append(UInt8(ascii: ","))
      if !isEmpty { Self.append(credits.lazy.map(\.conversions), to: &text) }
      if hasValue {
        text.append(UInt8(ascii: ","))
        if !isEmpty { Self.append(credits.lazy.map(\.value), to: &text) }
      }
    }
    text.append(UInt8(ascii: "\n"))
  }

  private static func append(_ numbers: some Sequence<Double>, to text: inout [UInt8]) {
    for (position, number) in numbers.enumerated() {
      if position > 0 { text.append(UInt8(ascii: " ")) }
      append(number, to: &text)
    }
  }

  /// A number as short as it can be read back to the same bits.
  private static func append(_ number: Double, to text: inout [UInt8]) {
    guard number == number.rounded(), number >= 0, number < RowLimits.largestCount else {
      text.append(contentsOf: "\(number)".utf8)
      return
    }
    var whole = UInt64(number)
    let start = text.count
    repeat {
      text.append(UInt8(ascii: "0") + UInt8(whole % 10))
      whole /= 10
    } while whole > 0
    text[start...].reverse()
  }

  /// Puts what was appended into quotes.
  private static func quote(_ text: inout [UInt8], from start: Int) {
    let quoted = text[start...].flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] }
    text.removeLast(text.count - start)
    text.append(UInt8(ascii: "\""))
    text.append(contentsOf: quoted)
    text.append(UInt8(ascii: "\""))
  }
}
