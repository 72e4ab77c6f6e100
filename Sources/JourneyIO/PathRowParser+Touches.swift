import Journeys

/// Paths cut into touchpoints, and touchpoints looked up.
extension PathRowParser {
  /// Reads the touches of a path and returns their number.
  @inline(__always)
  func readTouches(
    _ field: FieldBytes, _ touches: UnsafeMutablePointer<Int32>, _ names: inout NameCache,
    _ newNames: inout TouchpointTable
  ) throws(Fault) -> Int {
    let field = field.trimmed
    if field.start == field.end { return 0 }
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
        touches[count] = try touchpoint(start, end, &names, &newNames)
        count &+= 1
      } else if layout.emptyTouchpoints == .reject {
        throw Fault(
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
  private func touchpoint(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ names: inout NameCache,
    _ newNames: inout TouchpointTable
  ) throws(Fault) -> Int32 {
    let length = end - start
    guard length <= 8 else { return try touchpointByTable(start, length, &newNames) }
    let word = ByteScan.word(start, length: length)
    if let id = names.id(of: word, length: length) { return id }
    let id = try touchpointByTable(start, length, &newNames)
    names.keep(id, of: word, length: length)
    return id
  }

  private func touchpointByTable(
    _ start: UnsafePointer<UInt8>, _ length: Int, _ newNames: inout TouchpointTable
  ) throws(Fault) -> Int32 {
    let bytes = UnsafeRawBufferPointer(start: start, count: length)
    if let id = known.id(ofBytes: bytes) { return id }
    if let id = newNames.id(ofBytes: bytes) { return provisionalStart + id }
    return provisionalStart + (try newTouchpoint(bytes, &newNames))
  }

  private func newTouchpoint(
    _ bytes: UnsafeRawBufferPointer, _ newNames: inout TouchpointTable
  ) throws(Fault) -> Int32 {
    let position = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw Fault(
        position: position,
        problem: "the touchpoint \(quotedForMessage(bytes)) is not UTF-8",
        remedy: "save the file as UTF-8")
    }
    if PathTableFormat.reservedNames.contains(name) {
      throw Fault(
        position: position,
        problem: "\(quotedForMessage(name)) is the name of something else in the results",
        remedy: "rename the touchpoint")
    }
    return newNames.internBytes(bytes)
  }
}
