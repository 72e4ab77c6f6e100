import Synchronization
import SystemPackage
import TouchstoneJourneyIO
import TouchstoneText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A line on standard error, where that is a terminal and the work takes more than a second.
private final class ProgressLine: Sendable {
  let start = ContinuousClock.now
  private let shown = Mutex<ContinuousClock.Instant?>(nil)

  /// `nil` where nobody is watching.
  init?() { guard isatty(STDERR_FILENO) == 1 else { return nil } }

  /// Shows a line made of the seconds gone, where it is time for a new one.
  func update(_ text: (Double) -> String) {
    let now = ContinuousClock.now
    let isDue = shown.withLock { last in
      guard now - (last ?? start) > .seconds(last == nil ? 1 : 0.2) else { return false }
      last = now
      return true
    }
    if isDue { write("\r\u{1B}[K" + text((now - start) / .seconds(1))) }
  }

  /// Clears the line.
  func finish() {
    if shown.withLock({ $0 != nil }) { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}

/// Tells how far the reading of an input is.
final class Progress: Sendable {
  private let name: String
  private let line: ProgressLine

  /// `nil` where nobody is watching.
  init?(_ location: InputLocation) {
    guard let line = ProgressLine() else { return nil }
    self.line = line
    let safe = escapedForMessage(location.name)
    name = safe.count > 40 ? "…" + safe.suffix(39) : safe
  }

  func update(bytes: Int) {
    line.update { seconds in
      let megabytes = Double(bytes) / 1e6
      return "reading \(name): \(Int(megabytes)) MB, \(Int(megabytes / seconds)) MB/s"
    }
  }

  func finish() { line.finish() }
}

/// Tells how far a work of known size is, how fast it goes, and how long it will take.
final class WorkProgress: Sendable {
  private let work: String
  private let unit: String
  private let total: Int
  private let line: ProgressLine

  /// `nil` where nobody is watching.
  init?(_ work: String, unit: String, of total: Int) {
    guard let line = ProgressLine() else { return nil }
    self.line = line
    self.work = escapedForMessage(work)
    self.unit = unit
    self.total = total
  }

  func update(done: Int) {
    line.update { seconds in
      let rate = Double(done) / seconds
      let left = rate > 0 ? Int((Double(total - done) / rate).rounded(.up)) : 0
      return "\(work): \(done) of \(total) \(unit), \(Int(rate)) a second, \(left) s left"
    }
  }

  func finish() { line.finish() }
}
