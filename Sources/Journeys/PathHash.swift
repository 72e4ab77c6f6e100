/// The fixed hash of touchpoint sequences.
///
/// Not the standard library's `Hasher`: that one is seeded anew in every process, and the order of a
/// ``PathTable``, and with it the last bits of every sum, must be the same in every run.
enum PathHash {
  /// The hash of no touches.
  static let empty: UInt64 = 0x243F_6A88_85A3_08D3

  /// The hash of a sequence with one more element.
  @inline(__always)
  static func mix(_ hash: UInt64, _ element: UInt64) -> UInt64 {
    // One 64×64→128-bit product folded in two, after wyhash's mixing step (Wang Yi, 2019).
    let product = (hash ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
      by: element &+ 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }

  /// The hash of a whole sequence.
  @inline(__always)
  static func of(_ touches: UnsafeBufferPointer<Int32>) -> UInt64 {
    var hash = empty
    for touch in touches { hash = mix(hash, UInt64(UInt32(bitPattern: touch))) }
    return hash
  }
}
