#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the operating system says about this machine.
enum ProcessInformation {
  /// The number of cores that are online.
  static let activeCores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}
