import TouchstoneJourneys
import TouchstoneText

/// Paths cut into touchpoints, and touchpoints looked up.
extension PathRowParser {
  /// Reads the touches of a path and returns their number.
  @inline(__always)
  mutating func readTouches(
    _ field: FieldBytes, _ touches: UnsafeMutablePointer<Int32>
  ) throws(RecordFault) -> Int {
    let field = TouchpointName.withoutGuard(field.trimmed)
    if field.start == field.end { return 0 }
    if field.start.pointee == UInt8(ascii: "("), field.bytes.elementsEqual(PathTableFormat.baselinePath.utf8) {
      isBaseline = true
      return 0
    }
    var count = 0
    var position = field.start
    while true {
      let separatorPosition = nextSeparator(from: position, to: field.end)
      var start = position
      var end = separatorPosition
      // Spaces, and tabs or line ends in quoted fields, belong to neither touchpoint.
      while start < end && start.pointee <= UInt8(ascii: " ") { start += 1 }
      while end > start && (end - 1).pointee <= UInt8(ascii: " ") { end -= 1 }
      if start < end {
        touches[count] = try touchpoint(start, end)
        count &+= 1
      } else if layout.emptyTouchpoints == .reject {
        throw RecordFault(
          position: start,
          problem: "a touchpoint is empty in the path \(quotedForMessage(field.bytes))",
          remedy: "correct the path, or skip empty touchpoints with --empty-touchpoints drop")
      }
      if separatorPosition == field.end { return count }
      position = separatorPosition + separator.count
    }
  }

  @inline(__always)
  private func nextSeparator(
    from position: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    var candidate = ByteScan.first(separatorStart, from: position, to: end)
    if separator.count == 1 { return candidate }
    while candidate < end {
      if end - candidate >= separator.count
        && separator.indices.allSatisfy({ candidate[$0] == separator[$0] })
      {
        return candidate
      }
      candidate = ByteScan.first(separatorStart, from: candidate + 1, to: end)
    }
    return end
  }

  @inline(__always)
  private mutating func touchpoint(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(RecordFault) -> Int32 {
    let length = end - start
    guard length <= 8 else { return try touchpointByTable(start, length) }
    let word = ByteScan.word(start, length: length)
    if let id = names.id(of: word, length: length) { return id }
    let id = try touchpointByTable(start, length)
    names.keep(id, of: word, length: length)
    return id
  }

  private mutating func touchpointByTable(
    _ start: UnsafePointer<UInt8>, _ length: Int
  ) throws(RecordFault) -> Int32 {
    let name = UnsafeBufferPointer(start: start, count: length)
    let bytes = UnsafeRawBufferPointer(name)
    if let id = known.id(ofBytes: bytes) { return id }
    if let id = block.newNames.id(ofBytes: bytes) { return provisionalStart + id }
    try TouchpointName.check(name)
    return provisionalStart + block.newNames.internBytes(bytes)
  }
}
