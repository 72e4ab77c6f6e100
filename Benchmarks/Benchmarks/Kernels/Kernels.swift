import Benchmark
import Touchstone

/// The kernels that set the speed of `touchstone compare`, each over a sweep of sizes. What is timed is checked,
/// outside of the time measured.
///
///     swift package --package-path Benchmarks benchmark --target Kernels
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .cpuTotal, .peakMemoryResident], warmupIterations: 1,
    maxDuration: .seconds(5), maxIterations: 20)

  // MARK: Reading

  for rows in [1_000, 10_000, 100_000] {
    Benchmark("Read \(rows) rows of 50 touchpoints") { benchmark in
      let bytes = Inputs.pathTable(rows: rows, touchpoints: 50)
      benchmark.startMeasurement()
      let result = try PathTableReader().read(bytes: bytes, name: "benchmark")
      benchmark.stopMeasurement()
      precondition(result.rows == rows && result.table.totals.journeys == Double(rows), "every row is a journey")
    }
  }

  for events in [1_000, 10_000, 100_000] {
    Benchmark("Read \(events) events and build journeys") { benchmark in
      let bytes = Inputs.eventLog(events: events)
      benchmark.startMeasurement()
      let reading = try EventReader().read(bytes: bytes, name: "benchmark")
      let built = JourneyBuilder().build(reading.log, halfLives: [7])
      benchmark.stopMeasurement()
      precondition(built.account.eventCount == events && built.paths.pathCount > 0, "every event is accounted for")
    }
  }

  // MARK: Models, once the table is read

  for touchpoints in [10, 50, 200] {
    credits("Linear, \(touchpoints) touchpoints", of: Linear(), touchpoints: touchpoints)
    credits("Markov order 1, \(touchpoints) touchpoints", of: Markov(order: 1), touchpoints: touchpoints)
  }
  for touchpoints in [10, 20, 50] {
    credits("Markov order 3, \(touchpoints) touchpoints", of: Markov(order: 3), touchpoints: touchpoints)
  }
  for touchpoints in [8, 12, 16, 20] {
    credits(
      "Shapley-rate, \(touchpoints) touchpoints, exact, one thread", of: ShapleyRate(), touchpoints: touchpoints,
      threads: 1)
    credits("Shapley-markov, \(touchpoints) touchpoints, exact", of: ShapleyMarkov(), touchpoints: touchpoints)
  }
  for touchpoints in [50, 100] {
    credits("Shapley-markov, \(touchpoints) touchpoints, sampled to 1 %", of: ShapleyMarkov(), touchpoints: touchpoints)
  }

  // MARK: Bootstrap

  for touchpoints in [10, 50] {
    Benchmark("Bootstrap, 100 replicates of the default models, \(touchpoints) touchpoints") { benchmark in
      let evidence = try Inputs.evidence(touchpoints: touchpoints)
      let models = try ModelCatalogue.models(ModelCatalogue.defaultList)
      benchmark.startMeasurement()
      let distributions = try Bootstrap(replicates: 100).distributions(of: models, on: evidence)
      benchmark.stopMeasurement()
      precondition(distributions.count == models.count, "a distribution for each model")
      for distribution in distributions {
        precondition(distribution.values(0, .conversions).count == 100, "a value for each replicate")
      }
    }
  }
}

/// Times a model on 100,000 rows, on all threads where none are given, and checks that its credit adds up to the
/// conversions.
private func credits(_ name: String, of model: any AttributionModel, touchpoints: Int, threads: Int? = nil) {
  Benchmark(name) { benchmark in
    let evidence = try Inputs.evidence(touchpoints: touchpoints)
    benchmark.startMeasurement()
    let attribution = try Parallel.$maximumThreads.withValue(threads) { try model.attribute(evidence) }
    benchmark.stopMeasurement()
    let credit = attribution.credits.reduce(attribution.baseline.conversions) { $0 + $1.conversions }
    let conversions = evidence.paths.totals.conversions
    precondition(abs(credit - conversions) <= 1e-9 * conversions, "credit of \(credit) for \(conversions) conversions")
  }
}
