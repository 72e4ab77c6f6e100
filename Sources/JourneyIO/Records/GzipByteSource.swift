import CTouchstoneZlib
import TouchstoneText

/// The bytes of another source, with gzip undone while they are read.
///
/// Memory is one fixed buffer, however far the data expands. Several gzip members in a row are one
/// stream, as for `gzip -d`.
final class GzipByteSource: ByteSource {
  private let compressed: any ByteSource
  private let name: String
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableBufferPointer<UInt8>
  /// Whether the stream stands between two members, where the data may end.
  private var isBetweenMembers = false
  /// Kept until everything before it has been handed out, so that what is read does not depend on the size of the
  /// buffers.
  private var failure: InputError?

  /// Enough for zlib to work in long stretches.
  private static let inputSize = 256 << 10

  /// Whether data begins as gzip does (RFC 1952, section 2.3.1), given its first two bytes.
  static func begins(_ bytes: some Collection<UInt8>) -> Bool { bytes.elementsEqual([0x1F, 0x8B]) }

  init(_ compressed: any ByteSource, name: String) {
    self.compressed = compressed
    self.name = name
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(capacity: Self.inputSize)
    let status = czlib_inflate_init_gzip(stream)
    precondition(status == Z_OK, "zlib does not start: \(status)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
    if let failure { throw failure }
    let room = min(buffer.count, Int(UInt32.max))
    stream.pointee.next_out = base.bindMemory(to: UInt8.self, capacity: room)
    stream.pointee.avail_out = UInt32(room)
    do throws(InputError) {
      while Int(stream.pointee.avail_out) == room, try inflateSome() {}
    } catch {
      failure = error
    }
    let count = room - Int(stream.pointee.avail_out)
    if count == 0, let failure { throw failure }
    return count
  }

  /// Inflates what is at hand, after reading more where nothing is.
  ///
  /// - Returns: False at the end of the data.
  private func inflateSome() throws(InputError) -> Bool {
    if stream.pointee.avail_in == 0 {
      let count = try compressed.read(into: UnsafeMutableRawBufferPointer(input))
      if count == 0 && isBetweenMembers { return false }
      stream.pointee.next_in = input.baseAddress
      stream.pointee.avail_in = UInt32(count)
    }
    if isBetweenMembers {
      // Tapes and some servers pad with zeros, which `gzip -d` skips.
      while stream.pointee.avail_in > 0 && stream.pointee.next_in.pointee == 0 {
        stream.pointee.next_in += 1
        stream.pointee.avail_in -= 1
      }
      if stream.pointee.avail_in == 0 { return true }
      inflateReset(stream)
      isBetweenMembers = false
    }
    switch inflate(stream, Z_NO_FLUSH) {
    case Z_OK: break
    case Z_BUF_ERROR:
      // No progress: the input has ended, and zlib holds back nothing that was inflated before.
      throw InputError(
        .badData, source: name, problem: "the gzip data ends too early",
        remedy: "the file was cut off; copy or download it again")
    case Z_STREAM_END: isBetweenMembers = true
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "unknown"
      throw InputError(
        .badData, source: name, problem: "the gzip data is damaged (\(reason))",
        remedy: "copy or download the file again")
    }
    return true
  }
}
