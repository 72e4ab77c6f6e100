import Foundation
import Testing
import TouchstoneJourneys
import TouchstoneText

@testable import TouchstoneJourneyIO

/// Journey specifications: what YAML they may be, and what is said about what they may not.
@Suite struct SpecificationTests {
  static func read(_ yaml: String) throws(InputError) -> JourneySpecification {
    try JourneySpecification(yaml: yaml, source: "s.yaml")
  }

  static let whole = """
    # Everything that can be said.
    columns:
      user: [cookie, phone]
      time: at
      touchpoint: none
      source: src
      medium: med
      campaign: cmp
      kind: what
      conversions: conv
      value: worth
      cost: spent
      measures: [pages, seconds]
    time: {unit: milliseconds, zone: Asia/Shanghai, date-order: day-first}
    kinds:
      impression: shown
      click: [tapped, pressed]
      conversion: bought
      refund: returned
    journeys:
      duplicates: keep
      max-touches: 500
      refunds: drop
      gap: 30m
      conversions: look-back
      lookback: 1.5d
      impression-lookback: 12h
      after-conversion: drop
      direct: drop
      direct-names: [none, typed]
      repeats: 3
      ties: name
      conversion-rows: outcome
      empty-touchpoints: drop
    identity: {shared-identifiers: 7}
    touchpoints:
      preset: ga4
      rules:
        - {to: Brand, source: google, campaign: {prefix: brand}}
    attributes:
      Brand: {media: paid, phase: contact, stage: purchase, role: closes, cost-per-touch: 0.25}
      微信: {media: owned}
      Nothing:
    costs: costs.csv
    """

