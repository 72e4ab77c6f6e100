#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A growing column of plain values in memory of its own.
///
/// An array would be asked at every append whether it is shared, and copied when it grows; large columns grow here
/// without a copy, since the C library moves their pages.
struct RawColumn<Element: BitwiseCopyable>: ~Copyable {
  private(set) var count = 0
  private var capacity = 0
  private var base: UnsafeMutablePointer<Element>?

  init() {}

  deinit { free(base) }

  var buffer: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      assert(index < count)
      return base.unsafelyUnwrapped[index]
    }
    @inline(__always) nonmutating set {
      assert(index < count)
      base.unsafelyUnwrapped[index] = newValue
    }
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(to: count + 1) }
    (base.unsafelyUnwrapped + count).initialize(to: element)
    count &+= 1
  }

  /// Adds elements that the caller then writes, and returns where.
  @inline(__always)
  mutating func append(uninitialized elements: Int) -> UnsafeMutablePointer<Element> {
    if count &+ elements > capacity || base == nil { grow(to: count + elements) }
    count &+= elements
    return base.unsafelyUnwrapped + (count &- elements)
  }

  mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
    guard let start = elements.baseAddress, elements.count > 0 else { return }
    append(uninitialized: elements.count).initialize(from: start, count: elements.count)
  }

  /// Forgets the last elements, and keeps the memory.
  mutating func removeAll(from newCount: Int = 0) { count = newCount }

  @inline(never)
  private mutating func grow(to needed: Int) {
    capacity = max(needed, capacity * 2, 16)
    guard let memory = realloc(base, capacity * MemoryLayout<Element>.stride) else {
      fatalError("no memory for \(capacity) elements")
    }
    base = memory.bindMemory(to: Element.self, capacity: capacity)
  }
}
