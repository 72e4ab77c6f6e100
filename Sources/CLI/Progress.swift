import Synchronization
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
  /// What takes less time needs no line.
  private static let delay = Duration.seconds(1)
  /// A line that changes more often cannot be read.
  private static let pause = Duration.seconds(0.2)
  /// Moves to the start of the line and clears it.
  private static let clear = "\r\u{1B}[K"

  private let start = ContinuousClock.now
  private let shown = Mutex<ContinuousClock.Instant?>(nil)

  /// `nil` where nobody is watching.
  init?() { guard isatty(STDERR_FILENO) == 1 else { return nil } }

  /// Shows a line made of the seconds gone, where it is time for a new one.
  func update(_ text: (Double) -> String) {
    let now = ContinuousClock.now
    let isDue = shown.withLock { last in
      guard now - (last ?? start) > (last == nil ? Self.delay : Self.pause) else { return false }
      last = now
      return true
    }
    if isDue { say(Self.clear + text((now - start) / .seconds(1))) }
  }

  /// Clears the line.
  func finish() {
    if shown.withLock({ $0 != nil }) { say(Self.clear) }
  }
}

/// Tells how far the reading of an input is.
final class ReadingProgress: Sendable {
  /// The most characters of a name that are shown: the line is to fit a terminal of 80 columns.
  private static let longestName = 40

  private let name: String
  private let line: ProgressLine

  /// `nil` where nobody is watching.
  init?(_ location: InputLocation) {
    guard let line = ProgressLine() else { return nil }
    self.line = line
    let safe = escapedForMessage(location.name)
    name = safe.count > Self.longestName ? "…" + safe.suffix(Self.longestName - 1) : safe
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
