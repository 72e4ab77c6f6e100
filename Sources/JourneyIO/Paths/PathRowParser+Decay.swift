import TouchstoneJourneys
import TouchstoneText

/// Time-decay credit by position: numbers with spaces between them, one a touch.
extension PathRowParser {
  func numbers(_ field: FieldBytes, _ column: Int) throws(RecordFault) -> [Double] {
    var numbers: [Double] = []
    for piece in field.trimmed.bytes.split(separator: UInt8(ascii: " ")) {
      guard let number = DecimalNumber.parse(UnsafeBufferPointer(rebasing: piece)), number.isFinite
      else {
        throw RecordFault(
          position: field.origin,
          problem:
            "\(quotedForMessage(layout.columnNames[column])) holds \(quotedForMessage(piece)), which is no number",
          remedy: "write one number a touch, with spaces between them, or leave the column out")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// Fills a row's credits in, and refuses those that do not share out what the row counts.
  func giveDecay(
    _ credits: UnsafeMutableBufferPointer<DecayCredit>, _ record: UnsafePointer<UInt8>
  ) throws(RecordFault) {
    guard row.totals.conversions > 0 else { return }
    for (index, halfLife) in layout.halfLives.enumerated() {
      let start = index * row.touchCount
      let conversions = row.decayConversions[index]
      let values = row.decayValues[index]
      try check(conversions, sumTo: row.totals.conversions, "conversions", halfLife, record)
      if layout.hasValue {
        try check(values, sumTo: row.totals.value, "value", halfLife, record)
      }
      for position in 0..<row.touchCount {
        credits[start + position] = DecayCredit(
          conversions: conversions[position], value: values.isEmpty ? 0 : values[position])
      }
    }
  }

  /// How far credits may be from what their row counts, against the sum of their sizes: rounding over thousands of
  /// touches stays far below, and a digit that was lost far above.
  private static var decayTolerance: Double { 1e-10 }

  private func check(
    _ numbers: [Double], sumTo total: Double, _ quantity: String, _ halfLife: Double,
    _ record: UnsafePointer<UInt8>
  ) throws(RecordFault) {
    let column = "the time-decay credit of \(quantity) for \(halfLife) days"
    guard numbers.count == row.touchCount else {
      throw RecordFault(
        position: record,
        problem: "\(column) has \(numbers.count) numbers where the path has \(row.touchCount) touches",
        remedy: "write one number a touch, with spaces between them")
    }
    let magnitude = numbers.reduce(abs(total)) { $0 + abs($1) }
    let sum = numbers.reduce(0, +)
    guard abs(sum - total) <= Self.decayTolerance * magnitude else {
      throw RecordFault(
        position: record, problem: "\(column) sums to \(sum) where the row counts \(total)",
        remedy: "write the table anew with touchstone journeys")
    }
  }
}
