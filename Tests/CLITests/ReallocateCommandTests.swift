import Foundation
import Testing
import TouchstoneTestSupport

@Suite struct ReallocateCommandTests {
  static let paths = """
    path,conversions,value,null
    tv > search,30,900,200
    search,40,1600,150
    tv > mail > search,10,800,60
    mail,12,600,40
    direct,9,100,80
    tv,3,30,260

    """
  static let costs = "date,touchpoint,cost\n2026-01-01,tv,4000\n2026-01-01,search,3000\n2026-01-01,mail,500\n"

  static func run(_ line: String, costs: String = costs, _ files: [String: String] = [:]) throws
    -> CommandRunner.Outcome
  {
    try CommandRunner.withFolder { folder in
      for (name, text) in files.merging(["p.csv": paths, "c.csv": costs], uniquingKeysWith: { given, _ in given }) {
        try Data(text.utf8).write(to: folder.appending(path: name))
      }
      return try CommandRunner.run(line, in: folder)
    }
  }

  @Test func aTableShowsThePlanAndWhatItAssumes() throws {
    let outcome = try Self.run(
      "$T reallocate p.csv --costs c.csv --model last-touch --models none --walks 1000 --replicates 50")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output.hasPrefix(
        """
        p.csv: budget 7,500.00 → 7,500.00 (0.0 %), for the most conversions, by the credit of last-touch

        The plan
        touchpoint  spend now   planned  change   conversions now  planned  \
        ROAS now  planned  marginal ROAS now  planned  why                     sure
        ──────────  ─────────  ────────  ───────  ───────────────  ───────  \
        ────────  ───────  ─────────────────  ───────  ───────────────────  ───────
        tv           4,000.00  2,950.00  -26.2 %              3.0      2.6  \
            0.01     0.01               0.00     0.00  at the shadow price   76.0 %
        search       3,000.00  3,900.00  +30.0 %             80.0     91.2  \
            1.10     0.96               0.55     0.48  at its maximum       100.0 %
        mail           500.00    650.00  +30.0 %             12.0     13.7  \
            1.20     1.05               0.60     0.53  at its maximum       100.0 %
        ──────────  ─────────  ────────  ───────  ───────────────  ───────  \
        ────────  ───────  ─────────────────  ───────  ───────────────────  ───────
        total        7,500.00  7,500.00  0.0 %               95.0    107.5  \
            0.52     0.60
        """), "\(outcome.output)")
    #expect(outcome.output.contains("the elasticity of tv, search, mail is an assumption (--elasticity)"))
    #expect(outcome.output.contains("no costs, so no part of the plan: direct (9 conversions)"))
  }

  @Test func jsonAddsUpWhateverTheThreads() throws {
    let outcome = try Self.run(
      """
      $T reallocate p.csv --costs c.csv --format json --threads 1 --output one.json \
      && $T reallocate p.csv --costs c.csv --format json --threads 2 | cmp - one.json && cat one.json
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let plan = try JSONTree(outcome.output)
    #expect(try plan["schema"].text == "touchstone.plan/1" && plan["measure"].text == "conversions")
    #expect(try plan["goal"] == JSONTree("{\"kind\": \"most\"}") && plan["gap"].number < 1e-9)
    #expect(try plan["budget"]["current"].number == 7_500 && plan["budget"]["planned"].number == 7_500)
    let touchpoints = try plan["touchpoints"].list
    let spend = try touchpoints.reduce(0) { try $0 + $1["plannedSpend"].number }
    #expect(isClose(spend, 7_500, relative: 1e-12))
    for key in ["currentSpend", "currentResponse", "plannedResponse", "marginalROAS", "boundBy", "response"] {
      #expect(try touchpoints.allSatisfy { try $0.fields[key] != nil }, "\(key)")
    }
    let expected = try plan["expected"]
    let interval = try expected["interval"].numbers
    #expect(try interval[0] <= interval[1] && (0...1).contains(expected["probabilityBetter"].number))
    let (gain, walked) = (try expected["gain"].number, try expected["walkedGain"].number)
    #expect(try abs(walked - gain) < 5 * expected["walkedSE"].number)
    #expect(try plan["byModel"].list.count == 6 && plan["byElasticity"].list.count == 5)
    #expect(try plan["shadowPrice"].number > 0)
  }

  /// A plan file, options over it, and CSV.
  @Test func optionsWinOverThePlanFile() throws {
    let file = "budget: 7000\ntouchpoints:\n  tv: {lock: true}\nmodel: linear\n"
    let outcome = try Self.run(
      """
      $T reallocate p.csv --costs c.csv --plan plan.yaml --models none -q --format csv \
      && $T reallocate p.csv --costs c.csv --plan plan.yaml --budget -4% --bounds 'mail=..400' --change 0.5 \
      --models none -q --format markdown
      """, ["plan.yaml": file])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("touchpoint,current_spend,planned_spend,current_conversions"))
    #expect(lines.contains { $0.hasPrefix("tv,4000.0,4000.0,") && $0.hasSuffix(",lock") })
    #expect(
      lines.contains { $0.contains("budget 7,500.00 → 7,200.00 (-4.0 %)") && $0.contains("by the credit of linear") })
    #expect(lines.contains { $0.hasPrefix("| mail | 500.00 | 400.00 | -20.0 % |") && $0.contains("at its maximum") })
  }

  /// A cost table with weekly history gives curves.
  @Test func weeklyHistoryGivesCurves() throws {
    var (costs, seed) = ("date,touchpoint,cost,conversions,currency\n", UInt64(1))
    for week in 0..<60 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let spend = 20 + Double(seed >> 40) / Double(1 << 24) * 300
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let conversions = 12 * spend / (spend + 90) * (0.97 + 0.06 * Double(seed >> 40) / Double(1 << 24))
      let date = ISO8601DateFormatter().string(
        from: Date(timeIntervalSince1970: 1_704_067_200 + 604_800 * Double(week)))
      costs += "\(date.prefix(10)),search,\(spend),\(conversions),EUR\n\(date.prefix(10)),mail,10,0.2,EUR\n"
    }
    let outcome = try Self.run("$T reallocate p.csv --costs c.csv --models none -q", costs: costs)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("EUR (0.0 %)"))
    let line = outcome.output.split(separator: "\n").first { $0.hasPrefix("search") && $0.contains("beta") } ?? ""
    #expect(line.contains("enough"), "\(outcome.output)")
    #expect(outcome.output.contains("nothing: spend hardly varies"))
  }

  /// The daily budgets of five channels over a month: some curves, and what cannot be identified is said.
  @Test(.needsShared("data/budget_daily.csv"), .needsShared("data/events_2018_07.csv"))
  func dailyBudgetsOfAMonthGiveSomeCurves() throws {
    let folder = Repository.shared("data/budget_daily.csv")!.deletingLastPathComponent().path
    let outcome = try Self.run(
      "$T reallocate \(folder)/events_2018_07.csv --costs \(folder)/budget_daily.csv -q --budget 5000 --walks 20000"
        + " --replicates 200")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("budget 4,856.74 → 5,000.00 (+2.9 %), for the most conversions"))
    #expect(outcome.output.contains("nothing: elasticity anywhere from") && outcome.output.contains("not identified"))
    #expect(outcome.output.contains("the elasticity of ") && outcome.output.contains(" is an assumption"))
    let spends = outcome.output.split(separator: "\n").dropFirst(4).prefix(5).map { line -> Double in
      // The numbers behind the name: spend now, and planned.
      let numbers = line.split(separator: " ").compactMap { Double($0.replacing(",", with: "")) }
      return numbers[1]
    }
    #expect(isClose(spends.reduce(0, +), 5_000, relative: 1e-12), "\(spends)")
  }

  @Test(arguments: [
    ("$T reallocate p.csv", 64, "a plan needs costs; give a table with --costs"),
    ("$T reallocate p.csv --costs none.csv", 66, "none.csv: there is no such file"),
    ("$T reallocate p.csv --costs c.csv --budget 60%", 64, "--budget is '60%'; give an amount such as 100000"),
    (
      "$T reallocate p.csv --costs c.csv --budget 1000", 65,
      "the budget of 1000 is 4250 less than what must be spent, 5250: tv at least 2800"
    ),
    (
      "$T reallocate p.csv --costs c.csv --budget 99999", 65,
      "the budget of 99999 is 90249 more than what may be spent, 9750: tv at most 5200"
    ),
    (
      "$T reallocate p.csv --costs c.csv --target 500", 65,
      "500 conversions of touchpoints with costs cannot be reached: the limits allow"
    ),
    (
      "$T reallocate p.csv --costs c.csv --target-roas 90", 65,
      "no budget within the limits has a ROAS of 90: the best is"
    ),
    (
      "$T reallocate p.csv --costs c.csv --target-cpa 0.5", 65,
      "no budget within the limits has a cost per conversion of 0.50: the lowest is"
    ),
    ("$T reallocate p.csv --costs c.csv --target 5 --target-cpa 3", 64, "give one goal"),
    (
      "$T reallocate p.csv --costs c.csv --bounds 'serach=1..2'", 65,
      "a limit names \"serach\", which costs nothing today; did you mean \"search\"?"
    ),
    ("$T reallocate p.csv --costs c.csv --lock direct", 65, "a limit names \"direct\", which has credit of"),
    ("$T reallocate p.csv --costs c.csv --bounds search", 64, "--bounds is 'search'; write a name, an equals sign"),
    ("$T reallocate p.csv --costs c.csv --change 30", 64, "The value '30' is invalid for '--change <change>'"),
    ("$T reallocate p.csv --costs c.csv --elasticity 2", 64, "an elasticity is 2.0; give numbers from 0.01 to 0.99"),
    ("$T reallocate p.csv --costs c.csv --lock tv --bounds tv=1..", 64, "\"tv\" is locked and has bounds"),
    ("$T reallocate p.csv --costs c.csv --model linear,markov", 64, "give one model"),
    ("$T reallocate p.csv --costs c.csv --carry-over 0.5", 64, "--carry-over is for plans by period"),
    ("$T reallocate p.csv --costs c.csv --output c.csv", 73, "c.csv: this is an input"),
    ("$T reallocate p.csv --costs c.csv --plan x.yaml", 66, "x.yaml: there is no such file"),
  ])
  func badRequestsAreRefused(_ line: String, _ status: Int32, _ message: String) throws {
    let outcome = try Self.run(line)
    #expect(outcome.status == status && outcome.errors.contains(message), "\(outcome.status) \(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }

  @Test(arguments: [
    (
      "date,touchpoint,cost\n2026-01-01,tv,5\n2026-01-01,serch,7.5\n",
      "c.csv: no journey holds \"serch\", which costs 7.5; did you mean \"search\"? name it as the journeys do,"
        + " or take its rows out; the journeys have \"tv\""
    ),
    ("date,touchpoint,cost\n2026-01-01,tv,-5\n", "c.csv:2:15: the cost is \"-5\", which is no number from 0 on"),
    ("date,touchpoint,cost\n2026-01-01,tv,\n", "c.csv:2:15: the cost is empty; write 0 where nothing was spent"),
    (
      "date,touchpoint,cost\n2026-01-01,tv,€5\n2026-01-01,search,$7\n",
      "c.csv:3:19: the cost is in \"$\", and the first row's in \"€\"; convert all costs to one currency"
    ),
    (
      "date,touchpoint,cost,currency\n2026-01-01,tv,5,EUR\n2026-01-01,search,7,\n",
      "c.csv:3:19: the cost is in no currency, and the first row's in \"EUR\""
    ),
    ("date,touchpoint,cost\n2026-01-01,direct,0\n2026-01-01,tv,0\n", "no touchpoint of the journeys has costs above 0"),
  ])
  func badCostsAreRefused(_ costs: String, _ message: String) throws {
    let outcome = try Self.run("$T reallocate p.csv --costs c.csv", costs: costs)
    #expect(outcome.status == 65 && outcome.errors.contains(message), "\(outcome.errors)")
  }

  @Test func costsOfAnotherTimeAreRefused() throws {
    let events = "user,time,channel,conversion\nu,2026-03-01T10:00:00Z,tv,1\nu,2026-03-05T10:00:00Z,tv,0\n"
    let outcome = try Self.run("$T reallocate e.csv --costs c.csv", ["e.csv": events])
    #expect(outcome.status == 65)
    #expect(
      outcome.errors.contains(
        "c.csv: the costs are of 2026-01-01 to 2026-01-01, and the journeys of 2026-03-01 to 2026-03-05;"
          + " give costs of the time that the journeys cover"), "\(outcome.errors)")
  }

  /// A goal of an option takes the place of the file's, and what contradicts it is refused.
  @Test func aGoalOfAnOptionReplacesTheFiles() throws {
    let file = ["plan.yaml": "target-roas: 0.5\nperiods: 2\ndemand: [1, 3]\n"]
    let outcome = try Self.run(
      "$T reallocate p.csv --costs c.csv --plan plan.yaml --target 95 --periods 2 --models none -q --format csv", file)
    #expect(outcome.status == 0 && outcome.output.contains(",period_1,period_2\n"), "\(outcome.errors)")
    let rows = outcome.output.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows.allSatisfy { Double($0[13])! > Double($0[12])! })
    for (line, message) in [
      ("--measure conversions", "--measure is conversions, and the goal of the plan file is about value"),
      ("--periods 3", "--periods is 3, and the plan file says the demand of 2 periods"),
    ] {
      let outcome = try Self.run("$T reallocate p.csv --costs c.csv --plan plan.yaml " + line, file)
      #expect(outcome.status == 64 && outcome.errors.contains(message), "\(outcome.errors)")
    }
  }

  /// What is not sure enough stays, as far as the request allows.
  @Test func whatIsNotSureEnoughIsHeld() throws {
    let all = try Self.run(
      "$T reallocate p.csv --costs c.csv --hold-below 1 --models none -q --replicates 100 --model linear")
    #expect(all.status == 0 && all.output.contains("held: "), "\(all.output)")
    let tight = try Self.run(
      "$T reallocate p.csv --costs c.csv --hold-below 1 --budget +20% --models none -q --replicates 100 --model linear")
    #expect(tight.status == 0 && tight.output.contains("not held, though not sure enough: tv"), "\(tight.output)")
  }

  /// Costs of a part of the time that the journeys cover.
  @Test func costsOfAPartOfTheTimeAreNoted() throws {
    let events = "user,time,channel,conversion\nu,2026-01-01T10:00:00Z,tv,1\nv,2026-01-20T10:00:00Z,tv,1\n"
    let costs = "date,touchpoint,cost\n2026-01-01,tv,5\n2026-01-02,tv,7\n2026-02-01,tv,3\n"
    let outcome = try Self.run(
      "$T reallocate e.csv --costs c.csv --models none -q --replicates 20", costs: costs, ["e.csv": events])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("costs of 3.0 lie on days outside the log's period and are left out"))
    #expect(
      outcome.output.contains(
        "the costs are of 2026-01-01 to 2026-01-02 only, and the journeys of 2026-01-01 to 2026-01-20"))
  }

  @Test func datesAreReadInTheLogsZone() throws {
    let events = "user,time,channel,conversion\nu,2026-03-01T10:00:00,tv,1\nu,2026-03-05T10:00:00,tv,0\n"
    let outcome = try Self.run("$T reallocate e.csv --costs c.csv --time-zone Asia/Shanghai", ["e.csv": events])
    #expect(
      outcome.errors.contains("the costs are of 2026-01-01 to 2026-01-01, and the journeys of 2026-03-01"),
      "\(outcome.errors)")
  }

  @Test func theScoreboardComparesPlans() throws {
    let outcome = try Self.run(
      """
      $T evaluate w.yaml --models last-touch,markov --replications 2 --replicates 0 --plans -q \
      && $T evaluate w.yaml --models linear --replications 1 --replicates 0 --plans --format json -q
      """, ["w.yaml": SimulationCommandTests.world])
    #expect(outcome.status == 0, "\(outcome.errors)")
    for name in ["(best found)", "(unchanged)", "(by last-touch ROAS)", "promised gain", "regret"] {
      #expect(outcome.output.contains(name), "\(name)")
    }
    #expect(outcome.output.contains("\"allPlans\""))
  }
}
