import Testing
import TouchstoneJourneys

@testable import TouchstoneJourneyIO

/// Touchpoints made of source, medium and campaign by the rules of a specification.
@Suite struct TouchpointRuleTests {
  /// The touchpoint that rules in YAML make of one event's fields.
  static func touchpoint(
    _ yaml: String, touchpoint: String? = nil, source: String = "", medium: String = "", campaign: String = ""
  ) throws -> String? {
    let specification = try JourneySpecification(yaml: yaml, source: "s.yaml")
    let header = (touchpoint == nil ? "" : "channel,") + "source,medium,campaign,user,time,value\n"
    let row = [touchpoint, source, medium, campaign].compactMap { $0.map { "\"\($0)\"" } }.joined(separator: ",")
    let result = try EventLogs.read(header + row + ",u,2024-05-31,1\n", specification.events)
    let fields = result.layout.touchpointFields
    let built = JourneyBuilder(specification.rules).build(
      result.log, rename: { specification.touchpoints.touchpoint(of: $0, fields: fields) })
    return built.paths.touchpoints.names.first
  }

  @Test func namesWithoutRulesAreMadeOfTheirParts() throws {
    #expect(try Self.touchpoint("", source: "google", medium: "cpc") == "google / cpc")
    #expect(try Self.touchpoint("", source: "google", campaign: "x") == "google")
    #expect(try Self.touchpoint("", medium: "cpc") == "cpc")
    #expect(try Self.touchpoint("", campaign: "x") == "x")
    #expect(try Self.touchpoint("", touchpoint: "shop", source: "google", medium: "cpc") == "shop")
    #expect(try Self.touchpoint("", touchpoint: "", source: "google", medium: "cpc") == "google / cpc")
    #expect(try Self.touchpoint("") == nil)
  }

  static let rules = """
    touchpoints:
      rules:
        - to: Brand search
          source: [google, Bing]
          medium: CPC
          campaign: {prefix: [brand-, 品牌]}
        - {to: Paid search, source: [google, bing], medium: {regex: "^(cpc|ppc)$"}}
        - to: Mail
          source: {glob: ["*.mail.example", "news?etter"]}
        - {to: No campaign, medium: social, campaign: ""}
        - {to: Partners, campaign: {regex: ["partner[0-9]+", "^p-"]}}
        - {to: Shop, touchpoint: {equals: shop}}
        - default: Other
    """

  @Test(arguments: [
    ("google", "cpc", "brand-2024", "Brand search"), ("GOOGLE", "Cpc", "Brand-2024", "Brand search"),
    ("bing", "CPC", "品牌词", "Brand search"), ("bing", "cpc", "my brand-2024", "Paid search"),
    ("google", "ppc", "brand-2024", "Paid search"), ("google", "cpcs", "x", "Other"),
    ("google.com", "cpc", "x", "Other"),
    ("a.mail.example", "", "", "Mail"), (".mail.example", "", "", "Mail"), ("mail.example", "", "", "Other"),
    ("newsletter", "", "", "Mail"), ("NEWSxETTER", "", "", "Mail"), ("newsetter", "", "", "Other"),
    ("newsletters", "", "", "Other"),
    ("x", "social", "", "No campaign"), ("x", "social", "y", "Other"), ("x", "y", "2024 PARTNER7", "Partners"),
    ("x", "y", "p-1", "Partners"), ("x", "y", "xp-1", "Other"), ("a.mail.example", "social", "", "Mail"),
  ])
  func theFirstRuleThatMatchesDecides(_ source: String, _ medium: String, _ campaign: String, _ expected: String) throws
  {
    #expect(try Self.touchpoint(Self.rules, source: source, medium: medium, campaign: campaign) == expected)
  }

