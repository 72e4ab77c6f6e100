import Foundation
import TestSupport
import Testing
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneReporting

/// The profile of the shared event log against an independent one made with pandas (`Tests/References/events_2018_07.py`).
@Suite(.needsShared("data/events_2018_07.csv"))
struct ProfileReferenceTests {
  let reference: [String: Any]

  init() throws {
    let json = try Repository.json(Repository.reference("events_2018_07.json"))
    reference = json["profile"] as! [String: Any]
  }

  static let built: JourneyBuilder.Result = {
    let path = Repository.shared("data/events_2018_07.csv")!.path
    let reading = try! EventReader().read(.file(path))
    return JourneyBuilder().build(reading.log, wantsProfile: true)
  }()

  var profile: JourneyProfile { Self.built.profile! }

  static func number(_ value: Any?) -> Double { (value as! NSNumber).doubleValue }

  @Test func personsAndConverters() {
    #expect(Double(profile.persons) == Self.number(reference["users"]))
    #expect(Double(profile.converters) == Self.number(reference["converters"]))
  }

  @Test func everyTouchpoint() throws {
    let channels = reference["channels"] as! [String: [String: Any]]
    #expect(Set(channels.keys) == Set(profile.touchpoints.names))
    for (name, own) in zip(profile.touchpoints.names, profile.byTouchpoint) {
      let expected = try #require(channels[name])
      func check(_ key: String, _ value: Double, _ place: SourceLocation = #_sourceLocation) {
        #expect(
          isClose(value, Self.number(expected[key]), relative: 1e-12), "\(name) \(key)", sourceLocation: place)
      }
      check("users", Double(own.persons))
      check("convertersReached", Double(own.converters))
      check("touches", Double(own.touches))
      check("journeys", Double(own.journeys))
      check("convertingJourneys", Double(own.convertingJourneys))
      check("solo", own.solo)
      check("first", own.first)
      check("middle", own.middle)
      check("last", own.last)
      check("meanLagDays", own.lagDays / Double(own.convertingJourneys))
      check("introducedConverters", Double(own.introduced))
      check("repurchaseRate", Double(own.repurchasers) / Double(own.introduced))
      check("lifetimeValue", own.introducedValue / Double(own.introduced))
    }
  }

  /// The figures that the report works out from the counts.
  @Test func figures() throws {
    let model = Linear()
    let content = ProfileReport.Content(
      profile: profile, paths: Self.built.paths, hasValue: true,
      account: AccountReport(source: "log", account: Self.built.account, identities: nil), layout: "",
      model: model, attribution: try model.attribute(Evidence(paths: Self.built.paths)),
      spend: profile.byTouchpoint.map { _ in nil }, attributes: [:])
    let json = try JSONSerialization.jsonObject(with: Data(ProfileReport(content).text(.json).utf8))
    let touchpoints = (json as! [String: Any])["touchpoints"] as! [[String: Any]]
    let channels = reference["channels"] as! [String: [String: Any]]
    for touchpoint in touchpoints {
      let expected = try #require(channels[touchpoint["touchpoint"] as! String])
      for key in [
        "coverage", "converterCoverage", "frequency", "rateWith", "rateWithout", "lift", "introducerIndex",
        "influencerIndex", "closerIndex", "meanLagDays", "repurchaseRate", "lifetimeValue",
      ] {
        #expect(isClose(Self.number(touchpoint[key]), Self.number(expected[key]), relative: 1e-12), "\(key)")
      }
    }
  }

  @Test func distributions() {
    let lengths = reference["pathLengths"] as! [[String: Any]]
    #expect(lengths.count == profile.lengths.count)
    for entry in lengths {
      let counts = profile.lengths[Int(Self.number(entry["length"]))]
      #expect(Double(counts?.converting ?? -1) == Self.number(entry["converting"]))
      #expect(Double(counts?.other ?? -1) == Self.number(entry["other"]))
    }
    let lags = reference["lagBuckets"] as! [[String: Any]]
    #expect(profile.lags.map(Double.init) == lags.map { Self.number($0["converting"]) })
  }

  @Test func pairs() throws {
    let pairs = reference["pairs"] as! [[String: Any]]
    let found = TouchpointCombination.all(in: Self.built.paths, size: 2)
    #expect(found.count == pairs.count)
    let names = profile.touchpoints.names
    for pair in pairs {
      let wanted = Set(pair["channels"] as! [String])
      let combination = try #require(found.first { Set($0.touchpoints.map { names[Int($0)] }) == wanted })
      #expect(combination.totals.journeys == Self.number(pair["journeys"]))
      #expect(combination.totals.conversions == Self.number(pair["convertingJourneys"]))
    }
  }
}
