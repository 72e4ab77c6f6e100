import TouchstoneAttribution
import TouchstoneBudgeting
import TouchstoneEvaluation
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneSimulation

@testable import TouchstoneReporting

/// One report of each kind, made of journeys whose names do their worst.
enum EveryReport {
  /// By the name in its schema.
  static let all = Result { try make() }

  /// A file of this name, a touchpoint and a world's channel could all be meant to do harm.
  static let source = "p|q\u{1B}[2J.csv"
  static let names = ["a|b\u{1B}[31m", "=cmd", "q\"u,o\nte", "*微信*"]

  private static let paths = PathTable([
    (path: [names[0], names[1]], totals: PathTotals(conversions: 22, value: 100, nonConverting: 13)),
    (path: [names[1]], totals: PathTotals(conversions: 11, value: 40, nonConverting: 36)),
    (path: [names[2], names[0]], totals: PathTotals(conversions: 11, value: 60, nonConverting: 20)),
    (path: [names[3], names[2], names[1]], totals: PathTotals(conversions: 3, value: 10, nonConverting: 50)),
    (path: [], totals: PathTotals(conversions: 1, value: 2)),
  ])

  private static func make() throws -> [(name: String, report: any Report)] {
    let evidence = Evidence(paths: paths)
    let bootstrap = Bootstrap(replicates: 20, seed: 1)
    let truth = try Truth(world())
    return [
      ("compare", try comparison(evidence, bootstrap)), ("diagnose", try diagnosis()),
      ("evaluate", try scoreboard()),
      ("order", OrderReport(source: source, study: try OrderStudy(paths, upTo: 2, folds: 2))),
      ("plan", try plan(evidence, bootstrap)), ("profile", try profile()),
      ("synergy", try synergy(evidence, bootstrap)),
      ("transitions", TransitionReport(try MarkovChain(paths, order: 1))), ("truth", TruthReport(truth)),
    ]
  }

  private static func comparison(_ evidence: Evidence, _ bootstrap: Bootstrap) throws -> ComparisonReport {
    let models = try ModelCatalogue.models("linear,markov,participation,last-non-direct:direct=\(names[0])")
    let attributions = try models.map { try $0.attribute(evidence) }
    let distributions = try bootstrap.distributions(of: models, on: evidence)
    return ComparisonReport(
      source: source, paths: paths, layout: "delimiter '\u{1B}'", hasValue: true,
      entries: models.indices.map { index in
        ComparisonReport.Entry(
          model: models[index], attribution: attributions[index],
          // One model without intervals: its cells are empty.
          uncertainty: index == 0
            ? nil
            : CreditUncertainty(
              distributions[index], credits: attributions[index].credits, level: 0.9, method: .percentile,
              hasValue: true))
      }, includesDetails: true, remarks: ["a remark|with a bar"])
  }

  private static func diagnosis() throws -> DiagnosisReport {
    DiagnosisReport(
      source: source, paths: paths, fits: [try ChainFit(paths, order: 1), try ChainFit(paths, order: 2)],
      placebo: try PlaceboTest(paths, models: ModelCatalogue.models("linear"), original: 0, shuffles: 2))
  }

  private static func plan(_ evidence: Evidence, _ bootstrap: Bootstrap) throws -> PlanReport {
    let models = try ModelCatalogue.models("linear,last-touch")
    let credits = try models.map { try $0.attribute(evidence).credits }
    let tableNames = paths.touchpoints.names
    let input = PlanInput(
      touchpoints: tableNames.indices.map { id in
        let spend = Double(100 + id)
        return .init(
          name: tableNames[id], id: id, spend: spend, shape: ResponseShape(elasticity: 0.5, spend: spend))
      }, credits: credits[0], names: tableNames, hasValue: true)
    var request = PlanRequest()
    request.schedule = .init(demand: [1, 2])
    let plan = try Planner(input, request).plan()
    let distribution = try bootstrap.distributions(of: [models[0]], on: evidence)[0]
    return PlanReport(
      PlanReport.Content(
        source: source, plan: plan, input: input, model: "linear",
        outlook: PlanOutlook(plan, input, on: evidence, bootstrap, walks: 100),
        certainty: MoveCertainty(plan, input, distribution), level: 0.9,
        byModel: PlanAlternative.byModel([("last-touch", credits[1])], input, request, on: paths),
        byElasticity: PlanAlternative.byElasticity(input, request, on: paths), currency: "¥|",
        remarks: ["a remark|with a bar"]))
  }

  private static func profile() throws -> ProfileReport {
    let rows = [
      "user,time,channel,conversion,value", "u,2024-05-01,\"\(names[0])\",0,", "u,2024-05-02,\"\(names[1])\",1,20",
      "v,2024-05-01,\"\(names[3])\",0,", "w,2024-05-01,\"\(names[1])\",0,", "w,2024-05-03,\"\(names[3])\",1,5",
    ]
    let reading = try EventReader().read(bytes: Array((rows.joined(separator: "\n") + "\n").utf8), name: "log")
    let built = JourneyBuilder().build(reading.log, wantsProfile: true)
    let model = Linear()
    var attributes = TouchpointAttributes()
    attributes.media = .owned
    attributes.stage = .purchase
    return ProfileReport(
      ProfileReport.Content(
        profile: built.profile!, paths: built.paths, hasValue: true,
        account: AccountReport(source: source, account: built.account, identities: nil), layout: "delimiter '|'",
        model: model, attribution: try model.attribute(Evidence(paths: built.paths)),
        spend: built.profile!.byTouchpoint.map { _ in nil }, attributes: [names[1]: attributes],
        remarks: ["no journey holds \u{1B}[2J"]))
  }

  private static func synergy(_ evidence: Evidence, _ bootstrap: Bootstrap) throws -> SynergyReport {
    let synergies = try Synergies(paths)
    return SynergyReport(
      source: source, synergies: synergies,
      uncertainty: .init(
        spreads: try synergies.spreads(ofFirst: 2, on: evidence, bootstrap), level: 0.9, method: .percentile),
      most: 3)
  }

  private static func world() throws -> World {
    try World(
      yaml: """
        users: 60
        days: 5
        conversion: {base: -2.5, value: {mean: 40, cv: 0.3}}
        channels:
          - {name: "a|b", kind: push, spend: 20, cost-per-touch: 0.01, ctr: 0.05, effect: 1}
          - {name: "*微信*", kind: pull, rate: 0.05, take: 0.7, substitution: 0.5, cost-per-touch: 0.4, effect: 0.5}

        """, source: "w.yaml", name: "w|\u{1B}[2J")
  }

  private static func scoreboard() throws -> ScoreboardReport {
    var settings = Scoreboard.Settings()
    settings.replications = 1
    settings.bootstrapReplicates = 0
    settings.wantsPlans = true
    return ScoreboardReport(
      try Scoreboard([world(), world()], models: ModelCatalogue.models("linear"), settings))
  }
}
