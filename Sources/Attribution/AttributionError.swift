/// Why a model cannot answer.
public enum AttributionError: Error, Equatable, CustomStringConvertible {
  /// The model needs touch times, and the evidence has none.
  case timesMissing(model: String)
  /// The evidence carries time-decay credit, and not for this half-life.
  case halfLifeMissing(halfLife: Double, known: [Double])
  /// The model reads what each person met day by day, which a path table does not tell.
  case exposuresMissing(model: String)
  /// The model needs more than paths, and a placebo's visits are put into paths alone.
  case noPlacebo(model: String)
  /// The model needs more than paths, and replicates are drawn of the journeys along paths alone.
  case notResampled(model: String)
  /// The chain's states would not fit into the memory allowed.
  case tooManyStates(order: Int, states: Int, bytes: Int, limit: Int)
  /// The order cannot be represented for so many touchpoints.
  case orderTooLarge(order: Int, touchpoints: Int, largest: Int)
  /// A table over touchpoints would be too large: over pairs of them, or over their positions.
  case tooManyTouchpoints(model: String, touchpoints: Int, largest: Int)
  /// There are too few journeys for a cross-validation.
  case nothingToHoldOut(unit: String)
  /// An iterative solve did not reach its precision.
  case notConverged(order: Int, residual: Double, sweeps: Int)

  public var description: String {
    switch self {
    case .timesMissing(let model):
      "\(model) needs the times of the touches, which this path table does not carry; give the events"
        + " themselves, or a path table made of them by touchstone journeys, or use position-decay, which decays by"
        + " position instead"
    case .halfLifeMissing(let halfLife, let known):
      "time-decay with a half-life of \(halfLife) days needs the times of the touches, and this path table carries its"
        + " credit for \(known.map { "\($0)" }.joined(separator: ", ")) days only; give the events themselves, or make"
        + " the path table anew with touchstone journeys --half-life \(halfLife)"
    case .exposuresMissing(let model):
      "\(model) reads what each person met day by day, which a path table does not tell; give the events themselves"
    case .noPlacebo(let model):
      "\(model) cannot take part in a placebo test: the placebo's visits are put at places drawn at random among the"
        + " touches of a path, where they have no times of their own, and \(model) reads more than paths; leave it out"
        + " of --models"
        + (model == "time-decay" ? ", or use position-decay, which decays by position instead" : "")
    case .notResampled(let model):
      "\(model) has no bootstrap intervals: replicates count the journeys of the path table anew, and \(model) reads"
        + " more than paths; leave it out of --models, or --intervals bootstrap out"
    case .tooManyStates(let order, let states, let bytes, let limit):
      "markov of order \(order) has about \(states) states on these paths and would need about"
        + " \(megabytes(bytes)) where \(megabytes(limit)) are allowed; choose a lower order, or allow"
        + " more with --memory-limit"
    case .orderTooLarge(let order, let touchpoints, let largest):
      "markov of order \(order) cannot be represented for \(touchpoints) touchpoints; choose an"
        + " order up to \(largest)"
    case .tooManyTouchpoints(let model, let touchpoints, let largest):
      "\(model) needs a table over touchpoints that grows with their square, and \(touchpoints) are too"
        + " many for that; group rare touchpoints until at most \(largest) are left"
    case .nothingToHoldOut(let unit):
      "there are too few \(unit) with touches to hold some out; give more, or name the order yourself"
    case .notConverged(let order, let residual, let sweeps):
      "markov of order \(order) did not converge: after \(sweeps) sweeps the residual is"
        + " \(residual), because journeys circle for very long; choose a lower order, or group touchpoints"
        + " until at most \(RemovalEffects.largestDenseFallback) states are left"
    }
  }

  /// A number of bytes as messages write it, rounded up.
  private func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
}
