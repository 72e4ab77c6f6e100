/// What spend brings: a response that rises from 0 at no spend, in conversions or in whatever outcome it is about;
/// spend is in units of money.
public protocol ResponseCurve: Sendable {
  /// f(x) for a spend x of 0 or more.
  func response(_ spend: Double) -> Double

  /// f′(x); infinite at 0 for curves that begin vertically.
  func marginal(_ spend: Double) -> Double

  /// The largest spend whose marginal response is at least `price`, where the curve is concave: 0 where there is none,
  /// infinite at a price of 0.
  ///
  /// - Parameter price: Not negative.
  func spend(atMarginal price: Double) -> Double

  /// Up to this spend the curve is convex, from it on concave; 0 for curves that are concave throughout.
  var inflection: Double { get }

  /// How many multiples of a step an allocation may choose among: fewer where each response takes long to work out.
  ///
  /// Default: 20,000.
  var mostSteps: Int { get }
}

extension ResponseCurve {
  public var mostSteps: Int { 20_000 }

  /// The relative change of the response for a relative change of spend: x f′(x) / f(x).
  public func elasticity(_ spend: Double) -> Double {
    let response = response(spend)
    return response > 0 && spend > 0 ? spend * marginal(spend) / response : 0
  }
}
