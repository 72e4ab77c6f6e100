/// A preset close to the default channel groups of Google Analytics 4.
///
/// Source: Google Analytics help, "[GA4] Default channel group", the manual-traffic definitions. The lists of sites are
/// Google's largest, with those of China added.
extension TouchpointRules {
  /// The preset's rules, the last of which is a default: `Unassigned`.
  public static var defaultChannelGroups: TouchpointRules {
    TouchpointRules([
      rule(
        "Direct", .source, .equals(["", "(direct)", "direct"]), .medium, .equals(["", "(none)", "(not set)", "none"])),
      rule("Cross-network", .campaign, regex("cross-network")),
      rule("Paid Shopping", .source, shopping, .medium, paid),
      rule("Paid Shopping", .campaign, shoppingCampaign, .medium, paid),
      rule("Paid Search", .source, search, .medium, paid),
      rule("Paid Social", .source, social, .medium, paid),
      rule("Paid Video", .source, video, .medium, paid),
      rule("Display", .medium, .equals(["display", "banner", "expandable", "interstitial", "cpm"])),
      rule("Paid Other", .medium, paid),
      rule("Organic Shopping", .source, shopping),
      rule("Organic Shopping", .campaign, shoppingCampaign),
      rule("Organic Social", .source, social),
      rule(
        "Organic Social", .medium,
        .equals(["social", "social-network", "social-media", "sm", "social network", "social media"])),
      rule("Organic Video", .source, video),
      rule("Organic Video", .medium, regex("video")),
      rule("Organic Search", .source, search),
      rule("Organic Search", .medium, .equals(["organic"])),
      rule("Referral", .medium, .equals(["referral", "app", "link"])),
      rule("Email", .source, email),
      rule("Email", .medium, email),
      rule("Affiliates", .medium, .equals(["affiliate", "affiliates"])),
      rule("Audio", .medium, .equals(["audio"])),
      rule("SMS", .source, .equals(["sms"])),
      rule("SMS", .medium, .equals(["sms"])),
      rule("Mobile Push Notifications", .medium, regex("push$", "mobile", "notification")),
      rule("Mobile Push Notifications", .source, .equals(["firebase"])),
      TouchpointRule("Unassigned"),
    ])
  }

  private static func rule(
    _ touchpoint: String, _ field: TouchpointField, _ condition: TouchpointCondition
  ) -> TouchpointRule {
    TouchpointRule(touchpoint, [(field, condition)])
  }

  private static func rule(
    _ touchpoint: String, _ field: TouchpointField, _ condition: TouchpointCondition,
    _ otherField: TouchpointField, _ otherCondition: TouchpointCondition
  ) -> TouchpointRule {
    TouchpointRule(touchpoint, [(field, condition), (otherField, otherCondition)])
  }

  private static func regex(_ texts: String...) -> TouchpointCondition {
    .regex(
      texts.map { text in
        guard let pattern = try? TouchpointPattern(text) else { preconditionFailure("\(text) is a regular expression") }
        return pattern
      })
  }

  private static var paid: TouchpointCondition { regex("^(.*cp.*|ppc|retargeting|paid.*)$") }
  private static var shoppingCampaign: TouchpointCondition { regex("^(.*(([^a-df-z]|^)shop|shopping).*)$") }
  private static var email: TouchpointCondition { .equals(["email", "e-mail", "e_mail", "e mail"]) }

  /// A site is named by itself, or as a host whose name begins or ends with it.
  private static func sites(_ names: String) -> TouchpointCondition {
    let alternatives = names.split(separator: " ").map { $0.replacing(".", with: "\\.") }
    return regex("(^|\\.)(\(alternatives.joined(separator: "|")))(\\.|$)")
  }

  private static var search: TouchpointCondition {
    sites(
      "google bing baidu yahoo duckduckgo yandex ecosia naver daum seznam sogou so.com 360 qwant aol ask lycos"
        + " startpage brave shenma sm.cn 百度 搜狗")
  }
  private static var social: TouchpointCondition {
    sites(
      "facebook fb instagram ig twitter t.co x.com linkedin lnkd.in pinterest reddit tiktok snapchat threads quora"
        + " tumblr vk whatsapp telegram messenger weibo wechat weixin xiaohongshu redbook douyin zhihu douban line"
        + " kakao 微信 微博 小红书 抖音 知乎")
  }
  private static var shopping: TouchpointCondition {
    sites(
      "amazon ebay etsy walmart alibaba aliexpress taobao tmall jd.com pinduoduo shopify shopee lazada rakuten"
        + " mercadolibre igshopping shopzilla 淘宝 天猫 京东 拼多多")
  }
  private static var video: TouchpointCondition {
    sites("youtube vimeo twitch dailymotion netflix hulu disneyplus iqiyi youku bilibili kuaishou 优酷 爱奇艺 哔哩哔哩 快手")
  }
}
