import TouchstoneJourneys

/// Credit by touchpoint while it is added up, conversions and value side by side.
///
/// It owns plain memory: an array would be asked whether it is shared at every touch.
struct CreditSums: ~Copyable {
  fileprivate let sums: UnsafeMutableBufferPointer<Credit>

  init(touchpointCount: Int) {
    sums = .allocate(capacity: touchpointCount)
    sums.initialize(repeating: Credit())
  }

  deinit { sums.deallocate() }

  /// The sums, by touchpoint.
  var credits: [Credit] { Array(sums) }

  /// Gives a touchpoint a share of a path's conversions and value.
  @inline(__always)
  mutating func add(_ touchpoint: Int32, share: Double, of totals: PathTotals) {
    add(touchpoint, conversions: share * totals.conversions, value: share * totals.value)
  }

  /// Gives a touchpoint credit.
  @inline(__always)
  mutating func add(_ touchpoint: Int32, conversions: Double, value: Double) {
    let position = Int(touchpoint)
    precondition(position < sums.count, "a touchpoint of the table")
    sums[position].conversions += conversions
    sums[position].value += value
  }
}

extension CreditSums {
  /// A touchpoint's credit, which is then 0 again.
  mutating func take(_ touchpoint: Int32) -> Credit {
    let credit = sums[Int(touchpoint)]
    sums[Int(touchpoint)] = Credit()
    return credit
  }

  /// Gives each distinct touchpoint of a path the same share.
  @inline(__always)
  mutating func addToDistinct(_ path: CreditedPath, _ scratch: inout PathScratch, share: (Int) -> Double) {
    scratch.distinct.withList(path.touches) { found in
      let share = share(found.count)
      for touchpoint in found { add(touchpoint, share: share, of: path.totals) }
    }
  }
}
