import Foundation
import GRDB
import Testing
import TouchstoneTestSupport

/// `touchstone journeys`, and event logs as input of other commands, as a shell sees them.
@Suite struct JourneyCommandTests {
  static let log = """
    user,time,channel,event,value,dwell
    u1,2024-05-01 10:00,Search,click,,12
    u1,2024-05-03 10:00,Email,click,,30
    u1,2024-05-04 10:00,,purchase,20,
    u2,2024-05-01 11:00,微信,view,,5
    u2,2024-05-02 11:00,Search,click,,7
    u3,2024-05-01 12:00,,purchase,5,
    u4,2024-05-01 12:00,Email,click,,
    u4,2024-05-01 13:00,Search,purchase,10,
    u4,2024-05-02 13:00,,refund,-2.5,

    """

  /// Runs a line in a folder with the log as `e.csv`, as a table of `e.db`, gzipped, and with a specification.
  static func run(_ line: String, _ log: String = log, spec: String = "journeys: {lookback: 1d}\n") throws
    -> CommandRunner.Outcome
  {
    try CommandRunner.withFolder { folder in
      try Data(log.utf8).write(to: folder.appending(path: "e.csv"))
      try Data(spec.utf8).write(to: folder.appending(path: "s.yaml"))
      if line.contains("e.db") { try fill(folder.appending(path: "e.db").path, log) }
      return try CommandRunner.run(line, in: folder)
    }
  }

  private static func fill(_ path: String, _ log: String) throws {
    let database = try DatabaseQueue(path: path)
    let rows = log.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    try database.write { database in
      try database.execute(sql: "CREATE TABLE events (\(rows[0].joined(separator: ", ")))")
      for row in rows.dropFirst() {
        let marks = row.map { _ in "?" }.joined(separator: ", ")
        try database.execute(sql: "INSERT INTO events VALUES (\(marks))", arguments: StatementArguments(row))
      }
    }
    try database.close()
  }

  // MARK: What is written

