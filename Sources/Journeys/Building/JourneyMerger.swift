/// Merges the journeys of several logs with the same touchpoints and different persons, as if they were one log.
package struct JourneyMerger: ~Copyable {
  private var builder: PathTableBuilder
  private var account = JourneyAccount()
  private var joint = JointJourneysBuilder()
  private var touchpoints: TouchpointTable?
  private var hasJoint = false
  private var exposures: [ExposureHistories] = []
  private let halfLives: [Double]

  /// - Parameter halfLives: The half-lives in days that the logs' journeys carry time-decay credit for.
  package init(halfLives: [Double] = []) {
    self.halfLives = halfLives
    builder = PathTableBuilder(halfLives: halfLives)
  }

  /// Adds a log's journeys. Traps where its touchpoints are others; a profile and periods are not merged.
  package mutating func add(_ result: JourneyBuilder.Result) {
    precondition(
      touchpoints == nil || touchpoints!.names == result.paths.touchpoints.names, "logs with the same touchpoints")
    touchpoints = result.paths.touchpoints
    let batch = PathBatch(halfLifeCount: halfLives.count)
    for part in result.paths.parts {
      part.forEachTimedRow { path, totals, decay in
        let touches = batch.openRow(capacity: path.count)
        for (position, touch) in path.enumerated() { touches[position] = touch }
        let credits = batch.closeRow(touches: path.count, totals)
        for (position, credit) in decay.enumerated() { credits[position] = credit }
      }
    }
    if result.paths.untouched.journeys > 0 { batch.append([], result.paths.untouched) }
    builder.add([batch])
    account.add(result.account)
    if let jointJourneys = result.jointJourneys {
      hasJoint = true
      joint.add(jointJourneys)
    }
    if let exposures = result.exposures { self.exposures.append(exposures) }
  }

  /// All journeys added.
  package consuming func finish() -> JourneyBuilder.Result {
    let touchpoints = touchpoints ?? TouchpointTable()
    return JourneyBuilder.Result(
      paths: builder.finish(touchpoints: touchpoints), account: account, profile: nil,
      jointJourneys: hasJoint ? joint.finish() : nil,
      exposures: exposures.isEmpty ? nil : ExposureHistories(merging: exposures, touchpoints: touchpoints),
      periods: nil)
  }
}
