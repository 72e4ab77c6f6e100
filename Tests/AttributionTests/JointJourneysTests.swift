import Testing
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneMonteCarlo
import TouchstoneParallel
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneAttribution

/// The bootstrap over persons against one that resamples persons one by one.
@Suite struct JointJourneysTests {
  /// Persons buy often or never, so their journeys hang together: 200 of them, up to ten journeys each.
  static let log: String = {
    var generator = TestGenerator(seed: 77)
    var text = "user_id,time,touchpoint,conversion,value\n"
    for person in 0..<200 {
      let buys = person % 3 == 0
      for visit in 0..<Int.random(in: 1...10, using: &generator) {
        let touchpoint = "t\(Int.random(in: 0...(buys ? 2 : 3), using: &generator))"
        let day = 1 + visit * 2
        text += "p\(person),2026-01-\(day < 10 ? "0" : "")\(day)T10:00:00Z,\(touchpoint),0,\n"
        if buys {
          text += "p\(person),2026-01-\(day < 10 ? "0" : "")\(day)T12:00:00Z,,1,\(10 + person % 5)\n"
        }
      }
    }
    return text
  }()

  static func built(_ text: String = log) throws -> JourneyBuilder.Result {
    let reading = try EventReader().read(bytes: Array(text.utf8), name: "t")
    var rules = JourneyRules()
    rules.gap = Microseconds.perDay
    return JourneyBuilder(rules).build(reading.log, wantsJointJourneys: true)
  }

  /// Standard errors equal those of resampling whole persons, worked out here from the log itself, and are larger than
  /// those of resampling journeys.
  @Test func resamplesPersons() throws {
    let built = try Self.built()
    let replicates = 4_000
    func distribution(_ evidence: Evidence) throws -> BootstrapDistribution {
      try Bootstrap(replicates: replicates).distributions(of: [LastTouch()], on: evidence)[0]
    }
    let persons = try distribution(Evidence(paths: built.paths, jointJourneys: built.jointJourneys))
    let journeys = try distribution(Evidence(paths: built.paths))
    // Last-touch credit by person: conversions whose journey's last touch is t.
    var credit: [Int: [String: Double]] = [:]
    var last = ""
    for line in Self.log.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      let person = Int(fields[0].dropFirst())!
      if fields[3] == "1" { credit[person, default: [:]][last, default: 0] += 1 } else { last = String(fields[2]) }
    }
    for (id, name) in built.paths.touchpoints.names.enumerated() {
      // A sum over persons with Poisson(1) weights has the variance Σ credit².
      let expected = credit.values.reduce(0) { $0 + ($1[name] ?? 0) * ($1[name] ?? 0) }.squareRoot()
      guard expected > 0 else { continue }
      // A standard error from n normal replicates has a relative error of 1 / √(2 (n − 1)).
      let error = expected / (2 * Double(replicates - 1)).squareRoot()
      #expect(Chance.interval(mean: expected, standardDeviation: error).contains(persons.standardError(id)))
      #expect(persons.standardError(id) > 1.2 * journeys.standardError(id))
    }
  }

  /// Groups hold every journey of persons with several, and what is left over is independent.
  @Test func groupsAddUp() throws {
    let built = try Self.built()
    let joint = try #require(built.jointJourneys)
    let rows = CanonicalRows(built.paths)
    for group in joint.groups {
      #expect(group.journeys.count > 1 || group.journeys[0].conversions + group.journeys[0].nonConverting != 1)
      for journey in group.journeys { #expect(rows.keys.contains(journey.pathKey)) }
    }
    // Left out of nothing: a replicate in which everybody counts once is the data.
    let resampling = PoissonResampling(rows, joint, seed: 1)
    var weights = RowWeights(rows: rows.count)
    var sums = RowWeights(rows: rows.count)
    for group in 0..<PoissonResampling.jackknifeGroups {
      resampling.leaveOut(group, into: &weights)
      for row in 0..<rows.count {
        sums.conversions[row] += rows.totals[row].conversions - weights.conversions[row]
        sums.nonConverting[row] += rows.totals[row].nonConverting - weights.nonConverting[row]
        sums.value[row] += rows.totals[row].value - weights.value[row]
      }
    }
    for row in 0..<rows.count {
      #expect(isClose(sums.conversions[row], rows.totals[row].conversions, relative: 1e-12))
      #expect(isClose(sums.nonConverting[row], rows.totals[row].nonConverting, relative: 1e-12))
      #expect(isClose(sums.value[row], rows.totals[row].value, relative: 1e-12))
    }
  }

  @Test func onlyContentsMatter() throws {
    let lines = Self.log.split(separator: "\n")
    var generator = TestGenerator(seed: 1)
    let shuffled = ([lines[0]] + lines.dropFirst().shuffled(using: &generator)).joined(separator: "\n") + "\n"
    func values(_ text: String, _ threads: Int) throws -> [[Double]] {
      try Parallel.$maximumThreads.withValue(threads) {
        let built = try Self.built(text)
        let evidence = Evidence(paths: built.paths, jointJourneys: built.jointJourneys)
        let distribution = try Bootstrap(replicates: 40).distributions(of: [Markov()], on: evidence)[0]
        return (0..<distribution.touchpointCount).map { distribution.values($0) + distribution.values($0, .value) }
      }
    }
    let one = try values(Self.log, 1)
    #expect(try values(shuffled, 3) == one)
  }
}