  @Test func aLogBecomesAPathTable() throws {
    let outcome = try Self.run("$T journeys e.csv --half-life none")
    #expect(outcome.status == 0)
    #expect(
      outcome.output == """
        path,total_conversions,total_conversion_value,total_null
        Email > Search,1,7.5,0
        Search > Email,1,20,0
        微信 > Search,0,0,1
        (baseline),1,5,0

        """)
    #expect(
      outcome.errors == """
        read with delimiter ',', user = "user", time = "time", touchpoint = "channel", kind = "event", value = "value"
        e.csv: 9 events of 4 persons, 2024-05-01 to 2024-05-04 (UTC)
        what became of the events       events
        ──────────────────────────────  ──────
        touches in converting journeys       4
        touches in other journeys            2
        conversions                          2
        refunds                              1
        ──────────────────────────────  ──────
        read                                 9
        3 conversions: 2 after touches, 1 after none (baseline); refunds took off 2.50; the busiest person has 2 touches

        """)
    let quiet = try Self.run("$T journeys e.csv --half-life none --quiet")
    #expect(quiet.output == outcome.output)
    #expect(quiet.errors == "")
  }

  @Test func pathTablesCarryTimeDecayCredit() throws {
    let table = try Self.run("$T journeys e.csv -q --half-life 7,0.5").output.split(separator: "\n")
    #expect(
      table[0].hasSuffix(
        "total_null,time_decay_conversions_7d,time_decay_value_7d,time_decay_conversions_0.5d,time_decay_value_0.5d"))
    // Search came 72 hours before the purchase, Email 24: half-lives of 12 hours make that 1/64 to 1/4.
    #expect(table[2].hasSuffix(",\(1.0 / 17) \(16.0 / 17),\(20.0 / 17) \(320.0 / 17)"))
    let outcome = try Self.run("$T journeys e.csv -q --format json --half-life 0.5")
    let document = try JSONTree(outcome.output)
    #expect(try document["schema"].text == "touchstone.journeys/1")
    let paths = try document["paths"].list.map { try $0["path"].texts }
    #expect(paths == [["Email", "Search"], ["Search", "Email"], ["微信", "Search"]])
    #expect(try document["baseline"]["value"].number == 5)
    #expect(try document["account"]["events"].number == 9 && document["account"]["persons"].number == 4)
  }

  @Test func everySourceIsReadAlike() throws {
    let line = """
      $T journeys e.csv -q -o 1 && cat e.csv | $T journeys - -q -o 2 && gzip -c e.csv > e.gz && $T journeys e.gz -q -o 3
      cat e.gz | $T journeys - -q -o 4 && $T journeys 'sqlite:e.db?table=events' -q -o 5
      $T journeys 'sqlite:e.db?query=SELECT * FROM events ORDER BY time DESC' -q -o 6
      (echo; tac e.csv | grep -v ^user | sed 's/.*/"&"/; s/,/","/g' | cat <(head -1 e.csv) -) \
      | tail -n +2 | $T journeys - -q -o 7
      $T journeys e.csv -q --threads 3 > 8
      for i in 2 3 4 5 6 7 8; do cmp 1 $i || exit 1; done; ls -A | grep -c partial; wc -l < 1
      """
    let outcome = try Self.run(line)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    #expect(outcome.output == "0\n5\n")
  }

  // MARK: Options

  @Test(arguments: [
    ("--lookback 30d", "journeys: {lookback: 1h}"), ("--user-column cookie", "columns: {user: user}"),
    ("--repeats collapse", "journeys: {repeats: keep}"),
    ("--direct drop --direct-names Search", "journeys: {direct: keep, direct-names: x}"),
    ("--refunds drop", "journeys: {refunds: reject}"),
    ("--conversions look-back", "journeys: {conversions: end-journey}"),
    ("--value-column none", "columns: {value: value}"),
    ("--conversion-rows outcome", "journeys: {conversion-rows: touch}"),
    ("--gap none", "journeys: {gap: 1h}"), ("--max-touches none", "journeys: {max-touches: 1}"),
    ("--time-zone +08:00", "time: {zone: UTC}"),
    ("--kind-column what", "columns: {kind: event}"),
    ("--after-conversion drop", "journeys: {after-conversion: new-journey}"),
    ("--touchpoint-column city", "columns: {touchpoint: channel}"),
    ("--duplicates keep", "journeys: {duplicates: drop}"),
  ])
  func optionsWinOverTheSpecification(_ option: String, _ spec: String) throws {
    let log = """
      user,cookie,time,channel,city,event,what,value
      u,c1,2024-05-01 10:00,Search,Bonn,click,click,
      u,c1,2024-05-01 10:00,Search,Bonn,click,click,
      u,c2,2024-05-03 11:00,Search,Köln,view,buy,
      u,c2,2024-05-04 12:00,Email,Köln,purchase,purchase,9
      u,c1,2024-05-05 10:00,Email,Bonn,refund,refund,-2
      u,c1,2024-05-06 10:00,Shop,Bonn,purchase,click,
      u,c2,2024-05-07 23:00,Email,Bonn,click,click,

      """
    let outcome = try Self.run(
      """
      $T journeys e.csv --format json -q \(option) -o 1 \
      && $T journeys e.csv --format json -q --spec s.yaml \(option) -o 2 && cmp 1 2 || exit 1
      $T journeys e.csv --format json -q --spec s.yaml -o 3 2> /dev/null || touch 3
      cmp -s 2 3 && echo THE OPTION CHANGES NOTHING
      """, log, spec: spec)
    #expect(outcome.errors == "")
    #expect(outcome.output == "")
  }

  // MARK: Mistakes

  /// Each line fails with the documented code, says one thing on standard error, and writes nothing.
  @Test(arguments: [
    ("$T journeys no.csv -o out", 66, "touchstone: no.csv: there is no such file"),
    ("$T journeys e.csv --spec no.yaml -o out", 66, "touchstone: no.yaml: there is no such file"),
    ("$T journeys 'sqlite:no.db?table=events' -o out", 66, "touchstone: no.db: there is no such file"),
    ("$T journeys sqlite:no.db -o out", 66, "nothing says which table to read"),
    (
      "$T journeys 'sqlite:e.db?table=event' -o out", 65,
      "touchstone: e.db: there is no table \"event\"; did you mean \"events\"?"
    ),
    ("$T journeys 'sqlite:e.db?query=DROP TABLE events' -o out", 65, "touchstone: e.db: SQLite refuses the query"),
    ("$T journeys 'sqlite:e.csv?table=events' -o out", 65, "touchstone: e.csv: this is no SQLite database"),
    ("$T journeys . -o out", 66, "touchstone: .: this is a directory"),
    ("$T journeys - -o out", 65, "standard input: the input is empty"),
    (
      "sed -i 's/2024-05-02 11:00/soon/' e.csv; $T journeys e.csv -o out", 65,
      "touchstone: e.csv:6:4: \"time\" is \"soon\""
    ),
    ("sed -i 's/u4,/,/' e.csv; $T compare e.csv -o out", 65, "touchstone: e.csv:8:1: the event has no id"),
    ("$T journeys e.csv --refunds reject -o out", 65, "e.csv:10:29: the event is a refund"),
    (
      "echo 'journeys: {gap: x}' > s.yaml; $T journeys e.csv --spec s.yaml -o out", 65,
      "s.yaml:1:17: journeys.gap is \"x\""
    ),
    (
      "$T diagnose e.csv --models linear,time-decay -o out", 65,
      "touchstone: time-decay cannot take part in a placebo test"
    ),
    ("gzip e.csv; head -c 60 e.csv.gz > q; $T journeys q -o out", 65, "the gzip data ends too early"),
    ("printf 'path,conversions\\na,1\\n' > p; $T journeys p -o out", 65, "p:1: this is a path table"),
    ("printf 'a,b\\n1,2\\n' > p; $T compare p -o out", 65, "p:1: this is neither a path table"),
    ("$T journeys e.csv --user-column none -o out", 65, "e.csv:1:"),
    ("$T journeys e.csv --user-column uid -o out", 65, "no column \"uid\""),
    (
      "$T journeys e.csv --value-column dwell --measure-columns dwell -o out", 65,
      "e.csv:1: column \"dwell\" is asked for twice"
    ),
    ("$T journeys e.csv --lookback 3 -o out", 64, "The value '3' is invalid for '--lookback"),
    ("$T journeys e.csv --time-zone Mars -o out", 64, "The value 'Mars' is invalid"),
    ("$T journeys e.csv --max-touches 0 -o out", 64, "The value '0' is invalid"),
    ("$T journeys e.csv --repeats 0 -o out", 64, "invalid"),
    ("$T journeys e.csv --half-life 0 -o out", 64, "The value '0' is invalid"),
    ("$T journeys e.csv --half-life , -o out", 64, "invalid"),
    ("$T journeys e.csv --shared-identifiers 0 -o out", 64, "--shared-identifiers is 0; give 1 or more"),
    ("$T journeys e.csv --user-column a --user-column a -o out", 64, "--user-column names one column twice"),
    ("$T journeys e.csv --date-order year-first -o out", 64, "is invalid"),
    ("$T journeys -o out", 64, "Missing expected argument"),
    ("$T journeys e.csv -o no/such/out", 73, "touchstone: no/such/out: the file cannot be created"),
    ("$T journeys e.csv -o .", 73, "this is a directory"),
    ("$T journeys e.csv -o /dev/full", 74, "/dev/full: writing failed"),
    ("$T journeys e.csv -q > /dev/full", 74, "touchstone: standard output: writing failed"),
  ])
  func mistakesEndWithTheDocumentedCode(_ line: String, _ status: Int32, _ message: String) throws {
    let outcome = try Self.run(
      "\(line); code=$?; test ! -e out || echo LEFT; ls -A | grep -E 'partial|no.db'; exit $code")
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.output == "")
  }

  /// What is read must not be lost, whatever it is called.
  @Test(arguments: [
    ("e.csv", "e.csv"), ("e.csv", "./e.csv"), ("e.csv", "$PWD/e.csv"), ("e.csv", "link"), ("e.csv", "hard"),
    ("'sqlite:e.db?table=events'", "e.db"), ("'sqlite:e.db?query=SELECT * FROM events'", "./e.db"),
    ("e.csv --spec s.yaml", "s.yaml"),
  ])
  func theInputIsNotWrittenOver(_ input: String, _ output: String) throws {
    for command in ["journeys", "compare"] {
      let outcome = try Self.run(
        """
        ln -s e.csv link; ln e.csv hard; sum=$(cat e.csv s.yaml e.db | cksum)
        $T \(command) \(input) -q -o \(output); code=$?
        test "$sum" = "$(cat e.csv s.yaml e.db | cksum)" || echo LOST; exit $code
        """)
      #expect(outcome.status == 73, "\(outcome.errors)")
      #expect(outcome.errors.contains("which would be lost; choose another --output"), "\(outcome.errors)")
      #expect(outcome.output == "")
    }
  }

  @Test func anExistingFileSurvivesAFailure() throws {
    let outcome = try Self.run(
      """
      echo old > out; sed -i 's/refund/oops/' e.csv; $T journeys e.csv --refunds reject -o out
      cat out; ls -A | grep -c partial
      """)
    #expect(outcome.output == "old\n0\n")
  }
}
