/// Philox2x64-10: a counter-based generator. 128 bits of counter and 64 bits of key give 128 random
/// bits, with no state in between.
///
/// Being a pure function, it gives the same numbers in any order and on any number of threads.
///
/// Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// SC 2011. Checked against the published test vectors of Random123.
public enum Philox {
  /// The ten rounds of Philox2x64.
  ///
  /// - Parameters:
  ///   - counter: The 128-bit position in the stream, low word first.
  ///   - key: The 64-bit name of the stream.
  /// - Returns: Two independent uniform words. For one key, different counters have different blocks: it is a
  ///   permutation of 128-bit numbers.
  /// - Complexity: ten 64×64→128-bit multiplications.
  @inlinable @inline(__always)
  public static func block(
    counter: (UInt64, UInt64), key: UInt64
  ) -> (UInt64, UInt64) {
    var (low, high) = counter
    var key = key
    // Ten rounds: six pass all tests of randomness, and four more are the margin that Random123 recommends.
    for _ in 0..<10 {
      // The multiplier of Philox2x64.
      let product = low.multipliedFullWidth(by: 0xD2B7_4407_B1CE_6E93)
      (low, high) = (product.high ^ key ^ high, product.low)
      // 2⁶⁴ over the golden ratio (Weyl's sequence).
      key &+= 0x9E37_79B9_7F4A_7C15
    }
    return (low, high)
  }
}

/// A stream of random words, named by a seed, a purpose and an index.
///
/// Streams of different names are independent; the same name gives the same words on every machine.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: UInt64
  private let stream: UInt64
  private var position: UInt64 = 0
  private var spare: UInt64?

  /// The stream of one purpose and index under a seed.
  ///
  /// - Parameters:
  ///   - seed: What the user chooses; it changes every stream.
  ///   - purpose: What the numbers are for, so that two uses of one index never share numbers.
  ///   - index: Which of many: a permutation, a replicate, a user.
  public init(seed: UInt64, purpose: Purpose, index: UInt64) {
    // The purpose enters through a block of its own, so that neighbouring seeds and purposes
    // give unrelated keys.
    key = Self.key(seed: seed, purpose: purpose)
    stream = index
  }

  /// The key of all streams of one purpose under a seed, for those who count blocks themselves.
  public static func key(seed: UInt64, purpose: Purpose) -> UInt64 {
    Philox.block(counter: (purpose.rawValue, 0), key: seed).0
  }

  /// What a stream's numbers are for.
  public enum Purpose: UInt64, Sendable {
    /// The order in which touchpoints join a coalition.
    case permutation = 1
    /// How often a bootstrap replicate counts each journey.
    case bootstrap = 2
    /// Which group of journeys a jackknife leaves out.
    case jackknife = 3
    /// Where a placebo's visits are put.
    case placebo = 4
    /// The lives of a world's users.
    case world = 5
    /// Journeys along a chain.
    case chain = 6
    /// The seeds of replications.
    case replication = 7
    /// Which fold of a cross-validation a journey is in.
    case fold = 8
    /// Parameters of fitted response curves.
    case curve = 9
    /// Journeys along a chain under another budget.
    case shift = 10
  }

  public mutating func next() -> UInt64 {
    if let word = spare {
      spare = nil
      return word
    }
    let (first, second) = Philox.block(counter: (position, stream), key: key)
    position &+= 1
    spare = second
    return first
  }
}