  @Test func rulesMayLookAtTheTouchpointItself() throws {
    #expect(try Self.touchpoint(Self.rules, touchpoint: "Shop") == "Shop")
    #expect(try Self.touchpoint(Self.rules, touchpoint: "corner shop") == "Other")
    #expect(try Self.touchpoint(Self.rules, touchpoint: "shop", source: "bing", medium: "cpc") == "Paid search")
    let text = "user,time,channel,value\nu,2024-05-01,shop,0\nu,2024-05-02,x,0\nu,2024-05-03,SHOP,5\n"
    let specification = try JourneySpecification(yaml: Self.rules, source: "s")
    let result = try EventLogs.read(text, specification.events)
    let built = JourneyBuilder().build(
      result.log, rename: { specification.touchpoints.touchpoint(of: $0, fields: result.layout.touchpointFields) })
    #expect(
      PathTableReaderTests.contents(built.paths) == ["Shop\u{1}Other\u{1}Shop": PathTotals(conversions: 1, value: 5)])
  }

  @Test(arguments: [
    ("*", "", true), ("*", "abc", true), ("a*c", "abbbc", true), ("a*c", "ac", true), ("a*c", "acd", false),
    ("?", "", false),
    ("?", "微", true), ("*a*a*", "bab", false), ("*a*a*", "baba", true), ("**", "x", true), ("a?c*", "abc", true),
    ("", "", true),
    ("", "x", false), ("[a]", "a", false), ("[a]", "[A]", true), ("*b", "aab", true), ("*ab", "aaab", true),
    ("a.c", "abc", false),
  ])
  func globsMatchWholeTexts(_ pattern: String, _ text: String, _ matches: Bool) throws {
    let yaml = "touchpoints:\n  rules:\n  - {to: yes, campaign: {glob: \"\(pattern)\"}}\n  - default: no\n"
    // Something must be there for the event to be a touch.
    #expect(try Self.touchpoint(yaml, source: "s", campaign: text) == (matches ? "yes" : "no"))
  }

  /// Google's examples of its default channel groups, and some of our own.
  @Test(arguments: [
    ("(direct)", "(none)", "", "Direct"), ("google", "cpc", "", "Paid Search"),
    ("www.google.com", "organic", "", "Organic Search"),
    ("google", "organic", "", "Organic Search"), ("bing", "ppc", "x", "Paid Search"),
    ("facebook", "paid-social", "", "Paid Social"),
    ("m.facebook.com", "referral", "", "Organic Social"), ("x", "social-media", "", "Organic Social"),
    ("youtube", "cpv", "", "Paid Video"), ("youtube", "cpc", "", "Paid Video"),
    ("youtube.com", "referral", "", "Organic Video"),
    ("amazon", "cpc", "", "Paid Shopping"), ("x", "cpc", "summer shop", "Paid Shopping"),
    ("x", "cpc", "bishop", "Paid Other"),
    ("x", "cpc", "eshop", "Paid Shopping"), ("x", "y", "shopping", "Organic Shopping"),
    ("amazon.de", "referral", "", "Organic Shopping"),
    ("x", "banner", "", "Display"), ("x", "CPM", "", "Display"), ("criteo", "retargeting", "", "Paid Other"),
    ("blog.example", "referral", "", "Referral"), ("newsletter", "email", "", "Email"), ("e-mail", "x", "", "Email"),
    ("x", "affiliate", "", "Affiliates"), ("spotify", "audio", "", "Audio"), ("sms", "", "", "SMS"),
    ("x", "sms", "", "SMS"),
    ("x", "web-push", "", "Mobile Push Notifications"), ("firebase", "y", "", "Mobile Push Notifications"),
    ("google", "cpc", "cross-network-1", "Cross-network"), ("x", "y", "z", "Unassigned"),
    ("baidu", "cpc", "", "Paid Search"),
    ("微信", "cpc", "", "Paid Social"), ("", "(not set)", "", "Direct"), ("notgoogle", "organic", "", "Organic Search"),
    ("notgoogle", "cpc", "", "Paid Other"),
  ])
  func thePresetFollowsGooglesChannelGroups(
    _ source: String, _ medium: String, _ campaign: String, _ expected: String
  ) throws {
    let yaml = "touchpoints: {preset: ga4}"
    #expect(try Self.touchpoint(yaml, source: source, medium: medium, campaign: campaign) == expected)
  }

  @Test func ownRulesComeBeforeThePreset() throws {
    let yaml = "touchpoints:\n  preset: ga4\n  rules:\n  - {to: Brand, campaign: {prefix: brand}}\n"
    #expect(try Self.touchpoint(yaml, source: "google", medium: "cpc", campaign: "Brand") == "Brand")
    #expect(try Self.touchpoint(yaml, source: "google", medium: "cpc", campaign: "x") == "Paid Search")
  }

  @Test func aCampaignAloneIsReadByThePreset() throws {
    let specification = try JourneySpecification(yaml: "touchpoints: {preset: ga4}", source: "s")
    #expect(
      specification.touchpoints.touchpoint(of: "google\u{1F}cpc", fields: [.source, .medium]) == "Paid Search")
    #expect(specification.touchpoints.touchpoint(of: "\u{1F}email", fields: [.source, .medium]) == "Email")
  }
}
