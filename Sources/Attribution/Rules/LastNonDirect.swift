import TouchstoneJourneys

/// All credit to the last touch that is not direct; to the last touch where all are.
///
/// Example: of one conversion along a > b > direct, b gets 1.
public struct LastNonDirect: PathwiseModel {
  public let name = "last-non-direct"
  /// The names that count as direct, compared without case.
  public let direct: [String]

  /// - Parameter direct: The names that count as direct, compared without case.
  public init(direct: [String] = JourneyRules.usualDirectNames) { self.direct = direct }

  public var parameters: [ModelParameter] {
    [ModelParameter("direct", .text(direct.joined(separator: "|")))]
  }

  public var traits: ModelTraits { [.orderSensitive, .sumsToTotal] }

  /// Gives each path's conversions to one touch; the diagnostic `directTouchpoints` says how many touchpoints count as
  /// direct.
  ///
  /// - Complexity: O(touches), in parallel.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    Attribution(
      credits: evidence.paths.credits(by: self), paths: evidence.paths, sumsToTotal: true,
      diagnostics: [
        Diagnostic("directTouchpoints", .integer(isDirect(evidence.paths).count { $0 }))
      ])
  }

  /// Notes which touchpoints count as direct.
  func prepare(_ scratch: inout PathScratch, for paths: PathTable) { scratch.flags = isDirect(paths) }

  /// Gives a path's conversions to one touch.
  func credit(_ path: CreditedPath, _ scratch: inout PathScratch, to sums: inout CreditSums) {
    let touch = path.touches.last { !scratch.flags[Int($0)] } ?? path.touches[path.touches.count - 1]
    sums.add(touch, share: 1, of: path.totals)
  }

  /// By touchpoint, whether it counts as direct.
  private func isDirect(_ paths: PathTable) -> [Bool] {
    let names = Set(direct.map { $0.lowercased() })
    return paths.touchpoints.names.map { names.contains($0.lowercased()) }
  }
}
