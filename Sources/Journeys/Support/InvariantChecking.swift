/// A container that can tell whether it is whole.
///
/// Debug builds ask once whenever a container is finished; release builds never do.
protocol InvariantChecking: ~Copyable {
  /// What is wrong with the container; `nil` where nothing is.
  ///
  /// - Complexity: At most that of filling the container.
  func brokenInvariant() -> String?
}

extension InvariantChecking where Self: ~Copyable {
  /// Traps in debug builds where the container is broken.
  @inline(__always)
  func checkInvariants() {
    assert(
      {
        guard let broken = brokenInvariant() else { return true }
        assertionFailure(broken)
        return false
      }())
  }
}
