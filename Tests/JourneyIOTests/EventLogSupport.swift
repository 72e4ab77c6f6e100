import Foundation
import GRDB
import Testing
import TouchstoneJourneys
import TouchstoneText

@testable import TouchstoneJourneyIO
@testable import TouchstoneJourneys

/// What tests of event logs share: how to read, and how to see what was read.
enum EventLogs {
  static func read(
    _ text: String, _ format: EventFormat = EventFormat(), blockSize: Int = 256 << 10
  ) throws(InputError) -> EventReader.Result {
    try EventReader(format, blockSize: blockSize).read(bytes: Array(text.utf8), name: "t")
  }

  /// The events of a log, one line each, sorted unless their stored order is wanted.
  ///
  /// A line gives person, seconds since 1970, touchpoint (`-` without; `|` between parts) and kind; for all but touches
  /// role, conversions and value; and the measures, `?` where missing.
  static func lines(_ log: EventLog, sorted: Bool = true) -> [String] {
    let lines = log.shards.flatMap { shard in
      (0..<shard.events.count).map { line(shard, $0, log) }
    }
    return sorted ? lines.sorted() : lines
  }

  private static func line(_ shard: EventShard, _ index: Int, _ log: EventLog) -> String {
    let event = shard.events[index]
    let person = String(decoding: shard.identifiers.text(Int(event.person)), as: UTF8.self)
    func name(_ id: Int32) -> String {
      id < 0 ? "-" : log.touchpoints.names[Int(id)].replacing("\u{1F}", with: "|")
    }
    var texts: [String]
    if let place = event.code.outcome {
      let outcome = shard.outcomes[place]
      texts = [name(outcome.touchpoint), "\(outcome.kind)", "\(outcome.role)"]
      texts += [outcome.conversions, outcome.value == 0 ? 0 : outcome.value].map { "\($0)" }
    } else {
      texts = [name(event.code.touchpoint), "\(event.code.kind)"]
    }
    let count = log.measureNames.count
    texts += (0..<count).map { measure in
      let number = shard.measures[index * count + measure]
      return number.isNaN ? "?" : "\(number)"
    }
    return ([person, seconds(event.time)] + texts).joined(separator: " ")
  }

  /// Microseconds as seconds, with the fraction where there is one.
  static func seconds(_ time: Int64) -> String {
    time % 1_000_000 == 0 ? "\(time / 1_000_000)" : "\(Double(time) / 1e6)"
  }

  /// The lines of a small log.
  static func lines(_ text: String, _ format: EventFormat = EventFormat()) throws(InputError) -> [String] {
    lines(try read(text, format).log)
  }

  /// A format, changed.
  static func format(_ change: (inout EventFormat) -> Void) -> EventFormat {
    var format = EventFormat()
    change(&format)
    return format
  }

  /// Why something was refused.
  static func refusal<Result>(_ body: () throws(InputError) -> Result) -> InputError? {
    do throws(InputError) {
      _ = try body()
      return nil
    } catch {
      return error
    }
  }

  /// A folder that is gone when `body` returns.
  static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "touchstone-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// What the `gzip` tool makes of bytes: not our zlib, on purpose.
  static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    try withFolder { folder in
      let plain = folder.appending(path: "plain")
      try Data(bytes).write(to: plain)
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["gzip", "-n", plain.path]
      try process.run()
      process.waitUntilExit()
      return Array(try Data(contentsOf: folder.appending(path: "plain.gz")))
    }
  }

  /// Makes a database, and gives it to `body`.
  static func withDatabase<Result>(
    _ fill: (Database) throws -> Void, _ body: (String) throws -> Result
  ) throws -> Result {
    try withFolder { folder in
      let path = folder.appending(path: "shop.db").path
      let database = try DatabaseQueue(path: path)
      try database.write(fill)
      try database.close()
      return try body(path)
    }
  }

  static func read(
    table: String, of path: String, _ format: EventFormat = EventFormat()
  ) throws(InputError) -> EventReader.Result {
    try EventReader(format).read(.sqlite(SQLiteLocation(path: path, selection: .table(table))))
  }

  static func read(
    query: String, of path: String, _ format: EventFormat = EventFormat()
  ) throws(InputError) -> EventReader.Result {
    try EventReader(format).read(.sqlite(SQLiteLocation(path: path, selection: .query(query))))
  }
}
