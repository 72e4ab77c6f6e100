import Testing
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneTestSupport

/// What a model must bring, and what it is given: by models as a user of the library writes them, with the public
/// interface.
@Suite struct ModelRequirementsTests {
  /// The least that a model must say: it reads paths.
  struct MiddleTouch: AttributionModel {
    let name = "middle-touch"
    let parameters: [ModelParameter] = []
    let traits: ModelTraits = [.orderSensitive, .sumsToTotal]

    func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
      var credits = [Credit](repeating: Credit(), count: evidence.paths.touchpoints.count)
      for part in evidence.paths.parts {
        part.forEachRow { path, totals in
          credits[Int(path[path.count / 2])].conversions += totals.conversions
          credits[Int(path[path.count / 2])].value += totals.value
        }
      }
      return Attribution(credits: credits, paths: evidence.paths, sumsToTotal: true)
    }
  }

  /// A model that reads histories: each conversion goes to the touchpoint clicked most on the day of the conversion or
  /// the two days before it, the first by id where several were; else to nobody.
  struct BusiestClick: AttributionModel {
    let name = "busiest-click"
    let parameters: [ModelParameter] = []
    let traits: ModelTraits = []
    let needs = EvidenceNeeds(exposures: true)

    func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
      let histories = try evidence.exposures(for: self)
      var credits = [Credit](repeating: Credit(), count: evidence.paths.touchpoints.count)
      for person in 0..<histories.personCount {
        for conversion in histories.conversions(ofPerson: person) {
          var clicks = [Int](repeating: 0, count: credits.count)
          for exposure in histories.exposures(ofPerson: person)
          where exposure.kind == .click && (conversion.day - 2...conversion.day).contains(exposure.day) {
            clicks[Int(exposure.touchpoint)] += exposure.touches
          }
          guard let most = clicks.max(), most > 0 else { continue }
          let busiest = clicks.firstIndex(of: most)!
          credits[busiest].conversions += conversion.conversions
          credits[busiest].value += conversion.value
        }
      }
      return Attribution(credits: credits, paths: evidence.paths, sumsToTotal: false)
    }
  }

  static let log = """
    user,time,channel,kind,conversion,value
    a,2024-05-01T23:59:59Z,x,click,,
    a,2024-05-02T00:00:00Z,y,click,,
    a,2024-05-02T08:00:00Z,y,click,,
    a,2024-05-02T09:00:00Z,x,impression,,
    a,2024-05-02T10:00:00Z,x,impression,,
    a,2024-05-03T00:00:00Z,,,2,10
    b,2024-05-01T12:00:00Z,y,click,,
    b,2024-05-04T11:00:00Z,,,1,7
    c,2024-05-04T12:00:00Z,x,click,,
    c,2024-05-04T12:00:01Z,,,1,3

    """

  static func built(for needs: EvidenceNeeds) throws -> Evidence {
    let reading = try EventReader().read(bytes: Array(log.utf8), name: "log")
    return Evidence(JourneyBuilder().build(reading.log, for: needs))
  }

  /// Three requirements and a method are enough: all else has defaults that work.
  @Test func aModelNeedsNoMoreThanItsCredits() throws {
    let table = PathTable(randomRows(seed: 3, rows: 100, touchpoints: 4))
    let (model, evidence) = (MiddleTouch(), Evidence(paths: table))
    #expect(model.needs.isPathsAlone && model.isRepeatable(touchpoints: 1_000))
    #expect(try model.analyticUncertainty(table, level: 0.9) == nil)
    let distribution = try Bootstrap(replicates: 50).distributions(of: [model, LastTouch()], on: evidence)[0]
    let credits = try model.attribute(evidence).credits
    for id in credits.indices where credits[id].conversions > 20 {
      #expect(distribution.interval(id, level: 0.99, method: .percentile).contains(credits[id].conversions))
    }
    #expect(try PlaceboTest(table, models: [model], original: 0, shuffles: 2).scores[0].shares.count == 2)
  }

  /// One call builds what all models need, and each finds its part.
  @Test func aModelOfHistoriesIsServedByTheBuilder() throws {
    let models: [any AttributionModel] = [BusiestClick(), TimeDecay(halfLife: 3), LastTouch(), TimeDecay(halfLife: 1)]
    let needs = EvidenceNeeds(of: models)
    #expect(needs == EvidenceNeeds(halfLives: [1, 3], exposures: true))
    let evidence = try Self.built(for: needs)
    #expect(evidence.meets == needs)
    let names = evidence.paths.touchpoints.names
    let credits = try BusiestClick().attribute(evidence).credits
    // a: two clicks of y against one of x; b: the click is too old; c: x.
    #expect(credits[names.firstIndex(of: "x")!] == Credit(conversions: 1, value: 3))
    #expect(credits[names.firstIndex(of: "y")!] == Credit(conversions: 2, value: 10))
    for model in models { _ = try model.attribute(evidence) }
  }

  @Test func pathsAloneAreRefusedWithAReasonAndARemedy() throws {
    let evidence = try Self.built(for: EvidenceNeeds())
    #expect(!BusiestClick().needs.isSubset(of: evidence.meets))
    #expect(throws: AttributionError.exposuresMissing(model: "busiest-click")) {
      try BusiestClick().attribute(evidence)
    }
    let message = "\(AttributionError.exposuresMissing(model: "busiest-click"))"
    #expect(message.contains("a path table does not tell") && message.contains("give the events themselves"))
  }

  /// Replicates and placebos know paths alone, and say so.
  @Test func historiesAreNotResampled() throws {
    let evidence = try Self.built(for: BusiestClick().needs)
    #expect(!BusiestClick().isRepeatable(touchpoints: 2))
    #expect(throws: AttributionError.notResampled(model: "busiest-click")) {
      try Bootstrap(replicates: 5).distributions(of: [BusiestClick()], on: evidence)
    }
    #expect(throws: AttributionError.noPlacebo(model: "busiest-click")) {
      try PlaceboTest(evidence.paths, models: [LastTouch(), BusiestClick()], original: 0)
    }
  }

  /// A placebo's visits have no times: time-decay credit by position cannot be shared out anew.
  @Test func timeDecayHasNoPlacebo() {
    let table = timedTable(randomRows(seed: 1, rows: 20, touchpoints: 3))
    #expect(throws: AttributionError.noPlacebo(model: "time-decay")) {
      try PlaceboTest(table, models: [TimeDecay()], original: 0)
    }
    #expect("\(AttributionError.noPlacebo(model: "time-decay"))".contains("position-decay"))
  }

  /// It used to trap.
  @Test func aBootstrapWithoutTheHalfLifeIsRefused() {
    let timed = Evidence(paths: timedTable(randomRows(seed: 1, rows: 20, touchpoints: 3)))
    #expect(throws: AttributionError.halfLifeMissing(halfLife: 3, known: [7])) {
      try Bootstrap(replicates: 5).distributions(of: [LastTouch(), TimeDecay(halfLife: 3)], on: timed)
    }
    let untimed = Evidence(paths: PathTable(randomRows(seed: 1, rows: 20, touchpoints: 3)))
    #expect(throws: AttributionError.timesMissing(model: "time-decay")) {
      try Bootstrap(replicates: 5).distributions(of: [TimeDecay()], on: untimed)
    }
  }

  @Test func needsAreJoinedAndCompared() {
    let (decay, histories) = (TimeDecay(halfLife: 2).needs, BusiestClick().needs)
    let both = decay.union(histories)
    #expect(both == EvidenceNeeds(halfLives: [2], exposures: true) && both.union(both) == both)
    #expect(decay.isSubset(of: both) && histories.isSubset(of: both) && EvidenceNeeds().isSubset(of: decay))
    #expect(!both.isSubset(of: decay) && !both.isSubset(of: histories))
    #expect(EvidenceNeeds(halfLives: [30, 7, 30]).halfLives == [30, 7])
    #expect(EvidenceNeeds(of: []).isPathsAlone)
  }
}
