import Foundation
import Testing
import TouchstoneTestSupport

@Suite struct SimulationCommandTests {
  static let world = """
    users: 300
    days: 12
    conversion: {base: -3.5, value: {mean: 40, cv: 0.3}}
    channels:
      - {name: 抖音, kind: push, spend: 20, cost-per-touch: 0.01, ctr: 0.05, effect: 1}
      - {name: search, kind: pull, rate: 0.05, take: 0.7, substitution: 0.5, cost-per-touch: 0.4, effect: 0.5}
      - {name: referral, kind: organic, rate: 0.05}

    """

  static func run(_ line: String) throws -> CommandRunner.Outcome {
    try CommandRunner.withFolder { folder in
      try Data(world.utf8).write(to: folder.appending(path: "w.yaml"))
      return try CommandRunner.run(line, in: folder)
    }
  }

  /// All four results, and the log gives the path table and the costs a profile.
  @Test func aFolderHoldsAllFourResults() throws {
    let outcome = try Self.run(
      """
      $T simulate w.yaml --output out/new 2>notes && ls -A out/new \
      && $T journeys out/new/events.csv -q | cmp - out/new/paths.csv \
      && $T profile out/new/events.csv --costs out/new/costs.csv -q --format csv | head -1 | cut -c1-18 \
      && grep -c 抖音 notes
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.prefix(4) == ["costs.csv", "events.csv", "paths.csv", "truth.json"])
    #expect(lines[4] == "touchpoint,touches" && Int(lines[5])! >= 2)
  }

  @Test func theTruthAddsUpInJSON() throws {
    let outcome = try Self.run(
      """
      $T simulate w.yaml --only truth --format json --threads 1 \
      && $T simulate w.yaml --only truth --format json -q --output t.json \
      && $T simulate w.yaml --only truth --format json --threads 2 | cmp - t.json
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let document = try JSONTree(outcome.output)
    #expect(try document["schema"].text == "touchstone.truth/1" && document["world"].text == "w")
    let estimands = try document["estimands"]
    #expect(try estimands["off"].list.map { try $0["touchpoint"].text } == ["抖音", "search"])
    let total = try document["conversions"].number
    let baseline = try document["baseline"]["conversions"].number
    let sum = try estimands["shapley"].list.reduce(0) { try $0 + $1["conversions"].number }
    #expect(isClose(sum, total - baseline, relative: 1e-11))
    #expect(isClose(try document["value"].number, 40 * total, relative: 1e-12))
  }

  @Test(arguments: ["events", "paths", "costs"])
  func oneResultIsThatOfTheFolder(_ product: String) throws {
    let outcome = try Self.run(
      """
      $T simulate w.yaml --only \(product) > a && $T simulate w.yaml --output b -q && cmp a b/\(product).csv \
      && $T simulate w.yaml --only \(product) --seed 9 | cmp -s - a || echo differs
      """)
    #expect(outcome.status == 0 && outcome.output == "differs\n", "\(outcome.errors)")
  }

  @Test func chainsAreSampled() throws {
    let outcome = try Self.run(
      """
      $T simulate w.yaml --only paths > p.csv && $T simulate --chain p.csv --order 2 --journeys 5000 > a \
      && $T compare a --models markov:order=2 -q | head -1 \
      && $T simulate --chain p.csv --order 2 --journeys 5000 --threads 1 -o b && cmp a b
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("a: 5,000 journeys along"))
  }

  @Test func modelsAreScored() throws {
    let outcome = try Self.run(
      "$T evaluate w.yaml --models last-touch,markov --replications 2 --replicates 10 --format json -q")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let document = try JSONTree(outcome.output)
    #expect(try document["schema"].text == "touchstone.evaluate/1")
    let scores = try document["worlds"][0]["scores"].list
    #expect(try scores.map { try $0["contestant"].text }.prefix(2) == ["last-touch", "markov:order=1"])
    #expect(try scores[1]["error"]["mean"].number > 0)
    let table = try Self.run("$T evaluate w.yaml w.yaml --models linear --replications 2 --replicates 0")
    #expect(table.status == 0 && table.output.contains("All 2 worlds"))
  }

  /// A channel whose impressions leave no event has no credit to plan by; the scoreboard says whose means are over
  /// fewer lives.
  @Test func plansThatCannotBeMadeAreSaid() throws {
    let lines = """
      printf '%s\\n' 'users: 200' 'days: 10' 'warmup: 0' 'conversion: {base: -3}' 'damage: {unlogged: {display: 1}}' \
        'channels: [{name: display, kind: push, spend: 40, cost-per-touch: 0.01, effect: 1}]' > u.yaml
      $T evaluate u.yaml --models linear --replications 2 --replicates 0 --plans -q
      """
    let table = try Self.run(lines)
    #expect(table.status == 0, "\(table.errors)")
    #expect(
      table.output.contains(
        "u: 2 of 2 plans by linear could not be made and are left out of its means: no touchpoint with costs has"),
      "\(table.output)")
    let json = try Self.run(lines + " --format json")
    let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let world = (document?["worlds"] as? [[String: Any]])?.first
    let failures = try #require(world?["planFailures"] as? [[String: Any]])
    let planners = ["linear", "last-touch:advertised", "linear", "last-touch:advertised"]
    #expect(failures.map { $0["planner"] as? String } == planners)
    #expect(failures.map { $0["replication"] as? Int } == [1, 1, 2, 2])
  }

  @Test(arguments: [
    ("$T simulate w.yaml", 64, "nowhere to write to; name a folder with --output"),
    ("$T simulate w.yaml --only truth --users 0", 64, "--users is 0"),
    ("$T simulate nowhere.yaml --only truth", 66, "nowhere.yaml: there is no such file"),
    ("sed -i 's/take/tkae/' w.yaml; $T simulate w.yaml --only truth", 65, "did you mean take?"),
    ("$T simulate w.yaml --output w.yaml", 73, "w.yaml: this is a file; name a folder"),
    ("$T simulate w.yaml --only events --output w.yaml", 73, "this is the world, which would be lost"),
    ("$T simulate w.yaml --only truth --estimands of", 64, "The value 'of' is invalid for '--estimands"),
    ("$T evaluate w.yaml --estimand synergy", 64, "Please provide one of 'off', 'shapley' or 'marginal'"),
    ("$T simulate", 64, "a world, or a path table with --chain"),
    ("echo path,conversions > p.csv; echo a,0 >> p.csv; $T simulate --chain p.csv --rows paths", 65, "no journey"),
    ("$T evaluate w.yaml --models lats-touch", 64, "did you mean last-touch?"),
    ("$T evaluate w.yaml --replications 0", 64, "--replications is 0"),
    ("$T synergy w.yaml", 65, "w.yaml"),
  ])
  func mistakesAreNamed(_ line: String, _ status: Int, _ message: String) throws {
    let outcome = try Self.run(line)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
  }
}

@Suite struct StudyCommandTests {
  static let paths = """
    path,conversions,value,nulls
    a > b,22,100,13
    b,11,40,36
    微信 > a,11,60,20
    微信,3,10,50
    a,2,10,40

    """

  /// By command and format, a figure that the command is about.
  static let figures = [
    "synergy": ["table": "a + b           35 ", "csv": "a,b,35.0,22.0,", "markdown": "| a + b | 35 |"],
    "order --max 3": [
      "table": "-2.0769  0.0476  0.7960", "csv": "2.0,-2.0769", "markdown": "| 2 | -2.0769 | 0.0476 |",
    ],
    "diagnose --shuffles 3": [
      "table": "a             51.9 % ", "csv": "reach,markov:order=1,a,0.51923", "markdown": "| a | 51.9 % |",
    ],
  ]

  /// A format is told by its form, and a figure that the command is about stands in it.
  @Test(arguments: ["table", "csv", "json", "markdown"], figures.keys.sorted())
  func studiesAreWrittenInEveryFormat(format: String, command: String) throws {
    let outcome = try CommandTests.run(
      "$T \(command) p.csv --format \(format) -o out"
        + " && $T \(command) p.csv --threads 1 --format \(format) | cmp - out && cat out",
      Self.paths)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(outcome.output.hasSuffix("\n"))
    if let figure = Self.figures[command]![format] { #expect(outcome.output.contains(figure), "\(outcome.output)") }
    switch format {
    case "json":
      let name = command.prefix { $0 != " " }
      #expect(try JSONTree(outcome.output)["schema"].text == "touchstone.\(name)/1")
    case "csv":
      // No name of these paths needs quotes: each line has the header's fields.
      #expect(Set(lines.map { $0.count { $0 == "," } }).count == 1 && lines.count > 3)
    case "markdown": #expect(lines.contains { $0.hasPrefix("|---") } && !outcome.output.contains("──"))
    default: #expect(lines.contains { $0.hasPrefix("──") } && !outcome.output.contains("|"))
    }
  }

  @Test func aSynergyTableBeginsWithWhatWasObserved() throws {
    let outcome = try CommandTests.run("$T synergy p.csv --no-intervals", Self.paths)
    #expect(
      outcome.output.hasPrefix(
        """
        p.csv: 3 touchpoints, 3 pairs

        As observed: the rate of journeys with both against what independence predicts (an association, not an effect)
        pair      journeys  rate with both  expected  excess conversions
        ────────  ────────  ──────────────  ────────  ──────────────────
        """))
    #expect(outcome.status == 0 && outcome.errors == "")
  }

  @Test(arguments: [
    ("$T synergy p.csv --most 0", 64, "--most is 0"),
    ("$T synergy p.csv --resample persons", 65, "a path table does not tell which journeys are one person's"),
    ("$T order p.csv --max 0", 64, "--max is 0"),
    ("$T order p.csv --folds 1", 64, "--folds is 1"),
    ("$T diagnose p.csv --placebo-like bb", 65, "did you mean \"b\"?"),
    ("$T diagnose p.csv --orders 1,x", 64, "orders"),
    ("$T compare p.csv --models markov:order=aut", 64, "markov:order=aut"),
  ])
  func mistakesAreNamed(_ line: String, _ status: Int, _ message: String) throws {
    let outcome = try CommandTests.run(line, Self.paths)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
  }
}
