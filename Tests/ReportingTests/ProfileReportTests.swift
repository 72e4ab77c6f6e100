import Testing
import TouchstoneAttribution
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneTestSupport
import TouchstoneText

@testable import TouchstoneReporting

@Suite struct ProfileReportTests {
  /// Four persons; what follows from them is worked out by hand.
  static let log = """
    user,time,channel,kind,conversion,value,cost,dwell
    a,2024-05-01T00:00:00Z,video,impression,0,,0.5,
    a,2024-05-02T00:00:00Z,video,click,0,,0.5,10
    a,2024-05-03T00:00:00Z,shop,,1,20,,30
    a,2024-05-09T00:00:00Z,shop,,1,30,,50
    b,2024-05-01T00:00:00Z,video,impression,0,,0.5,
    c,2024-05-01T12:00:00Z,search,click,0,,2,4
    c,2024-05-01T12:30:00Z,shop,,1,10,,20
    d,2024-05-04T00:00:00Z,,,1,5,,
    """

  static func report(
    costPerTouch: Double? = nil, attributes: [String: TouchpointAttributes] = [:]
  ) throws -> ProfileReport {
    var format = EventFormat()
    format.measureColumns = ["dwell"]
    let reading = try EventReader(format).read(bytes: Array(log.utf8), name: "log")
    let built = JourneyBuilder().build(reading.log, wantsProfile: true)
    let profile = built.profile!
    let cost = 0
    let model = Linear()
    return ProfileReport(
      ProfileReport.Content(
        profile: profile, paths: built.paths, hasValue: true,
        account: AccountReport(source: "log", account: built.account, identities: nil), layout: "a layout",
        model: model, attribution: try model.attribute(Evidence(paths: built.paths)),
        spend: profile.byTouchpoint.map {
          $0.measureCounts[cost] > 0 ? CostTable.Totals(cost: $0.measureSums[cost]) : nil
        }, attributes: attributes))
  }

  @Test func figuresAreThoseWorkedOutByHand() throws {
    let report = try Self.report()
    #expect(report.names == ["search", "shop", "video"])
    let (search, shop, video) = (report.figures[0], report.figures[1], report.figures[2])
    #expect(video.counts.touches == 3 && video.counts.persons == 2 && video.frequency == 1.5)
    #expect(video.coverage == 0.5 && video.converterCoverage == 1.0 / 3)
    #expect(video.impressions == 2 && video.clicks == 1 && video.clickThroughRate == 0.5)
    #expect(video.counts.first == 1 && video.counts.middle == 1 && video.counts.last == 0 && video.counts.solo == 0)
    #expect(shop.counts.solo == 1 && shop.counts.last == 2 && shop.counts.first == 0)
    #expect(video.rateWith == 0.5 && video.rateWithout == 1 && video.lift == 0.5)
    #expect(video.meanLagDays == 2 && search.meanLagDays == 0.5 / 24)
    // video > video > shop, search > shop, shop.
    #expect(abs(video.credit.conversions - 2.0 / 3) < 1e-15 && search.credit.conversions == 0.5)
    #expect(video.cost == 1.5 && video.costPerTouch == 0.5 && search.acquisitionCost == 4)
    #expect(search.returnOnSpend == 2.5)
    #expect(video.counts.introduced == 1 && video.repurchaseRate == 1 && video.lifetimeValue == 50)
    #expect(search.repurchaseRate == 0 && search.lifetimeValue == 10)
    #expect(shop.isHighValue && video.isHighValue && !search.isHighValue)
    #expect(shop.role == "closer" && video.role == "influencer" && search.role == "introducer")
    #expect(report.content.profile.repurchasers == 1 && report.content.profile.converters == 3)
  }

  @Test func theStageMatrixNamesItsGaps() throws {
    var owned = TouchpointAttributes()
    owned.media = .owned
    owned.stage = .purchase
    let text = try Self.report(attributes: ["shop": owned]).text(.table)
    #expect(text.contains("purchase                  shop"))
    #expect(text.contains("(without stage or media)  search, video"))
    #expect(text.contains("awareness × paid") && !text.contains("purchase × owned"))
    #expect(text.contains("an association, not an effect"))
  }

  @Test(arguments: OutputFormat.allCases)
  func everyFormatHoldsTheFigures(_ format: OutputFormat) throws {
    let text = try Self.report().text(format)
    for name in ["search", "shop", "video"] { #expect(text.contains(name)) }
    #expect(text.hasSuffix("\n"))
  }

  /// Against counting subsets row by row.
  @Test(arguments: [2, 3])
  func combinationsEqualCounting(_ size: Int) {
    var generator = TestGenerator(seed: 7)
    let rows = (0..<300).map { _ -> (path: [String], totals: PathTotals) in
      let path = (0..<(1 + Int(generator.next() % 6))).map { _ in "t\(generator.next() % 7)" }
      let conversions = Double(generator.next() % 3)
      return (
        path, PathTotals(conversions: conversions, value: conversions * 2, nonConverting: Double(generator.next() % 4))
      )
    }
    let table = PathTable(rows)
    let found = TouchpointCombination.all(in: table, size: size)
    let names = table.touchpoints.names
    var expected: [Set<String>: PathTotals] = [:]
    for row in rows {
      let distinct = Array(Set(row.path)).sorted()
      for mask in 0..<(1 << distinct.count) where mask.nonzeroBitCount == size {
        let subset = Set(distinct.indices.filter { mask >> $0 & 1 == 1 }.map { distinct[$0] })
        var totals = expected[subset] ?? PathTotals(conversions: 0)
        totals.conversions += row.totals.conversions
        totals.value += row.totals.value
        totals.nonConverting += row.totals.nonConverting
        expected[subset] = totals
      }
    }
    #expect(found.count == expected.count)
    for combination in found {
      #expect(combination.totals == expected[Set(combination.touchpoints.map { names[Int($0)] })])
    }
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.totals.conversions >= $1.totals.conversions })
  }

  @Test func datesAreThoseOfTheCalendar() {
    #expect(DateText.instant(0) == "1970-01-01T00:00:00Z")
    #expect(DateText.instant(-1) == "1969-12-31T23:59:59Z")
    #expect(DateText.instant(1_709_210_096_999_999) == "2024-02-29T12:34:56Z")
    #expect(DateText.day(-2_208_988_800_000_000) == "1900-01-01")
  }
}
