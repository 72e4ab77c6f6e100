/// Quoted fields: the rare case, kept out of the way of the common one.
extension PathRowParser {
  /// Takes what a quoted field says, and returns the position of the delimiter or line end behind it.
  @inline(never)
  func readQuoted(
    _ kind: PathTableLayout.Field, from opening: UnsafePointer<UInt8>,
    to end: UnsafePointer<UInt8>, _ names: inout NameCache, _ row: inout Row,
    _ result: inout ParsedBlock
  ) throws(Fault) -> UnsafePointer<UInt8> {
    let fieldEnd = try quotedFieldEnd(from: opening, to: end)
    let field = FieldBytes(start: opening + 1, end: fieldEnd - 1, origin: opening)
    row.lineFeeds += field.bytes.count { $0 == UInt8(ascii: "\n") }
    if !field.bytes.contains(UInt8(ascii: "\"")) {
      try read(kind, field, &names, &row, &result)
      return fieldEnd
    }
    // Quotes inside were doubled; undo that in a copy, which is padded like a block.
    var copy = undoubled(field.bytes)
    let length = copy.count
    copy += [UInt8](repeating: 0, count: ByteBlock.padding)
    let fault: Fault? = copy.withUnsafeBufferPointer { copy in
      let start = copy.baseAddress!
      do throws(Fault) {
        let field = FieldBytes(start: start, end: start + length, origin: opening)
        try read(kind, field, &names, &row, &result)
        return nil
      } catch {
        // The copy's positions mean nothing in the input.
        return Fault(position: opening, problem: error.problem, remedy: error.remedy)
      }
    }
    if let fault { throw fault }
    return fieldEnd
  }

  /// The end of a quoted field: the delimiter, line feed, or carriage return of a line's end, behind
  /// the closing quote.
  private func quotedFieldEnd(
    from opening: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) throws(Fault) -> UnsafePointer<UInt8> {
    var position = opening + 1
    while true {
      position = ByteScan.first(Self.quote, from: position, to: end)
      guard position < end else {
        throw Fault(
          position: opening, problem: "this double quote is never closed",
          remedy: "close it, or double it where it belongs to the text")
      }
      position += 1
      if position < end && position.pointee == UInt8(ascii: "\"") {
        position += 1
        continue
      }
      if position < end
        && (position.pointee == layout.delimiter || position.pointee == UInt8(ascii: "\n")
          || (position.pointee == UInt8(ascii: "\r") && position[1] == UInt8(ascii: "\n")))
      {
        return position
      }
      throw Fault(
        position: position, problem: "text follows a closing double quote",
        remedy: "double a quote that belongs to the text, and quote the whole field")
    }
  }

  private func undoubled(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while position < bytes.count {
      result.append(bytes[position])
      position += bytes[position] == UInt8(ascii: "\"") ? 2 : 1
    }
    return result
  }
}