  @Test func everyKeyIsRead() throws {
    let specification = try Self.read(Self.whole)
    let events = specification.events
    #expect(events.userColumns == ["cookie", "phone"])
    #expect(
      [
        events.timeColumn, events.touchpointColumn, events.sourceColumn, events.mediumColumn, events.campaignColumn,
        events.kindColumn, events.conversionsColumn, events.valueColumn, events.costColumn,
      ] == ["at", "none", "src", "med", "cmp", "what", "conv", "worth", "spent"])
    #expect(events.measureColumns == ["pages", "seconds"])
    #expect(events.time.unit == .milliseconds && events.time.dateOrder == .dayFirst)
    #expect(events.time.zone.name == "Asia/Shanghai")
    #expect(events.kinds.impressions == ["shown"] && events.kinds.clicks == ["tapped", "pressed"])
    #expect(events.kinds.conversions == ["bought"] && events.kinds.refunds == ["returned"])
    #expect(events.conversionRows == .outcome && events.emptyTouchpoints == .drop && events.refunds == .drop)
    #expect(events.sharedIdentifiers == 7)
    let rules = specification.rules
    #expect(rules.duplicates == .keep && rules.maximumTouches == 500 && rules.refunds == .drop)
    #expect(rules.gap == 1_800_000_000 && rules.conversions == .lookBack && rules.afterConversion == .drop)
    #expect(rules.lookback == 129_600_000_000 && rules.impressionLookback == 43_200_000_000)
    #expect(
      rules.direct == .drop && rules.directNames == ["none", "typed"] && rules.repeats == 3 && rules.ties == .name)
    #expect(specification.touchpoints.rules.first?.touchpoint == "Brand")
    #expect(specification.touchpoints.rules.last?.touchpoint == "Unassigned")
    let brand = try #require(specification.attributes["Brand"])
    #expect(brand.media == .paid && brand.phase == .contact && brand.stage == .purchase)
    #expect(brand.role == "closes" && brand.costPerTouch == 0.25)
    #expect(specification.attributes["微信"]?.media == .owned)
    #expect(specification.costs == "costs.csv")
  }

  @Test(arguments: ["", "\n", "# nothing\n", "---\n", "columns:\n", "columns: {}\njourneys:\n", "~", "{}"])
  func whatSaysNothingChangesNothing(_ yaml: String) throws {
    let specification = try Self.read(yaml)
    #expect(specification.events == EventFormat())
    #expect(specification.rules == JourneyRules())
    #expect(specification.touchpoints.rules.isEmpty && specification.attributes.isEmpty && specification.costs == nil)
  }

  @Test func noneLiftsALimit() throws {
    let rules = try Self.read(
      "journeys: {lookback: none, gap: none, max-touches: none, repeats: keep}"
    ).rules
    #expect(rules.lookback == nil && rules.impressionLookback == nil && rules.gap == nil)
    #expect(rules.maximumTouches == nil && rules.repeats == nil)
    #expect(try Self.read("journeys: {repeats: collapse}").rules.repeats == 1)
    // The lookback of impressions follows that of touches unless it is given.
    let followed = try Self.read("journeys: {lookback: 3d}").rules
    #expect(followed.impressionLookback == 3 * Microseconds.perDay)
    let given = try Self.read("journeys: {impression-lookback: 1d}").rules
    #expect(given.lookback == 90 * Microseconds.perDay && given.impressionLookback == Microseconds.perDay)
  }

  @Test(arguments: [
    ("colums:\n  user: u\n", "1:1: there is no key \"colums\"; did you mean columns? the keys here are columns, time"),
    (
      "columns:\n  user: u\n  tme: t\n",
      "3:3: there is no key \"columns.tme\"; did you mean time? the keys here are user"
    ),
    ("journeys:\n\n  look-back: 3d\n", "3:3: there is no key \"journeys.look-back\"; did you mean lookback?"),
    ("journeys: {gap: 1h, Lookback: 3d}\n", "1:21: there is no key \"journeys.Lookback\"; did you mean lookback?"),
    ("xyzzy: 1\n", "1:1: there is no key \"xyzzy\"; the keys here are"),
    ("1: 2\n", "1:1: there is no key \"1\""), ("? [a]\n: b\n", "1:3: there is no key \"\""),
    ("columns: user\n", "1:10: columns holds no keys; write key: value"),
    ("- a\n- b\n", "1:1: the file holds no keys"), ("just text", "1:1: the file holds no keys"),
    ("columns: [user]\n", "1:10: columns holds no keys"),
    ("columns: {time: [a, b]}\n", "1:17: columns.time is no single value; give one value"),
    ("columns: {user: {a: b}}\n", "1:17: columns.user is no single value; give a value or a list of values"),
    ("columns: {user: [a, [b]]}\n", "1:21: columns.user is no single value; give a list of single values"),
    ("time: {unit: minutes}\n", "1:14: time.unit is \"minutes\"; give one of seconds, milliseconds, microseconds"),
    ("time: {zone: Mars}\n", "1:14: time.zone is \"Mars\"; give a zone such as Europe/Berlin"),
    (
      "time:\n  date-order: year-first\n", "2:15: time.date-order is \"year-first\"; give one of day-first, month-first"
    ),
    ("journeys:\n  gap: 30\n", "2:8: journeys.gap is \"30\"; give a length of time: 30d, 12h, 90m, 45s or none"),
    ("journeys: {lookback: -1d}\n", "1:22: journeys.lookback is \"-1d\"; give a length of time"),
    ("journeys: {lookback: 1e9d}\n", "1:22: journeys.lookback is \"1e9d\"; give a length of time"),
    ("journeys: {lookback: nand}\n", "1:22: journeys.lookback is \"nand\"; give a length of time"),
    ("journeys: {max-touches: 0}\n", "1:25: journeys.max-touches is \"0\"; give a whole number from 1 on, or none"),
    ("journeys: {max-touches: 1.5}\n", "1:25: journeys.max-touches is \"1.5\""),
    ("journeys: {repeats: 0}\n", "1:21: journeys.repeats is \"0\"; give keep, collapse, or a whole number from 1 on"),
    ("journeys: {refunds: subtract}\n", "1:21: journeys.refunds is \"subtract\"; give one of net, drop, reject"),
    ("journeys: {conversions: end}\n", "1:25: journeys.conversions is \"end\"; give one of end-journey, look-back"),
    ("journeys: {ties: \"a\\u001b[31m\"}\n", "1:18: journeys.ties is \"a\\u{1B}[31m\"; give one of kind, name"),
    ("identity: {shared-identifiers: 0}\n", "1:32: identity.shared-identifiers is \"0\"; give a number from 1"),
    ("identity: {shared-identifiers: .inf}\n", "1:32: identity.shared-identifiers is \".inf\""),
    ("touchpoints: {preset: ga3}\n", "1:23: touchpoints.preset is \"ga3\"; give one of ga4"),
    (
      "touchpoints:\n  rules: x\n",
      "2:10: touchpoints.rules is \"x\"; give a list: one entry a line, each behind a dash"
    ),
    ("touchpoints:\n  rules:\n  - x\n", "3:5: touchpoints.rules[1] holds no keys"),
    (
      "touchpoints:\n  rules:\n  - {to: a, source: b}\n  - {too: a}\n",
      "4:6: there is no key \"touchpoints.rules[2].too\"; did you mean to?"
    ),
    (
      "touchpoints:\n  rules:\n  - source: b\n",
      "3:5: there is no touchpoints.rules[1].to, the touchpoint that the rule maps to; add it"
    ),
    ("touchpoints:\n  rules:\n  - to: b\n", "3:9: touchpoints.rules[1].to is \"b\"; give a condition beside it"),
    (
      "touchpoints:\n  rules:\n  - {default: b, source: c}\n",
      "3:15: touchpoints.rules[1].default is \"b\"; give a default without conditions"
    ),
    (
      "touchpoints:\n  rules:\n  - to: a\n    source: {regex: \"a(b\"}\n",
      "4:21: touchpoints.rules[1].source.regex is \"a(b\"; give"
    ),
    (
      "touchpoints:\n  rules:\n  - {to: a, source: {starts: b}}\n",
      "3:22: there is no key \"touchpoints.rules[1].source.starts\""
    ),
    (
      "touchpoints:\n  rules:\n  - {to: a, source: {prefix: b, glob: c}}\n",
      "3:21: touchpoints.rules[1].source is no single value; give one of equals, prefix, glob and regex"
    ),
    ("attributes: {a: {media: own}}\n", "1:25: attributes.a.media is \"own\"; give one of owned, paid, earned"),
    ("attributes: {a: {cost-per-touch: -1}}\n", "1:34: attributes.a.cost-per-touch is \"-1\"; give a number from 0"),
    ("attributes: {a: paid}\n", "1:17: attributes.a holds no keys"),
    ("attributes:\n  a: {fase: contact}\n", "2:7: there is no key \"attributes.a.fase\"; did you mean phase?"),
    ("costs: [a]\n", "1:8: costs is no single value; give one value"),
    ("time: {unit: seconds}\ntime: {zone: UTC}\n", "1:1: a key is given twice: time; keep one of them"),
    ("columns:\n  user: a\n  time: b\n  user: c\n", "2:3: a key is given twice: user; keep one of them"),
  ])
  func mistakesAreNamed(_ yaml: String, _ message: String) {
    let error = EventLogs.refusal { () throws(InputError) in try Self.read(yaml) }
    #expect(error?.kind == .badData)
    #expect(error?.description.hasPrefix("s.yaml:\(message)") == true, "\(error.map { "\($0)" } ?? "accepted")")
  }

  /// The first place of a key given twice is named, and of several patterns the one that is wrong.
  @Test func theWrongPatternIsNamed() throws {
    let yaml = "touchpoints:\n  rules:\n  - to: a\n    source: {regex: [ok, \"a(b\"]}\n"
    let error = try #require(EventLogs.refusal { () throws(InputError) in try Self.read(yaml) })
    #expect(error.line == 4 && error.description.contains("\"a(b\""), "\(error)")
  }

  @Test(arguments: [
    ("columns:\n\tuser: a\n", 2), ("columns:\n  user: a\n   time: b\n", 3), ("columns: {user: a\n", 2), ("a: \"b\n", 2),
    ("columns:\n  user: a\n time: b\n", 3), ("a: b: c\n", 1), ("a: &x\nb: *y\n", 2), ("a: !!binary [\n", 2),
    ("%YAML 9\n---\na: b\n", 1),
  ])
  func whatIsNoYAMLIsRefused(_ yaml: String, _ line: Int) {
    let error = EventLogs.refusal { () throws(InputError) in try Self.read(yaml) }
    #expect(error?.problem.hasPrefix("this is no YAML (") == true, "\(error.map { "\($0)" } ?? "accepted")")
    #expect(error?.line == line, "\(error as Any)")
    #expect(error?.column != nil)
    #expect(error?.remedy == "correct the file; YAML indents with spaces, never with tabs")
  }

  @Test func filesAreReadAndCostsLieBesideThem() throws {
    try EventLogs.withFolder { folder in
      let path = folder.appending(path: "s.yaml").path
      let missing = EventLogs.refusal { () throws(InputError) in try JourneySpecification(file: path) }
      #expect(missing?.kind == .missing && missing?.source == path)
      try Data(Self.whole.utf8).write(to: URL(filePath: path))
      #expect(try JourneySpecification(file: path).costs == folder.appending(path: "costs.csv").path)
      try Data("costs: /tmp/c.csv\n".utf8).write(to: URL(filePath: path))
      #expect(try JourneySpecification(file: path).costs == "/tmp/c.csv")
      try Data("\u{FEFF}costs: /tmp/c.csv\r\ncolumns:\r\n  user: u\r\n".utf8).write(to: URL(filePath: path))
      #expect(try JourneySpecification(file: path).events.userColumns == ["u"])
      try Data([0x61, 0x3A, 0x20, 0xFF]).write(to: URL(filePath: path))
      let broken = EventLogs.refusal { () throws(InputError) in try JourneySpecification(file: path) }
      #expect(broken?.description == "\(path): the file is not UTF-8; save it as UTF-8")
      try Data("columns: {usr: a}\n".utf8).write(to: URL(filePath: path))
      let wrong = EventLogs.refusal { () throws(InputError) in try JourneySpecification(file: path) }
      #expect(wrong?.description.hasPrefix("\(path):1:11: there is no key \"columns.usr\"; did you mean user?") == true)
    }
  }

  /// Aliases that multiply: refused, or read in no time.
  @Test func aliasesThatMultiplyAreRefused() {
    var yaml = "a0: &a0 [x]\n"
    for level in 1...40 { yaml += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    #expect(EventLogs.refusal { () throws(InputError) in try Self.read(yaml) } != nil)
  }

  @Test(
    arguments: [
      ("30d", 2_592_000_000_000), ("12h", 43_200_000_000), ("90m", 5_400_000_000), ("45s", 45_000_000),
      ("0.5s", 500_000), ("0d", 0),
      ("1.5d", 129_600_000_000), ("1e3s", 1_000_000_000), ("none", nil),
    ] as [(String, Int64?)])
  func durationsAreMicroseconds(_ text: String, _ microseconds: Int64?) throws {
    #expect(try #require(DurationText(text)).microseconds == microseconds)
  }

  @Test(arguments: ["", "d", "30", "30 d", "-1d", "infd", "nans", "1w", "1D", "1e9d", "d30", "0x1Fd", "+-1d", "None"])
  func whatIsNoDurationIsRefused(_ text: String) {
    #expect(DurationText(text) == nil)
  }
}
