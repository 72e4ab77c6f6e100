import JourneyIO
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A line on standard error that tells how far the reading is, where standard error is a terminal and the work
/// takes more than a second.
final class Progress: Sendable {
  private let name: String
  private let start = ContinuousClock.now
  private let shown = Mutex<ContinuousClock.Instant?>(nil)

  /// `nil` where nobody is watching.
  init?(_ location: InputLocation) {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
    let safe = escapedForMessage(location.name)
    name = safe.count > 40 ? "…" + safe.suffix(39) : safe
  }

  func update(bytes: Int) {
    let now = ContinuousClock.now
    let isDue = shown.withLock { last in
      guard now - (last ?? start) > .seconds(last == nil ? 1 : 0.2) else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    let seconds = (now - start) / .seconds(1)
    let megabytes = Double(bytes) / 1e6
    write("\r\u{1B}[Kreading \(name): \(Int(megabytes)) MB, \(Int(megabytes / seconds)) MB/s")
  }

  /// Clears the line.
  func finish() {
    if shown.withLock({ $0 != nil }) { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}
