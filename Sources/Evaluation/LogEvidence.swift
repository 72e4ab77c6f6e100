import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneSimulation

/// What contestants may know of a world: the observed log and the costs.
struct LogEvidence: Sendable {
  let world: World
  let evidence: Evidence
  /// By channel.
  let spend: [Double]
  /// By channel, as logged.
  let touches: [Double]

  /// Lives the world and reads of its log what models need.
  init(_ world: World, _ needs: EvidenceNeeds) {
    let log = ObservedLog(world)
    let count = world.channels.count
    var (bought, logged) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    let events = log.eventLog(
      make: { events -> (bought: [Double], logged: [Double]) in
        var (bought, logged) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
        for (index, day) in events.days.enumerated() { bought[index % count] += Double(day.touches) }
        for observed in events.events {
          if let id = observed.event.touchpoint, Int(id) < count { logged[Int(id)] += 1 }
        }
        return (bought, logged)
      },
      use: { piece in
        for channel in 0..<count {
          bought[channel] += piece.bought[channel]
          logged[channel] += piece.logged[channel]
        }
      })
    let built = JourneyBuilder().build(events, for: needs, wantsJointJourneys: true)
    self.world = world
    evidence = Evidence(built)
    spend = zip(bought, world.channels).map { $0 * $1.costPerTouch }
    touches = logged
  }

  /// A channel's touchpoint id in the path table.
  func id(of channel: Int) -> Int? {
    evidence.paths.touchpoints.id(of: world.channels[channel].name).map { Int($0) }
  }
}
