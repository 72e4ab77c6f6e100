import Foundation

/// A folder of results; each file in it appears whole or not at all.
struct OutputFolder {
  private let path: String

  /// Makes the folder where there is none.
  init(_ path: String) throws(OutputError) {
    self.path = path
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue {
      throw OutputError(kind: .cannotCreate, description: "\(path): this is a file; name a folder with --output")
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw OutputError(
        kind: .cannotCreate,
        description: "\(path): the folder cannot be made; check that the one above it exists and may be written to")
    }
  }

  func write(
    _ name: String, _ produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws(OutputError) {
    try OutputFile("\(path)/\(name)").write(produce)
  }
}
