import SystemPackage
import TouchstoneText

/// Bytes that are read once, from the front.
protocol ByteSource: AnyObject {
  /// Reads some bytes.
  ///
  /// - Returns: How many; 0 at the end alone.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int
}

/// The bytes of an array, with gzip undone where the first bytes show it.
func openSource(_ bytes: [UInt8], name: String) -> any ByteSource {
  let memory = MemoryByteSource(bytes)
  return GzipByteSource.begins(bytes.prefix(2)) ? GzipByteSource(memory, name: name) : memory
}

/// Bytes that are in memory already.
private final class MemoryByteSource: ByteSource {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    let count = min(rest.count, buffer.count)
    buffer.copyBytes(from: rest.prefix(count))
    rest.removeFirst(count)
    return count
  }
}

/// Bytes straight from a file descriptor.
final class FileByteSource: ByteSource {
  private let descriptor: FileDescriptor
  private let closesAtEnd: Bool
  private let name: String
  private var peeked: [UInt8] = []

  private init(_ descriptor: FileDescriptor, closesAtEnd: Bool, name: String) {
    self.descriptor = descriptor
    self.closesAtEnd = closesAtEnd
    self.name = name
  }

  convenience init(path: String) throws(InputError) {
    let descriptor: FileDescriptor
    do {
      descriptor = try FileDescriptor.open(FilePath(path), .readOnly)
    } catch {
      throw Self.openingFailed(path, error as? Errno)
    }
    self.init(descriptor, closesAtEnd: true, name: path)
  }

  static func standardInput(name: String) -> FileByteSource {
    FileByteSource(.standardInput, closesAtEnd: false, name: name)
  }

  deinit { if closesAtEnd { try? descriptor.close() } }

  /// The first two bytes, or fewer where there are fewer; they stay to be read.
  func peek() throws(InputError) -> [UInt8] {
    while peeked.count < 2 {
      var byte: UInt8 = 0
      let count: Int
      do {
        count = try withUnsafeMutableBytes(of: &byte) { try descriptor.read(into: $0) }
      } catch { throw readingFailed(error as? Errno) }
      if count == 0 { break }
      peeked.append(byte)
    }
    return peeked
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if !peeked.isEmpty {
      let count = min(peeked.count, buffer.count)
      buffer.copyBytes(from: peeked.prefix(count))
      peeked.removeFirst(count)
      return count
    }
    do {
      return try descriptor.read(into: buffer)
    } catch { throw readingFailed(error as? Errno) }
  }

  private func readingFailed(_ error: Errno?) -> InputError {
    if error == .isDirectory {
      return InputError(
        .missing, source: name, problem: "this is a directory", remedy: "name a file in it")
    }
    return InputError(
      .readFailure, source: name, problem: "reading failed (\(error?.description ?? "unknown"))",
      remedy: "check the disk or the connection and try again")
  }

  private static func openingFailed(_ path: String, _ error: Errno?) -> InputError {
    switch error {
    case .noSuchFileOrDirectory?:
      InputError(
        .missing, source: path, problem: "there is no such file",
        remedy: "check the path, or use - to read standard input")
    case .permissionDenied?:
      InputError(
        .missing, source: path, problem: "this file may not be read",
        remedy: "ask its owner for read permission")
    default:
      InputError(
        .missing, source: path,
        problem: "this file cannot be opened (\(error?.description ?? "unknown"))",
        remedy: "check the path")
    }
  }
}
