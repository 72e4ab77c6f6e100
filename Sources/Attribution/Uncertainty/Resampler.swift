import TouchstoneJourneys

/// The journeys that replicates of a bootstrap count anew.
public struct ResampledJourneys: Sendable {
  let rows: CanonicalRows

  init(_ rows: CanonicalRows) { self.rows = rows }
}

/// A model that is ready to be worked out again on replicate after replicate.
public struct ResampledModel: Sendable {
  let resampler: any Resampler

  init(_ resampler: some Resampler) { self.resampler = resampler }
}

/// Works one model out again for other weights of the rows.
protocol Resampler: Sendable {
  /// The credits, by touchpoint of the canonical rows, and further figures by touchpoint where the model has them: the
  /// removal effects of a chain.
  func credits(_ weights: RowWeights) throws(AttributionError) -> [ResampledCredit]
}

/// One touchpoint's figures in one replicate.
struct ResampledCredit: Sendable {
  var conversions = 0.0
  var value = 0.0
  /// The removal effect on conversions; NaN for models without.
  var removalEffect = Double.nan

  /// The figures in the order of ``BootstrapDistribution/Quantity``.
  var figures: [Double] {
    BootstrapDistribution.Quantity.allCases.map { quantity in
      switch quantity {
      case .conversions: conversions
      case .value: value
      case .removalEffect: removalEffect
      }
    }
  }
}

/// Any model: the table is made anew with the weights, and the model runs on it.
struct TableResampler: Resampler {
  let model: any AttributionModel
  let rows: CanonicalRows

  func credits(_ weights: RowWeights) throws(AttributionError) -> [ResampledCredit] {
    let table = rows.table(weights: weights.totals)
    let attribution = try model.attribute(Evidence(paths: table))
    var effects: [Double]?
    for diagnostic in attribution.diagnostics where diagnostic.name == "removalEffects" {
      if case .perTouchpoint(let values) = diagnostic.finding { effects = values }
    }
    return attribution.credits.enumerated().map { id, credit in
      ResampledCredit(
        conversions: credit.conversions, value: credit.value, removalEffect: effects?[id] ?? .nan)
    }
  }
}
