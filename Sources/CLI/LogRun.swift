import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneSimulation

/// A world's log while it is lived: events are passed on, paths and costs kept.
struct LogRun: ~Copyable {
  private let log: ObservedLog
  private let format: LogFormat
  private let wants: Set<SimulateCommand.Product>
  private let progress: WorkProgress?
  private var costs: DailyCosts
  private var journeys: JourneyBuilder.Result?

  init(_ world: World, format: LogFormat, wants: Set<SimulateCommand.Product>, progress: WorkProgress?) {
    log = ObservedLog(world)
    self.format = format
    self.wants = wants
    self.progress = progress
    costs = DailyCosts(world)
  }

  /// Those of `touchstone journeys` where it is given none.
  private static let halfLives = [7.0]

  mutating func live(_ write: ([UInt8]) throws -> Void) throws {
    defer { progress?.finish() }
    let (log, format, wants) = (log, format, wants)
    var users = 0
    if wants.contains(.events) { try write(Array(format.header.utf8)) }
    let make = { @Sendable (events: ObservedEvents) -> (text: [UInt8], days: [ObservedEvents.ChannelDay]) in
      (wants.contains(.events) ? events.text(format, touchpoints: log.touchpoints) : [], events.days)
    }
    func use(_ piece: (text: [UInt8], days: [ObservedEvents.ChannelDay])) throws {
      try write(piece.text)
      costs.add(piece.days)
      users = min(users + ObservedLog.usersPerChunk, log.world.users)
      progress?.update(done: users)
    }
    if wants.contains(.paths) {
      let events = try log.eventLog(make: make, use: use)
      journeys = JourneyBuilder().build(events, halfLives: Self.halfLives)
    } else {
      try log.forEach(make: make, use: use)
    }
  }

  func write(_ product: SimulateCommand.Product, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    switch product {
    case .paths:
      if let journeys { try PathTableWriter(journeys.paths, hasValue: true).write(write) }
    case .costs: try Array(costs.csv.utf8).withUnsafeBytes(write)
    case .truth, .events: preconditionFailure("not kept by a log")
    }
  }
}
