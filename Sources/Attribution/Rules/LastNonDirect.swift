import Journeys

/// All credit to the last touch that is not direct; to the last touch where all are.
public struct LastNonDirect: AttributionModel {
  public let name = "last-non-direct"
  /// The names that count as direct, compared without case.
  public let direct: [String]

  /// What analytics tools call a visit without a source.
  public static let usualNames = [
    "direct", "(direct)", "direct / none", "(direct) / (none)", "直接访问", "直接",
  ]

  /// - Parameter direct: The names that count as direct, compared without case.
  public init(direct: [String] = usualNames) { self.direct = direct }

  public var parameters: [ModelParameter] {
    [ModelParameter("direct", .text(direct.joined(separator: "|")))]
  }

  public var traits: ModelTraits { [.orderSensitive, .sumsToTotal] }

  /// Gives each path's conversions to one touch.
  ///
  /// - Complexity: O(touches), in parallel.
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    let paths = evidence.paths
    let names = Set(direct.map { $0.lowercased() })
    let isDirect = paths.touchpoints.names.map { names.contains($0.lowercased()) }
    let credits = paths.credits(
      scratch: {},
      give: { _, path, totals, sums in
        let touch = path.last { !isDirect[Int($0)] } ?? path[path.count - 1]
        sums.add(touch, share: 1, of: totals)
      })
    return Attribution(
      credits: credits, paths: paths, sumsToTotal: true,
      diagnostics: [
        Diagnostic("directTouchpoints", .integer(isDirect.count { $0 }))
      ])
  }
}
