import Touchstone

/// Feeds the reader of event logs, and what it accepts the builder of journeys, whatever libFuzzer thinks of.
///
/// The first three bytes choose options, rules and the size of blocks; the rest is the input. Checked besides memory
/// safety: a reading is the same whatever the block size; every event has one fate; conversions add up; credit sums to
/// what was credited.
private func fuzzEventLog(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 3 else { return 0 }
  let bytes = [UInt8](UnsafeBufferPointer(start: start + 3, count: count - 3))
  let format = format(start[0])
  if start[1] & 128 != 0 {
    // Nothing is given: what is detected depends on the first block, so that only one size is read.
    if case .success(let result) = read(bytes, EventFormat(), blockSize: 1 << 16) { build(result, start[1]) }
    return 0
  }
  let whole = read(bytes, format, blockSize: 1 << 16)
  let cut = read(bytes, format, blockSize: 1 + Int(start[2]))
  // The columns of JSON are the keys of the first block; gzip may hold JSON.
  let first = bytes.first { !" \t\r\n\u{FEFF}".utf8.contains($0) }
  let mayBeJSON = first == UInt8(ascii: "{") || first == 0x1F
  switch (whole, cut) {
  case (.success(let whole), .success(let cut)) where whole.layout != cut.layout:
    precondition(mayBeJSON, "the size of blocks changed the columns")
  case (.success(let whole), .success(let cut)):
    precondition(whole.rows == cut.rows && whole.withoutTouchpoint == cut.withoutTouchpoint)
    precondition(whole.log.touchpoints == cut.log.touchpoints)
    precondition(whole.log.eventCount + whole.withoutTouchpoint == whole.rows)
    let (first, second) = (build(whole, start[1]), build(cut, start[1]))
    precondition(first.account == second.account && first.paths.totals == second.paths.totals)
    precondition(first.paths.pathCount == second.paths.pathCount && first.profile == second.profile)
  case (.failure(let whole), .failure(let cut)):
    precondition(mayBeJSON || whole == cut, "\(whole)\n\(cut)")
  default: precondition(mayBeJSON, "the size of blocks changed whether the input can be read")
  }
  return 0
}

/// The options that a byte stands for.
private func format(_ choice: UInt8) -> EventFormat {
  var format = EventFormat()
  // Given, since it is told from the first block, whose size differs.
  format.time.unit = choice & 128 != 0 ? .milliseconds : .seconds
  if choice & 1 != 0 { format.userColumns = ["u", "v"] }
  if choice & 2 != 0 { format.measureColumns = ["m"] }
  if choice & 4 != 0 { format.emptyTouchpoints = .drop }
  if choice & 8 != 0 { format.conversionRows = .outcome }
  if choice & 16 != 0 { format.time.dateOrder = .dayFirst }
  if choice & 32 != 0 { format.time.zone = ZoneOffsets("Europe/Berlin")! }
  if choice & 64 != 0 { format.sharedIdentifiers = 1 }
  return format
}

private func read(
  _ bytes: [UInt8], _ format: EventFormat, blockSize: Int
) -> Result<EventReader.Result, InputError> {
  do throws(InputError) {
    return .success(try EventReader(format, blockSize: blockSize).read(bytes: bytes, name: "fuzz"))
  } catch {
    return .failure(error)
  }
}

/// Builds journeys by the rules that a byte stands for, and checks what they add up to.
@discardableResult
private func build(_ result: EventReader.Result, _ choice: UInt8) -> JourneyBuilder.Result {
  var rules = JourneyRules()
  if choice & 1 != 0 { rules.conversions = .lookBack }
  if choice & 2 != 0 { rules.gap = 3_600_000_000 }
  if choice & 4 != 0 { rules.direct = .drop }
  if choice & 8 != 0 { rules.repeats = 1 }
  if choice & 16 != 0 { rules.duplicates = .keep }
  if choice & 32 != 0 { (rules.lookback, rules.impressionLookback) = (86_400_000_000, 0) }
  if choice & 64 != 0 { (rules.maximumTouches, rules.afterConversion) = (3, .drop) }
  let fields = result.layout.touchpointFields
  let built = JourneyBuilder(rules).build(
    result.log, rename: { TouchpointRules.defaultChannelGroups.touchpoint(of: $0, fields: fields) },
    halfLives: [0.5, 7], wantsProfile: true)
  let account = built.account
  precondition(account.eventCount == result.log.eventCount, "an event has no fate, or two")
  check(built.paths.touched.conversions, account.touchedConversions, "conversions after touches")
  check(built.paths.untouched.conversions, account.untouchedConversions, "conversions after none")
  precondition(built.paths.totals.journeys.isFinite && built.paths.totals.value.isFinite)
  let evidence = Evidence(paths: built.paths)
  for model in [FirstTouch(), Linear(), TimeDecay(halfLife: 7), TimeDecay(halfLife: 0.5)] as [any AttributionModel] {
    guard let attribution = try? model.attribute(evidence) else {
      preconditionFailure("\(model.name) refuses journeys of events")
    }
    check(attribution.credits.reduce(0) { $0 + $1.conversions }, built.paths.touched.conversions, model.name)
  }
  return built
}

/// Traps unless two sums agree to what rounding explains.
private func check(_ sum: Double, _ expected: Double, _ what: String) {
  precondition(abs(sum - expected) <= 1e-9 * max(1, abs(expected)), "\(what): \(sum) instead of \(expected)")
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
    _ = runDriver(&count, &arguments) { fuzzEventLog($0, $1) }
  }
}
