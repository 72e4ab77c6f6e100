/// The families of response curves that a history may speak for.
///
/// To add one, write its file and name it here: fits, choices, plans and reports ask the type for the rest.
public enum CurveCatalogue {
  /// In the order in which they are tried.
  public static let families: [any ParametricCurve.Type] = [
    LogCurve.self, ExponentialCurve.self, MichaelisMentenCurve.self, PowerCurve.self, HillCurve.self,
  ]
}
