import Touchstone

/// Feeds the path-table reader whatever libFuzzer thinks of.
///
/// The first two bytes choose options and the size of blocks; the rest is the input. Three things are
/// checked besides memory safety: a reading is the same whatever the block size; totals are finite; models
/// accept every table that the reader accepts.
private func fuzzPathTable(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 2 else { return 0 }
  let bytes = [UInt8](UnsafeBufferPointer(start: start + 2, count: count - 2))
  var format = PathTableFormat()
  let choice = start[0]
  if choice & 1 != 0 { format.emptyPaths = .baseline }
  if choice & 2 != 0 { format.emptyTouchpoints = .drop }
  if choice & 4 != 0 { format.delimiter = UInt8(ascii: ",") }
  // Given, since detection looks at the first block, whose size differs below.
  format.pathSeparator = choice & 8 != 0 ? " -> " : choice & 32 != 0 ? "→" : ">"
  if choice & 16 != 0 { format.rows = .journeys }
  if choice & 64 != 0 { _ = read(bytes, format, blockSize: 1 << 16, detectsSeparator: true) }
  let whole = read(bytes, format, blockSize: 1 << 16)
  let cut = read(bytes, format, blockSize: 1 + Int(start[1]))
  switch (whole, cut) {
  case (.success(let whole), .success(let cut)):
    precondition(whole.totals == cut.totals && whole.pathCount == cut.pathCount)
    precondition(whole.touchpoints == cut.touchpoints)
    precondition(whole.totals.journeys.isFinite && whole.totals.value.isFinite)
    for model in [
      Linear(), Shapley(), ShapleyOrdered(), ShaoLi(), Markov(order: 1), Markov(order: 2, memoryLimit: 50_000_000),
    ] as [any AttributionModel] {
      _ = try? model.attribute(Evidence(paths: whole))
    }
    if whole.touchpoints.count <= 12 {
      _ = try? ShapleyRate().attribute(Evidence(paths: whole))
    }
  case (.failure(let whole), .failure(let cut)):
    precondition(whole == cut, "\(whole)\n\(cut)")
  default: preconditionFailure("the size of blocks changed whether the input can be read")
  }
  return 0
}

private func read(
  _ bytes: [UInt8], _ format: PathTableFormat, blockSize: Int, detectsSeparator: Bool = false
) -> Result<PathTable, InputError> {
  var format = format
  if detectsSeparator { format.pathSeparator = nil }
  do throws(InputError) {
    return .success(
      try PathTableReader(format, blockSize: blockSize).read(bytes: bytes, name: "fuzz").table)
  } catch {
    return .failure(error)
  }
}

/// libFuzzer's driver, which its own main function would call; SwiftPM insists on one of its own.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ target: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

@main
enum Main {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    _ = runDriver(&count, &arguments) { fuzzPathTable($0, $1) }
  }
}
