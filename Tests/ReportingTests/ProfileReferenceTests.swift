import Testing
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneReporting
import TouchstoneTestSupport

/// The profile of the shared event log against an independent one made with pandas
/// (`Tests/References/events_2018_07.py`).
@Suite(.needsShared("data/events_2018_07.csv"))
struct ProfileReferenceTests {
  let reference: JSONTree

  init() throws { reference = try JSONTree(Repository.reference("events_2018_07.json"))["profile"] }

  static let built: JourneyBuilder.Result = {
    let path = Repository.shared("data/events_2018_07.csv")!.path
    let reading = try! EventReader().read(.file(path))
    return JourneyBuilder().build(reading.log, wantsProfile: true)
  }()

  var profile: JourneyProfile { Self.built.profile! }

  @Test func personsAndConvertersAreAsMany() throws {
    #expect(try Double(profile.persons) == reference["users"].number)
    #expect(try Double(profile.converters) == reference["converters"].number)
  }

  @Test func countsOfEveryTouchpointAgree() throws {
    let channels = try reference["channels"]
    #expect(try Set(channels.fields.keys) == Set(profile.touchpoints.names))
    for (name, counts) in zip(profile.touchpoints.names, profile.byTouchpoint) {
      let expected = try channels[name]
      func check(_ key: String, _ value: Double, _ location: SourceLocation = #_sourceLocation) throws {
        let reference = try expected[key].number
        #expect(isClose(value, reference, relative: 1e-12), "\(name) \(key)", sourceLocation: location)
      }
      try check("users", Double(counts.persons))
      try check("convertersReached", Double(counts.converters))
      try check("touches", Double(counts.touches))
      try check("journeys", Double(counts.journeys))
      try check("convertingJourneys", Double(counts.convertingJourneys))
      try check("solo", counts.solo)
      try check("first", counts.first)
      try check("middle", counts.middle)
      try check("last", counts.last)
      try check("meanLagDays", counts.lagDays / Double(counts.convertingJourneys))
      try check("introducedConverters", Double(counts.introduced))
      try check("repurchaseRate", Double(counts.repurchasers) / Double(counts.introduced))
      try check("lifetimeValue", counts.introducedValue / Double(counts.introduced))
    }
  }

  /// Those that the report works out from the counts.
  @Test func figuresOfTheReportAgree() throws {
    let model = Linear()
    let content = ProfileReport.Content(
      profile: profile, paths: Self.built.paths, hasValue: true,
      account: AccountReport(source: "log", account: Self.built.account, identities: nil), layout: "",
      model: model, attribution: try model.attribute(Evidence(paths: Self.built.paths)),
      spend: profile.byTouchpoint.map { _ in nil }, attributes: [:])
    let document = try JSONTree(ProfileReport(content).text(.json))
    for touchpoint in try document["touchpoints"].list {
      let expected = try reference["channels"][touchpoint["touchpoint"].text]
      for key in [
        "coverage", "converterCoverage", "frequency", "rateWith", "rateWithout", "lift", "introducerIndex",
        "influencerIndex", "closerIndex", "meanLagDays", "repurchaseRate", "lifetimeValue",
      ] {
        let (figure, reference) = (try touchpoint[key].number, try expected[key].number)
        #expect(isClose(figure, reference, relative: 1e-12), "\(key)")
      }
    }
  }

  @Test func pathLengthsAndLagsAreDistributedAlike() throws {
    let lengths = try reference["pathLengths"].list
    #expect(lengths.count == profile.lengths.count)
    for entry in lengths {
      let counts = try profile.lengths[Int(entry["length"].number)]
      #expect(try Double(counts?.converting ?? -1) == entry["converting"].number)
      #expect(try Double(counts?.other ?? -1) == entry["other"].number)
    }
    let lags = try reference["lagBuckets"].list
    #expect(try profile.lags.map(Double.init) == lags.map { try $0["converting"].number })
  }

  @Test func pairsAreOnAsManyJourneys() throws {
    let pairs = try reference["pairs"].list
    let found = TouchpointCombination.all(in: Self.built.paths, size: 2)
    #expect(found.count == pairs.count)
    let names = profile.touchpoints.names
    for pair in pairs {
      let wanted = Set(try pair["channels"].texts)
      let combination = try #require(found.first { Set($0.touchpoints.map { names[Int($0)] }) == wanted })
      #expect(try combination.totals.journeys == pair["journeys"].number)
      #expect(try combination.totals.conversions == pair["convertingJourneys"].number)
    }
  }
}
