import TouchstoneText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Time decay over the touches of one journey.
enum TimeDecayWeights {
  /// Writes the share of each touch, 2^(−(T−tᵢ)/h) normalised over the journey, times conversions and value.
  ///
  /// The weights are taken against the last touch instead of the conversion: that cancels in the share, and the largest
  /// weight is then 1 however long ago the touches were.
  static func give(
    _ totals: PathTotals, times: UnsafeBufferPointer<Int64>, halfLife: Double,
    to credits: UnsafeMutableBufferPointer<DecayCredit>
  ) {
    let last = times[times.count - 1]
    let scale = -1 / (halfLife * Double(Microseconds.perDay))
    var sum = 0.0
    for (position, time) in times.enumerated() {
      let weight = exp2(Double(last &- time) * scale)
      credits[position].conversions = weight
      sum += weight
    }
    for position in credits.indices {
      let share = credits[position].conversions / sum
      credits[position] = DecayCredit(
        conversions: share * totals.conversions, value: share * totals.value)
    }
  }
}
