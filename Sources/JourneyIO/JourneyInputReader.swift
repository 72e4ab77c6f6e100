import TouchstoneJourneys
import TouchstoneText

/// Reads whatever journeys come in: a path table, or an event log that is told from it by its columns.
public struct JourneyInputReader: Sendable {
  /// How a path table is written, as far as is known.
  public var paths: PathTableFormat
  /// How an event log is written, as far as is known.
  public var events: EventFormat
  /// What the input is; `nil` to find out.
  public var kind: Kind?
  /// Called from time to time with the bytes read so far, gzip undone.
  public var progress: (@Sendable (Int) -> Void)?

  /// The two kinds of input.
  public enum Kind: String, Sendable, CaseIterable {
    case paths, events
  }

  /// What was read.
  public enum Reading: Sendable {
    case paths(PathTableReader.Result)
    case events(EventReader.Result)
  }

  public init(paths: PathTableFormat = PathTableFormat(), events: EventFormat = EventFormat(), kind: Kind? = nil) {
    self.paths = paths
    self.events = events
    self.kind = kind
  }

  /// Reads a whole input.
  ///
  /// - Throws: ``InputError`` for the first record that makes no sense, in the order of the input.
  public func read(_ location: InputLocation) throws(InputError) -> Reading {
    var eventReader = EventReader(events)
    eventReader.progress = progress
    guard location.isText else {
      if kind == .paths {
        throw InputError(
          .badData, source: location.name, problem: "a path table is read from text, not from a database",
          remedy: "export it as CSV, or give a table of events")
      }
      return .events(try eventReader.read(location))
    }
    let source = try TextSource(location.openBytes(), name: location.name)
    let found = try kind == .paths ? .paths : kind(of: source)
    if kind == .events && found == .paths {
      throw InputError(
        .badData, source: source.name, line: 1, problem: "this is a path table, and what was asked for needs events",
        remedy: "give an event log: user, time and touchpoint")
    }
    if found == .events { return .events(try eventReader.read(source)) }
    var pathReader = PathTableReader(paths)
    pathReader.progress = progress
    return .paths(try pathReader.read(source))
  }

  /// What text holds, by its column names.
  private func kind(of source: TextSource) throws(InputError) -> Kind {
    if source.isJSONLines { return .events }
    let text = try source.headerText()
    let eventReading = Header.bestReading(
      text, delimiter: events.delimiter, search: EventLayout.search(events))
    let pathReading = Header.bestReading(
      text, delimiter: paths.delimiter, search: PathTableLayout.search(paths))
    if paths.pathColumn != nil { return .paths }
    // A log of page views may well have a column that is called path.
    if EventLayout.fits(eventReading) && events.userColumns.isEmpty && events.timeColumn == nil { return .events }
    if pathReading.columns[.path] != nil && events.userColumns.isEmpty && events.timeColumn == nil { return .paths }
    if EventLayout.fits(eventReading) || !events.userColumns.isEmpty || events.timeColumn != nil { return .events }
    let reading =
      max(eventReading.names.count, pathReading.names.count) == eventReading.names.count
      ? eventReading.list : pathReading.list
    throw InputError(
      .badData, source: source.name, line: 1,
      problem:
        "this is neither a path table, which has a path and its conversions, nor an event log, which has a user, a time"
        + " and a touchpoint; the columns are \(reading)",
      remedy: "name the columns with --path-column and --conversions-column, or with --user-column, --time-column and"
        + " --touchpoint-column")
  }
}
