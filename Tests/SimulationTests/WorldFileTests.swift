import Testing
import TouchstoneJourneyIO
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneSimulation

@Suite struct WorldFileTests {
  static let small = """
    users: 100
    days: 10
    conversion: {base: -5}
    channels:
      - {name: display, kind: push, spend: 10, cost-per-touch: 0.01, effect: 0.5}
      - {name: search, kind: pull, rate: 0.02, take: 0.5}

    """

  static func world(_ text: String) throws(InputError) -> World {
    try World(yaml: text, source: "w.yaml", name: "w")
  }

  @Test func defaultsAreThoseOfTheArticle() throws {
    let world = try Self.world(Self.small)
    #expect(world.name == "w" && world.warmup == 21 && world.seed == 1 && world.firstDay == 20_458)
    #expect(world.intent.sd == 1 && world.intent.movement == 0.7 && world.intent.persistence == 0.85)
    #expect(world.conversion.coolDown == 14 && world.conversion.repeats && world.conversion.meanValue == 1)
    let display = world.channels[0]
    #expect(display.pulse == 0.25 && display.halfLife == 7 && display.half == 3 && display.shape == 1)
    #expect(isClose(display.rate(users: 100, days: 10), 10 / 0.01 / 100 / 10, relative: 1e-15))
    #expect(world.channels[1].carried == 1 && world.channels[1].substitution == 0)
    #expect(world.truth.counterfactual == .never && world.truth.response == [0, 0.5, 1, 1.5, 2])
    // More users at the same spend each.
    #expect(world.with(users: 1_000).channels[0].spend == 100)
  }

  /// What is wrong, and what the message says: place, key, value, remedy.
  @Test(arguments: [
    ("users: 100\n", "users: many\n", "w.yaml:1:8: users is \"many\"; give a whole number from 1 to"),
    ("users: 100\n", "", "there is no users, the number of users; add it"),
    ("days: 10\n", "dayz: 10\n", "w.yaml:2:1: there is no key \"dayz\"; did you mean days?"),
    ("effect: 0.5", "efect: 0.5", "there is no key \"channels[1].efect\"; did you mean effect?"),
    ("kind: push", "kind: pushh", "channels[1].kind is \"pushh\"; give one of push, retarget, pull, owned, organic"),
    ("spend: 10, ", "", "there is no channels[1].spend, what is spent over the logged days; add it"),
    ("take: 0.5", "take: 1.5", "channels[2].take is \"1.5\"; give a number from 0.0 to 1.0"),
    ("name: search", "name: display", "channels[2].name is \"display\"; give a name that no other channel has"),
    ("name: search", "name: \"=sum\"", "channels[2].name is \"=sum\"; give a touchpoint"),
    ("name: search", "name: (start)", "give a touchpoint"),
    ("effect: 0.5", "effect: 0.5, drives: {serach: 1}", "give one of search; did you mean search?"),
    ("take: 0.5", "take: 0.5, pulses: 1", "there is no key \"channels[2].pulses\"; did you mean pulse?"),
    ("spend: 10", "spend: 1e9", "channels[1].spend is \"1e9\"; give less: no user meets a channel 200 times a day"),
    ("{base: -5}", "{}", "there is no conversion.base, the log-odds of converting; or give target-rate"),
    ("{base: -5}", "{base: -5, target-rate: 0.1}", "base or target-rate, not both"),
    ("{base: -5}", "{target-rate: 4}", "a rate that users can reach"),
    ("{base: -5}", "{base: -5, weekday: [1, 2]}", "conversion.weekday is \"1, 2\"; give 7 numbers"),
    ("days: 10\n", "days: 10\nstart: 2026-13-01\n", "start is \"2026-13-01\"; give a date such as 2026-01-05"),
    (
      "days: 10\n", "days: 10\nsegments: [{share: 0.5}, {share: 0.4}]\n",
      "segments is \"shares that sum to 0.9\"; give shares that sum to 1"
    ),
    ("days: 10\n", "days: 10\ndamage: {unlogged: {dispaly: 0.5}}\n", "did you mean display?"),
    (
      "days: 10\n", "days: 10\ndamage: {dropped-days: [11]}\n",
      "damage.dropped-days is \"11\"; give a list of numbers from 1.0 to 10.0"
    ),
    (
      "days: 10\n", "days: 10\ninteractions: [{channels: [display], effect: 1}]\n",
      "interactions[1].channels is no single value; give two channels"
    ),
    ("days: 10\n", "days: 10\ntruth: {counterfactual: always}\n", "give one of never, stop"),
    ("users: 100", "users: [", "this is no YAML"),
    (
      "days: 10\n", "days: 10\ndamage: {unlogged: {search: 0.5}}\n",
      "give a channel with impressions or sends: clicks and visits are always logged"
    ),
    (
      "users: 100\n", "users: 100\ndirect: display\n",
      "direct is \"display\"; give a name that no advertised channel has"
    ),
    ("name: search", "name: direct", "the channel \"direct\" has the name that direct is logged as"),
    (
      "channels:\n  - {name: display,", "intent: {sd: 10}\nchannels:\n  - {targeting: {latent: 10}, name: display,",
      "the targeting and trend of \"display\" move its rate beyond what numbers hold; lower them"
    ),
  ])
  func mistakesAreNamed(_ part: String, _ wrong: String, _ message: String) {
    let text = Self.small.replacing(part, with: wrong, maxReplacements: 1)
    do throws(InputError) {
      _ = try Self.world(text).calibrated()
      Issue.record("no error for \(wrong)")
    } catch {
      #expect(error.description.contains(message), "\(error)")
      #expect(error.kind == .badData)
    }
  }

  /// The base is the one that gives the rate.
  @Test func targetRateIsMet() throws {
    let world = try Self.world(
      Self.small.replacing("users: 100", with: "users: 1000").replacing("{base: -5}", with: "{target-rate: 0.05}")
        .replacing("spend: 10", with: "spend: 100")
    ).calibrated()
    let truth = Truth(world, [])
    #expect(isClose(truth.allOn.conversions / 1_000 * 3, 0.05, relative: 2e-4))
  }

  /// Reading is no search: a rate that nobody can reach is found when the world is calibrated, and said with its line
  /// and column.
  @Test func readingLivesNobody() throws {
    let world = try Self.world(Self.small.replacing("{base: -5}", with: "{target-rate: 4}"))
    #expect(world.conversion.targetRate == 4)
    do throws(InputError) {
      _ = try world.calibrated()
      Issue.record("no error for a rate out of reach")
    } catch {
      #expect(error.line == 3 && error.column != nil && error.source == "w.yaml")
    }
    var given = world
    given.conversion.base = -5
    #expect(given.conversion.targetRate == nil)
    #expect(try given.calibrated().conversion.base == -5)
  }

  @Test func aMissingFileIsSaidToBeMissing() {
    #expect { try World(file: "/nowhere.yaml") } throws: { ($0 as? InputError)?.kind == .missing }
  }
}
