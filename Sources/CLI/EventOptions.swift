import ArgumentParser
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneText

/// How an event log is written, and how its events become journeys. An option wins over the specification file.
struct EventOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A journey specification (YAML): columns, rules, touchpoints, attributes, costs. Options win over it.",
      valueName: "file"))
  var spec: String?

  // MARK: Columns

  @Option(
    parsing: .singleValue,
    help:
      "The id column; several (repeat the option) join one person's cookies, devices and addresses. Default: detected.")
  var userColumn: [String] = []

  @Option(help: "The column of the time. Default: detected by name.")
  var timeColumn: String?

  @Option(help: "The column of the touchpoint, or none. Default: detected by name.")
  var touchpointColumn: String?

  @Option(help: "The column of the source, or none. Default: detected by name.")
  var sourceColumn: String?

  @Option(help: "The column of the medium, or none. Default: detected by name.")
  var mediumColumn: String?

  @Option(help: "The column of the campaign, or none. Default: detected by name.")
  var campaignColumn: String?

  @Option(help: "The column that tells impressions, clicks, conversions and refunds apart, or none. Default: detected.")
  var kindColumn: String?

  @Option(help: "The column of the cost, or none. Default: detected by name.")
  var costColumn: String?

  @Option(help: "Columns of further numbers, separated by commas, for profile to take means of.")
  var measureColumns: String?

  // MARK: Times

  @Option(help: "What a plain number counts since 1970. Default: told from the first one's size.")
  var timeUnit: TimeFormat.Unit?

  @Option(help: "The zone of times that name none, as in Asia/Shanghai or +08:00. Default: UTC.")
  var timeZone: Zone?

  @Option(help: "What comes first in dates such as 07/08/2024.")
  var dateOrder: TimeFormat.DateOrder?

  // MARK: Journeys

  @Option(help: "How far a conversion looks back: \(DurationText.accepted). Default: 90d.")
  var lookback: DurationText?

  @Option(help: "How far it looks back for impressions. Default: as for other touches.")
  var impressionLookback: DurationText?

  @Option(help: "Whether a conversion ends a journey, or each looks back over the whole window. Default: end-journey.")
  var conversions: JourneyRules.Conversions?

  @Option(help: "The pause that ends a journey. Default: none.")
  var gap: DurationText?

  @Option(
    help: "Whether touches after a person's last conversion begin a new journey or are dropped. Default: new-journey.")
  var afterConversion: JourneyRules.AfterConversion?

  @Option(help: "What puts touches of one instant in order, before their names do. Default: kind.")
  var ties: JourneyRules.Ties?

  @Option(help: "Touches by one touchpoint in a row: keep, collapse, or the most that stay. Default: keep.")
  var repeats: RepeatLimit?

  @Option(help: "Whether direct touches are dropped from journeys that have others. Default: keep.")
  var direct: JourneyRules.Direct?

  @Option(help: "The names of direct touchpoints, separated by commas. Default: direct, (direct) and the like.")
  var directNames: String?

  @Option(help: "What becomes of equal events. Default: drop.")
  var duplicates: JourneyRules.Duplicates?

  @Option(help: "The most touches of a person that is no bot, or none. Default: none.")
  var maxTouches: TouchLimit?

  @Option(help: "Whether a conversion that names a touchpoint is a touch too, or an outcome alone. Default: touch.")
  var conversionRows: EventFormat.ConversionRows?

  @Option(help: "Values below 0: net takes them off the conversion before, drop, or reject. Default: net.")
  var refunds: JourneyRules.Refunds?

  @Option(help: "With several id columns: an id with more different companions joins nobody. Default: 20.")
  var sharedIdentifiers: Int?

  func validate() throws {
    if let sharedIdentifiers, sharedIdentifiers < 1 {
      throw ValidationError("--shared-identifiers is \(sharedIdentifiers); give 1 or more")
    }
    if Set(userColumn).count < userColumn.count {
      throw ValidationError("--user-column names one column twice; keep one of them")
    }
  }

  /// The specification file, with the options on top.
  func specification(_ input: InputOptions) throws(InputError) -> JourneySpecification {
    var specification = JourneySpecification()
    if let spec { specification = try JourneySpecification(file: spec) }
    set(&specification.events, input)
    if let refunds { specification.set(refunds: refunds) }
    specification.set(lookback: lookback, impressions: impressionLookback)
    set(&specification.rules)
    return specification
  }

  private func set(_ format: inout EventFormat, _ input: InputOptions) {
    func set(_ path: WritableKeyPath<EventFormat, String?>, _ option: String?) {
      if let option { format[keyPath: path] = option }
    }
    set(\.timeColumn, timeColumn)
    set(\.touchpointColumn, touchpointColumn)
    set(\.sourceColumn, sourceColumn)
    set(\.mediumColumn, mediumColumn)
    set(\.campaignColumn, campaignColumn)
    set(\.kindColumn, kindColumn)
    set(\.conversionsColumn, input.conversionsColumn)
    set(\.valueColumn, input.valueColumn)
    set(\.costColumn, costColumn)
    if !userColumn.isEmpty { format.userColumns = userColumn }
    if let measureColumns { format.measureColumns = Self.list(measureColumns) }
    if let delimiter = input.delimiter { format.delimiter = delimiter.byte }
    if let emptyTouchpoints = input.emptyTouchpoints { format.emptyTouchpoints = emptyTouchpoints }
    if let timeUnit { format.time.unit = timeUnit }
    if let timeZone { format.time.zone = timeZone.offsets }
    if let dateOrder { format.time.dateOrder = dateOrder }
    if let conversionRows { format.conversionRows = conversionRows }
    if let sharedIdentifiers { format.sharedIdentifiers = sharedIdentifiers }
  }

  private func set(_ rules: inout JourneyRules) {
    if let conversions { rules.conversions = conversions }
    if let gap { rules.gap = gap.microseconds }
    if let afterConversion { rules.afterConversion = afterConversion }
    if let ties { rules.ties = ties }
    if let repeats { rules.repeats = repeats.count }
    if let direct { rules.direct = direct }
    if let directNames { rules.directNames = Self.list(directNames) }
    if let duplicates { rules.duplicates = duplicates }
    if let maxTouches { rules.maximumTouches = maxTouches.count }
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { name in
      let start = name.drop { $0 == " " }
      return String(start[..<(start.lastIndex { $0 != " " }.map { start.index(after: $0) } ?? start.startIndex)])
    }
  }
}

/// A time zone by its name.
struct Zone: ExpressibleByArgument {
  let offsets: ZoneOffsets

  init?(argument: String) {
    guard let offsets = ZoneOffsets(argument) else { return nil }
    self.offsets = offsets
  }
}

extension DurationText: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
extension TouchLimit: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
extension RepeatLimit: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
extension TimeFormat.Unit: ExpressibleByArgument {}
extension TimeFormat.DateOrder: ExpressibleByArgument {}
extension EventFormat.ConversionRows: ExpressibleByArgument {}
extension JourneyRules.Conversions: ExpressibleByArgument {}
extension JourneyRules.AfterConversion: ExpressibleByArgument {}
extension JourneyRules.Ties: ExpressibleByArgument {}
extension JourneyRules.Direct: ExpressibleByArgument {}
extension JourneyRules.Duplicates: ExpressibleByArgument {}
extension JourneyRules.Refunds: ExpressibleByArgument {}
