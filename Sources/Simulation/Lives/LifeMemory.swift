/// Plain memory that lives as long as its owner: reading an array's element looks whether others share the array, and a
/// life reads and writes a few elements for every day and arm.
final class LifeMemory {
  private var pieces: [UnsafeMutableRawPointer] = []

  /// Of each piece: four `Double`s, so that SIMD vectors can be loaded from their beginning on.
  private static let alignment = MemoryLayout<SIMD4<Double>>.alignment

  private func allocate<Value: BitwiseCopyable>(_ count: Int) -> UnsafeMutablePointer<Value> {
    let piece = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Value>.stride,
      alignment: max(Self.alignment, MemoryLayout<Value>.alignment))
    pieces.append(piece)
    return piece.bindMemory(to: Value.self, capacity: count)
  }

  /// Room for so many values, all the same to begin with.
  func column<Value: BitwiseCopyable>(_ count: Int, _ value: Value) -> Column<Value> {
    let base: UnsafeMutablePointer<Value> = allocate(count)
    base.initialize(repeating: value, count: count)
    return Column(base: base, count: count)
  }

  /// A copy of some values.
  func column<Value: BitwiseCopyable>(_ values: [Value]) -> Column<Value> {
    let base: UnsafeMutablePointer<Value> = allocate(values.count)
    base.initialize(from: values, count: values.count)
    return Column(base: base, count: values.count)
  }

  /// Rows of so many values each, all the same to begin with.
  func rows<Value: BitwiseCopyable>(_ count: Int, length: Int, _ value: Value) -> Rows<Value> {
    Rows(all: column(count * length, value), length: length)
  }

  /// A copy of rows that lie one behind the other.
  func rows<Value: BitwiseCopyable>(_ values: [Value], length: Int) -> Rows<Value> {
    Rows(all: column(values), length: length)
  }

  deinit { for piece in pieces { piece.deallocate() } }
}

/// Values one behind the other, in the memory of a ``LifeMemory``, which must outlive this. Bounds are checked in debug
/// builds.
struct Column<Value: BitwiseCopyable> {
  let base: UnsafeMutablePointer<Value>
  let count: Int

  @inline(__always)
  subscript(index: Int) -> Value {
    get {
      assert(index >= 0 && index < count, "\(index) is none of \(count) values")
      return base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count, "\(index) is none of \(count) values")
      base[index] = newValue
    }
  }

  /// Some of the values, counted from 0 again.
  @inline(__always)
  func part(from first: Int, count: Int) -> Column {
    assert(first >= 0 && count >= 0 && first &+ count <= self.count, "a part of \(self.count) values")
    return Column(base: base.advanced(by: first), count: count)
  }

  @inline(__always)
  func fill(_ value: Value) { base.update(repeating: value, count: count) }
}

extension Column<Double> {
  /// Four values, from the fourfold of the block's index on.
  @inline(__always)
  subscript(block block: Int) -> SIMD4<Double> {
    get {
      assert(block >= 0 && 4 &* block &+ 4 <= count, "block \(block) is not whole in \(count) values")
      return UnsafeRawPointer(base).load(fromByteOffset: 32 &* block, as: SIMD4<Double>.self)
    }
    nonmutating set {
      assert(block >= 0 && 4 &* block &+ 4 <= count, "block \(block) is not whole in \(count) values")
      UnsafeMutableRawPointer(base).storeBytes(of: newValue, toByteOffset: 32 &* block, as: SIMD4<Double>.self)
    }
  }
}

/// Rows of equal length: one a slot, channel or so, with a value for each day or arm.
struct Rows<Value: BitwiseCopyable> {
  let all: Column<Value>
  let length: Int

  @inline(__always)
  subscript(row: Int, index: Int) -> Value {
    get {
      assert(index >= 0 && index < length, "\(index) is none of a row's \(length) values")
      return all[row &* length &+ index]
    }
    nonmutating set {
      assert(index >= 0 && index < length, "\(index) is none of a row's \(length) values")
      all[row &* length &+ index] = newValue
    }
  }

  @inline(__always)
  func row(_ row: Int) -> Column<Value> { all.part(from: row &* length, count: length) }
}
