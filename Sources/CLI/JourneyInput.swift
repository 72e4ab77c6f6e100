import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneReporting
import TouchstoneText

/// An input as commands use it, whether it was a path table or an event log.
struct JourneyInput {
  /// What models learn from.
  let evidence: Evidence
  let hasValue: Bool
  /// How it was read, in one line.
  let layout: String
  /// What became of the events, where it was an event log.
  let events: Events?

  struct Events {
    let account: JourneyAccount
    let identities: IdentityReport?
    let profile: JourneyProfile?
    let periods: PeriodConversions?
  }

  var paths: PathTable { evidence.paths }

  /// Reads an input, with progress on standard error where someone may be watching.
  ///
  /// - Parameter needs: What models will need of events, besides paths.
  static func read(
    _ location: InputLocation, paths: PathTableFormat, specification: JourneySpecification,
    kind: JourneyInputReader.Kind? = nil, needs: EvidenceNeeds = EvidenceNeeds(), wantsProfile: Bool = false,
    wantsJointJourneys: Bool = false, periods: PeriodConversions? = nil, quiet: Bool
  ) throws(InputError) -> JourneyInput {
    var reader = JourneyInputReader(paths: paths, events: specification.events, kind: kind)
    let progress = quiet ? nil : ReadingProgress(location)
    if let progress { reader.progress = { bytes in progress.update(bytes: bytes) } }
    let reading: JourneyInputReader.Reading
    do {
      defer { progress?.finish() }
      reading = try reader.read(location)
    }
    switch reading {
    case .paths(let result): return JourneyInput(result, location, quiet: quiet)
    case .events(let result):
      let input = JourneyInput(
        result, specification, needs: needs, wantsProfile: wantsProfile, wantsJointJourneys: wantsJointJourneys,
        periods: periods)
      try PathTableReader.check(input.paths, name: location.name)
      return input
    }
  }

  private init(_ result: PathTableReader.Result, _ location: InputLocation, quiet: Bool) {
    if result.weightlessRows > 0 && !result.layout.hasNulls && !quiet {
      note(
        "\(result.weightlessRows) of \(result.rows) rows of \(escapedForMessage(location.name)) have no conversions,"
          + " and no column counts journeys without; if each row is one journey, use --rows journeys")
    }
    evidence = Evidence(paths: result.table)
    hasValue = result.layout.hasValue
    layout = result.layout.summary
    events = nil
  }

  private init(
    _ result: EventReader.Result, _ specification: JourneySpecification, needs: EvidenceNeeds,
    wantsProfile: Bool, wantsJointJourneys: Bool, periods: PeriodConversions?
  ) {
    let fields = result.layout.touchpointFields
    let built = JourneyBuilder(specification.rules).build(
      result.log, for: needs, rename: { specification.touchpoints.touchpoint(of: $0, fields: fields) },
      wantsProfile: wantsProfile, wantsJointJourneys: wantsJointJourneys, periods: periods)
    var account = built.account
    account.countWithoutTouchpoint(result.withoutTouchpoint)
    evidence = Evidence(built)
    hasValue = result.layout.hasValue
    layout = result.layout.summary
    events = Events(
      account: account, identities: result.log.identities, profile: built.profile,
      periods: built.periods)
  }
}
