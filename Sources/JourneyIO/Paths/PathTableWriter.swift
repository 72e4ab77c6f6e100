import Journeys
import Parallel

/// Writes a path table as CSV that ``PathTableReader`` reads back: the same paths and numbers, bit for bit.
public struct PathTableWriter: Sendable {
  private let table: PathTable
  private let hasValue: Bool
  /// What is written between two touchpoints.
  public let separator: String
  private let names: [[UInt8]]

  private static let rowsPerPiece = 4096
  private static let piecesPerWave = 64

  /// A writer for a table.
  ///
  /// - Parameter hasValue: Whether to write what conversions were worth.
  public init(_ table: PathTable, hasValue: Bool) {
    self.table = table
    self.hasValue = hasValue
    separator = Self.separator(for: table.touchpoints.names)
    names = table.touchpoints.names.map { Array($0.utf8) }
  }

  /// The first separator that occurs in no name.
  private static func separator(for names: [String]) -> String {
    let candidates = [" > ", " -> ", " => ", " → ", " | ", " ^ ", " ; "]
    let free = candidates.first { candidate in
      let mark = candidate.dropFirst().dropLast()
      return !names.contains { $0.contains(mark) }
    }
    if let free { return free }
    // Some mark that no name holds.
    var marks = "»"
    while names.contains(where: { $0.contains(marks) }) { marks += "»" }
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
      let days = halfLife == halfLife.rounded() && halfLife < 1e6 ? "\(Int(halfLife))" : "\(halfLife)"
      header += ",\(PathTableFormat.decayConversionsPrefix)\(days)d"
      if hasValue { header += ",\(PathTableFormat.decayValuePrefix)\(days)d" }
    }
    try Array((header + "\n").utf8).withUnsafeBytes(write)
    let rows = table.rowsByWeight()
    let pieces = Parallel.ranges(count: rows.count, length: Self.rowsPerPiece)
    for wave in Parallel.ranges(count: pieces.count, length: Self.piecesPerWave) {
      let texts = Parallel.map(wave.count) { index in
        var text: [UInt8] = []
        text.reserveCapacity(Self.rowsPerPiece * 64)
        for row in rows[pieces[wave.lowerBound + index]] {
          table.withRow(row) { path, totals, credits in append(path, totals, credits, to: &text) }
        }
        return text
      }
      for text in texts { try text.withUnsafeBytes(write) }
    }
    if table.untouched.journeys > 0 {
      var text: [UInt8] = []
      let none = UnsafeBufferPointer<Int32>(start: nil, count: 0)
      append(none, table.untouched, UnsafeBufferPointer(start: nil, count: 0), to: &text)
      try text.withUnsafeBytes(write)
    }
  }

  private func append(
    _ path: UnsafeBufferPointer<Int32>, _ totals: PathTotals,
    _ credits: UnsafeBufferPointer<DecayCredit>, to text: inout [UInt8]
  ) {
    let start = text.count
    for (position, touch) in path.enumerated() {
      if position > 0 { text.append(contentsOf: separator.utf8) }
      text.append(contentsOf: names[Int(touch)])
    }
    Self.escape(&text, from: start)
    text.append(UInt8(ascii: ","))
    Self.append(totals.conversions, to: &text)
    if hasValue {
      text.append(UInt8(ascii: ","))
      Self.append(totals.value, to: &text)
    }
    text.append(UInt8(ascii: ","))
    Self.append(totals.nonConverting, to: &text)
    for index in table.halfLives.indices {
      let credits = credits.isEmpty ? credits : UnsafeBufferPointer(rebasing: credits[index * path.count..<(index + 1) * path.count])
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
    guard number == number.rounded(), number >= 0, number < 9_007_199_254_740_992 else {
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

  /// Makes what was appended a field: an apostrophe in front of what a spreadsheet would take for a formula, and quotes where
  /// they are needed.
  private static func escape(_ text: inout [UInt8], from start: Int) {
    guard start < text.count else { return }
    let marked = text[start...].drop { $0 == UInt8(ascii: "'") }
    if let first = marked.first, TouchpointName.formulaStarts.contains(first) {
      text.insert(UInt8(ascii: "'"), at: start)
    }
    let needsQuotes = text[start...].contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
        || $0 == UInt8(ascii: "\r")
    }
    guard needsQuotes else { return }
    let quoted = text[start...].flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] }
    text.removeLast(text.count - start)
    text.append(UInt8(ascii: "\""))
    text.append(contentsOf: quoted)
    text.append(UInt8(ascii: "\""))
  }
}
