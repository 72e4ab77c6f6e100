import Testing
import TouchstoneAttribution
import TouchstoneJourneys
import TouchstoneReporting
import TouchstoneTestSupport

@Suite struct TransitionReportTests {
  @Test func everyFormatHoldsTheTransitions() throws {
    let chain = try MarkovChain(
      PathTable([(path: ["a", "b"], totals: PathTotals(conversions: 1, nonConverting: 3))]), order: 1)
    let report = TransitionReport(chain)
    #expect(
      report.text(.csv) == """
        from,to,count,probability
        (start),a,4.0,1.0
        a,b,4.0,1.0
        b,(conversion),1.0,0.25
        b,(null),3.0,0.75

        """)
    #expect(report.text(.table).contains("from     journeys"))
    #expect(report.text(.json).contains("\"touchstone.transitions/1\""))
    #expect(report.text(.markdown).contains("| (start) | 4 | 1.0000 |"))
    let deep = try MarkovChain(
      PathTable([(path: ["a", "b", "c"], totals: PathTotals(conversions: 1))]), order: 2)
    #expect(TransitionReport(deep).text(.csv).contains("(start) > a,a > b,1.0,1.0"))
  }
}
