import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why results could not be written.
struct OutputError: Error, CustomStringConvertible {
  enum Kind {
    case cannotCreate
    case writeFailure
    /// Whoever read standard output has had enough.
    case closedPipe
  }

  let kind: Kind
  let description: String
}

/// A file that is written whole or not at all: beside its target first, then renamed.
struct OutputFile {
  private let path: FilePath

  init(_ path: String) { self.path = FilePath(path) }

  /// Fails where the file could not be created.
  func check() throws(OutputError) {
    if isSpecial { return }
    try create().closeAndRemove()
  }

  /// Whether the target is there and the same file as another path's, whatever the two are called.
  func isSameFile(as other: String) -> Bool {
    var (target, candidate) = (stat(), stat())
    return stat(path.string, &target) == 0 && stat(other, &candidate) == 0
      && target.st_dev == candidate.st_dev && target.st_ino == candidate.st_ino && !isSpecial
  }

  /// Writes what `produce` passes on, one piece after the other.
  func write(_ produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws(OutputError) {
    if isSpecial {
      try writeInPlace(produce)
      return
    }
    let draft = try create()
    do {
      try produce { _ = try draft.descriptor.writeAll($0) }
      if fsync(draft.descriptor.rawValue) != 0 { throw Errno(rawValue: errno) }
    } catch {
      draft.closeAndRemove()
      throw writeFailure(error)
    }
    try? draft.descriptor.close()
    if rename(draft.path.string, path.string) != 0 {
      let reason = Errno(rawValue: errno)
      unlink(draft.path.string)
      throw OutputError(
        kind: .cannotCreate,
        description: "\(path): the file cannot be replaced (\(reason)); choose another --output")
    }
  }

  /// Whether the target exists and is no plain file: a device or a pipe, which must not be replaced.
  private var isSpecial: Bool {
    var status = stat()
    return stat(path.string, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
      && status.st_mode & S_IFMT != S_IFDIR
  }

  private struct Draft {
    let path: FilePath
    let descriptor: FileDescriptor

    func closeAndRemove() {
      try? descriptor.close()
      unlink(path.string)
    }
  }

  private func create() throws(OutputError) -> Draft {
    var status = stat()
    if stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
      throw OutputError(
        kind: .cannotCreate,
        description: "\(path): this is a directory; name a file in it")
    }
    let name = ".\(path.lastComponent?.string ?? "output").\(getpid()).partial"
    let draft = path.removingLastComponent().appending(name)
    do {
      let descriptor = try FileDescriptor.open(
        draft, .writeOnly, options: [.create, .truncate],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      return Draft(path: draft, descriptor: descriptor)
    } catch {
      throw OutputError(
        kind: .cannotCreate,
        description: "\(path): the file cannot be created (\(error)); check that its folder exists"
          + " and may be written to")
    }
  }

  private func writeInPlace(
    _ produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws(OutputError) {
    do {
      let descriptor = try FileDescriptor.open(path, .writeOnly)
      try descriptor.closeAfter { try produce { _ = try descriptor.writeAll($0) } }
    } catch { throw writeFailure(error) }
  }

  private func writeFailure(_ error: any Error) -> OutputError {
    OutputError(
      kind: .writeFailure,
      description: "\(path): writing failed (\(error)); make room or choose another --output")
  }
}

/// Results on standard output.
enum StandardOutput {
  static func write(
    _ produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws(OutputError) {
    do {
      try produce { _ = try FileDescriptor.standardOutput.writeAll($0) }
    } catch {
      if error as? Errno == .brokenPipe {
        throw OutputError(kind: .closedPipe, description: "")
      }
      throw OutputError(
        kind: .writeFailure,
        description: "standard output: writing failed (\(error)); make room or write elsewhere")
    }
  }
}
