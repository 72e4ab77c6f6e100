import TouchstoneJourneys
import TouchstoneText

/// What every touchpoint's name must satisfy, wherever it is read.
enum TouchpointName {
  /// Refuses a name that is not UTF-8, and one that outputs use for something else.
  ///
  /// - Parameter bytes: The name, which is not empty.
  static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(RecordFault) {
    let position = bytes.baseAddress.unsafelyUnwrapped
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

  /// A path without the apostrophe that ``PathTableWriter`` puts in front where the path would else begin like a
  /// formula.
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
