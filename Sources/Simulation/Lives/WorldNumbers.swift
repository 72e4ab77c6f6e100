import TouchstoneMonteCarlo

/// The random numbers of a world: a pure function of seed, user, day, channel and purpose, so that a user lives the
/// same life in every arm.
///
/// Philox2x64-10 under the key of the seed for ``TouchstoneMonteCarlo/RandomStream/Purpose/world``; the counter's low
/// word is `index · 2³² + user`, its high word `day · 2³² + channel · 2⁸ + purpose` with the day as 32 bits in two's
/// complement. The article <doc:Simulation> has test vectors.
package struct WorldNumbers: Sendable {
  private let key: UInt64

  package init(seed: UInt64) { key = RandomStream.key(seed: seed, purpose: .world) }

  /// What a pair of words is for.
  package enum Purpose: UInt64, Sendable {
    /// Segment and latent intent.
    case person = 1
    /// Activity.
    case activity = 2
    /// Subscription to an owned channel, and its phase.
    case subscription = 3
    /// The movement of intent, and whether a conversion happens.
    case day = 4
    /// The touches of a pair of channels: channel c has word c mod 2 of pair ⌊c / 2⌋, which is given as the channel.
    case touches = 5
    /// Whether a query is taken, and whether it is substituted otherwise.
    case query = 6
    /// The value of a conversion, and its time.
    case conversion = 7
    /// The time of a touch, and whether it is logged.
    case touchTime = 8
    /// The pulse of a channel's day; the user is ``nobody``.
    case pulse = 9
    /// Whether a user has a second identifier.
    case identity = 10
    /// On which identifier an event falls.
    case identifier = 11
    /// Whether one of a channel's impressions is clicked.
    case click = 12
  }

  /// The user of the numbers that all users share.
  package static let nobody = UInt64(UInt32.max)

  /// Two independent uniform words.
  @inline(__always)
  package func words(
    user: UInt64, day: Int = 0, channel: Int = 0, index: Int = 0, _ purpose: Purpose
  ) -> (UInt64, UInt64) {
    let low = UInt64(truncatingIfNeeded: index) &<< 32 | user
    let high =
      UInt64(UInt32(truncatingIfNeeded: day)) &<< 32 | UInt64(truncatingIfNeeded: channel) &<< 8 | purpose.rawValue
    return Philox.block(counter: (low, high), key: key)
  }
}
