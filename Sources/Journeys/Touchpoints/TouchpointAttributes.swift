/// What a team says about a touchpoint, beside what its journeys say.
public struct TouchpointAttributes: Sendable, Equatable {
  public var media: Media?
  public var phase: Phase?
  public var stage: Stage?
  /// The role that the team gave it, in its own words.
  public var role: String?
  /// What one touch costs, where neither events nor a cost table say so.
  public var costPerTouch: Double?

  public init() {}

  /// Whose the medium is.
  public enum Media: String, Sendable, CaseIterable {
    case owned, paid, earned
  }

  /// How close the person is to the brand.
  public enum Phase: String, Sendable, CaseIterable {
    case contact, interaction, experience
  }

  /// Where on the way to loyalty the touchpoint works.
  public enum Stage: String, Sendable, CaseIterable {
    case awareness, interest, consideration, purchase, loyalty, advocacy
  }
}
