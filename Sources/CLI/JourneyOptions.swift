import ArgumentParser
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneReporting

/// Journeys from a path table or an event log: what the commands that take either have in common.
struct JourneyOptions: ParsableArguments {
  @OptionGroup var input: InputOptions
  @OptionGroup var paths: PathOptions
  @OptionGroup var events: EventOptions

  /// Reads the journeys, after a check that the results can be written.
  ///
  /// - Parameters:
  ///   - needs: What models will need of events, besides paths.
  ///   - wantsJointJourneys: Whether to note which journeys are one person's.
  ///   - periods: The periods that conversions of events are counted in, if any.
  func read(
    to destination: DestinationOptions, needs: EvidenceNeeds = EvidenceNeeds(), wantsJointJourneys: Bool = false,
    periods: PeriodConversions? = nil
  ) throws -> JourneyInput {
    let specification = try events.specification(input)
    try destination.checkDestination(besides: [input.location.file, events.spec])
    return try JourneyInput.read(
      input.location, paths: paths.format(input), specification: specification, needs: needs,
      wantsJointJourneys: wantsJointJourneys, periods: periods, quiet: destination.quiet)
  }

  /// What became of the events, where there were any.
  func account(_ journeys: JourneyInput) -> AccountReport? {
    journeys.events.map {
      AccountReport(source: input.location.name, account: $0.account, identities: $0.identities)
    }
  }

  /// Writes a report, and what became of the events to standard error.
  func write(_ report: some Report, _ journeys: JourneyInput, to output: OutputOptions) throws(OutputError) {
    try output.write(report)
    if let account = account(journeys), !output.destination.quiet { say("\n" + account.text) }
  }
}
