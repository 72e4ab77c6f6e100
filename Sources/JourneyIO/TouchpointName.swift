import TouchstoneJourneys
import TouchstoneText

/// What every touchpoint's name must satisfy, wherever it is read.
enum TouchpointName {
  /// Refuses a name that is not UTF-8, and one that outputs use for something else.
  static func check(_ bytes: UnsafeRawBufferPointer) throws(RecordFault) {
    let position = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw RecordFault(
        position: position,
        problem: "the touchpoint \(quotedForMessage(bytes)) is not UTF-8",
        remedy: "save the file as UTF-8")
    }
    if TouchpointTable.reservedNames.contains(name) {
      throw RecordFault(
        position: position,
        problem: "\(quotedForMessage(name)) is the name of something else in the results",
        remedy: "rename the touchpoint")
    }
  }

  /// A path as ``PathTableWriter`` writes it begins with one apostrophe more where it would else begin like a formula: without
  /// that apostrophe.
  @inline(__always)
  static func withoutGuard(_ path: FieldBytes) -> FieldBytes {
    guard path.start.pointee == UInt8(ascii: "'") else { return path }
    var position = path.start
    while position < path.end && position.pointee == UInt8(ascii: "'") { position += 1 }
    guard position < path.end && Escaping.formulaStarts.contains(position.pointee) else { return path }
    var unguarded = path
    unguarded.start += 1
    return unguarded
  }
}
