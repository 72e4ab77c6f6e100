import Dispatch
import Synchronization

/// Deterministic data parallelism: work is cut by the data, never by the number of cores.
///
/// Every function here runs `count` independent pieces of work and leaves the combination of their
/// results to the caller, who combines them in index order. A figure is therefore bit-identical
/// whatever the number of threads.
public enum Parallel {
  /// The most threads that a parallel region may use; `nil` means one for each active core.
  ///
  /// Bound per task, so that a test can compare one thread with many:
  /// `Parallel.$maximumThreads.withValue(1) { … }`.
  @TaskLocal public static var maximumThreads: Int?

  /// The number of threads that a parallel region started here uses: from 1 to 256.
  public static var threads: Int {
    min(max(1, maximumThreads ?? ProcessInformation.activeCores), mostThreads)
  }

  /// A limit that no machine at hand reaches, so that a mistyped number of threads does not ask for a million stacks.
  private static let mostThreads = 256

  /// Runs `body(0)` … `body(count - 1)`, each exactly once, in no particular order.
  ///
  /// - Parameters:
  ///   - count: The number of pieces of work; 0 does nothing.
  ///   - body: One piece. It must touch only what belongs to its index.
  /// - Complexity: `count` calls, on at most ``threads`` threads; the caller's thread takes part.
  public static func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    let threads = min(self.threads, count)
    guard threads > 1 else {
      for index in 0..<max(count, 0) { body(index) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }

  /// The results of `body(0)` … `body(count - 1)`, in index order.
  ///
  /// - Complexity: as ``forEach(_:_:)``.
  public static func map<Result: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    guard count > 0 else { return [] }
    return [Result](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let slots = DisjointSlots(base: buffer.baseAddress!)
      forEach(count) { slots.base.advanced(by: $0).initialize(to: body($0)) }
      initializedCount = count
    }
  }

  /// Runs `body` on every element in place, each exactly once, in no particular order.
  ///
  /// - Parameter body: Receives the element's index and the element. It must touch nothing else
  ///   that another index touches.
  /// - Complexity: as ``forEach(_:_:)``.
  public static func forEachElement<Element: Sendable>(
    of elements: inout [Element], _ body: @Sendable (Int, inout Element) -> Void
  ) {
    elements.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let slots = DisjointSlots(base: base)
      forEach(buffer.count) { body($0, &slots.base[$0]) }
    }
  }

  /// Cuts `0..<count` into ranges of `length` (the last may be shorter).
  ///
  /// The cuts depend on `count` and `length` alone.
  public static func ranges(count: Int, length: Int) -> [Range<Int>] {
    precondition(length > 0, "a chunk holds at least one element")
    return stride(from: 0, to: count, by: length).map { $0..<min($0 + length, count) }
  }
}

/// A pointer that several threads may write through, each to slots of its own.
///
/// `@unchecked Sendable`: ``TouchstoneParallel/Parallel/forEach(_:_:)`` hands every index to exactly one thread, and
/// index i writes slot i alone.
private struct DisjointSlots<Element>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>
}
