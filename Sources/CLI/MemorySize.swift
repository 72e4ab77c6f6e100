import ArgumentParser

/// A number of bytes, with K, M or G for powers of 1,000.
struct MemorySize: ExpressibleByArgument {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let units: [Character: Int] = ["K": 1_000, "M": 1_000_000, "G": 1_000_000_000]
    let unit = argument.last.flatMap { units[Character($0.uppercased())] }
    let digits = unit == nil ? argument : String(argument.dropLast())
    guard let number = Int(digits), number > 0 else { return nil }
    let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit ?? 1)
    guard !isTooLarge else { return nil }
    self.bytes = bytes
  }

  var defaultValueDescription: String { "\(bytes / 1_000_000_000)G" }
}
