import TouchstoneJourneys
import TouchstoneParallel

/// Shapley values broken down by position: how much of a touchpoint's credit it earned as the first
/// distinct touchpoint of a journey, the second, and so on.
///
/// φᵢ(position) = Σ conversions / m over the paths of m distinct touchpoints on which i is the
/// position-th to appear. The sum over positions is the plain Shapley value; the breakdown tells
/// introducers from closers.
///
/// Source: K. Zhao, S. Mahboobi, S. Bagheri, "Shapley value methods for attribution modeling in online
/// advertising", 2018. Positions count distinct touchpoints by their first touch.
public struct ShapleyOrdered: PathwiseModel {
  public let name = "shapley-ordered"
  public let parameters: [ModelParameter] = []

  /// The most entries, touchpoints times positions, that are tabulated: a million take 17 MB a part of the table.
  private static let largestTable = 1 << 20
  /// What the error names as the most: with so many touchpoints even a journey that meets all fits.
  private static let largestTabulated = 1_024

  public init() {}

  public var traits: ModelTraits { [.orderSensitive, .sumsToTotal] }

  /// Splits a path's conversions over its distinct touchpoints: what positions add up to.
  func credit(_ path: CreditedPath, _ scratch: inout PathScratch, to sums: inout CreditSums) {
    Shapley().credit(path, &scratch, to: &sums)
  }

  /// Splits each path's conversions over its distinct touchpoints, by position.
  ///
  /// Adds the diagnostics `conversionsByPosition` and `valueByPosition`, first position first.
  /// - Throws: ``AttributionError/tooManyTouchpoints(model:touchpoints:largest:)``.
  /// - Complexity: O(touches), in parallel; memory O(touchpoints × longest set).
  public func attribute(_ evidence: Evidence) throws(AttributionError) -> Attribution {
    let paths = evidence.paths
    let count = paths.touchpoints.count
    let occupied = paths.parts.filter { $0.count > 0 }
    let longest = Parallel.map(occupied.count) { index in
      var distinct = DistinctTouchpoints(touchpointCount: count)
      var longest = 0
      occupied[index].forEachRow { path, _ in
        distinct.withList(path) { longest = max(longest, $0.count) }
      }
      return longest
    }
    guard (longest.max() ?? 0) * count <= Self.largestTable else {
      throw .tooManyTouchpoints(model: name, touchpoints: count, largest: Self.largestTabulated)
    }
    let sums = Parallel.map(occupied.count) { index in
      // Credits of position p lie at p * count; the list grows with the longest set.
      var byPosition: [Credit] = []
      var distinct = DistinctTouchpoints(touchpointCount: count)
      occupied[index].forEachRow { path, totals in
        guard totals.conversions > 0 else { return }
        distinct.withList(path) { found in
          while byPosition.count < found.count * count { byPosition.append(Credit()) }
          for (position, touchpoint) in found.enumerated() {
            let slot = position * count + Int(touchpoint)
            byPosition[slot].conversions += totals.conversions / Double(found.count)
            byPosition[slot].value += totals.value / Double(found.count)
          }
        }
      }
      return byPosition
    }
    let positions = count == 0 ? 0 : (sums.lazy.map { $0.count / count }.max() ?? 0)
    func table(_ quantity: (Credit) -> Double) -> [[Double]] {
      (0..<count).map { id in
        (0..<positions).map { position in
          var sum = CompensatedSum()
          for byPosition in sums where byPosition.count > position * count + id {
            sum.add(quantity(byPosition[position * count + id]))
          }
          return sum.value
        }
      }
    }
    let conversions = table(\.conversions)
    let value = table(\.value)
    let credits = zip(conversions, value).map {
      Credit(conversions: $0.compensatedSum(), value: $1.compensatedSum())
    }
    return Attribution(
      credits: credits, paths: paths, sumsToTotal: true,
      diagnostics: [
        Diagnostic("conversionsByPosition", .perPosition(conversions)),
        Diagnostic("valueByPosition", .perPosition(value)),
      ])
  }
}
