/// The step from which the fixed hashes of names and paths are made.
enum Mixing {
  /// Two words mixed into one: their 128-bit product, folded in two, after wyhash (Wang Yi, 2019).
  @inline(__always)
  static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = (left ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
      by: right &+ 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }
}
