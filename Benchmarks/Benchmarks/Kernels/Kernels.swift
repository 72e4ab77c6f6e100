import Benchmark
import Touchstone
import TouchstoneMonteCarlo

/// The kernels that set the speed of `touchstone compare`.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .cpuTotal, .peakMemoryResident], warmupIterations: 1,
    maxDuration: .seconds(5), maxIterations: 20)

  Benchmark("Read 100,000 rows of 50 touchpoints") { benchmark in
    let bytes = Array(pathTable(rows: 100_000, touchpoints: 50).utf8)
    benchmark.startMeasurement()
    blackHole(try PathTableReader().read(bytes: bytes, name: "benchmark"))
  }

  Benchmark("Markov order 1, 200 touchpoints, once read") { benchmark in
    let evidence = try evidence(rows: 100_000, touchpoints: 200)
    benchmark.startMeasurement()
    blackHole(try Markov(order: 1).attribute(evidence))
  }

  Benchmark("Markov order 3, 50 touchpoints, once read") { benchmark in
    let evidence = try evidence(rows: 100_000, touchpoints: 50)
    benchmark.startMeasurement()
    blackHole(try Markov(order: 3).attribute(evidence))
  }

  Benchmark("Shapley-rate, 20 touchpoints, exact, one thread") { benchmark in
    let evidence = try evidence(rows: 100_000, touchpoints: 20)
    benchmark.startMeasurement()
    try Parallel.$maximumThreads.withValue(1) {
      blackHole(try ShapleyRate().attribute(evidence))
    }
  }

  Benchmark("Shapley-markov, 20 touchpoints, exact") { benchmark in
    let evidence = try evidence(rows: 100_000, touchpoints: 20)
    benchmark.startMeasurement()
    blackHole(try ShapleyMarkov().attribute(evidence))
  }

  Benchmark("Shapley-markov, 100 touchpoints, sampled to 1 %") { benchmark in
    let evidence = try evidence(rows: 100_000, touchpoints: 100)
    benchmark.startMeasurement()
    blackHole(try ShapleyMarkov().attribute(evidence))
  }

  Benchmark("Bootstrap, 100 replicates of the default models, 50 touchpoints") { benchmark in
    let evidence = try evidence(rows: 100_000, touchpoints: 50)
    let models = try ModelCatalogue.models(ModelCatalogue.defaultList)
    benchmark.startMeasurement()
    blackHole(try Bootstrap(replicates: 100).distributions(of: models, on: evidence))
  }

  Benchmark("Read 100,000 events and build journeys") { benchmark in
    let bytes = Array(eventLog(events: 100_000).utf8)
    benchmark.startMeasurement()
    let reading = try EventReader().read(bytes: bytes, name: "benchmark")
    blackHole(JourneyBuilder().build(reading.log, halfLives: [7]))
  }

  Benchmark("Linear, 50 touchpoints, once read") { benchmark in
    let evidence = try evidence(rows: 100_000, touchpoints: 50)
    benchmark.startMeasurement()
    blackHole(try Linear().attribute(evidence))
  }
}

/// A seeded path table as CSV: geometric lengths of mean 5, and popularity that falls with the number.
private func pathTable(rows: Int, touchpoints: Int) -> String {
  var stream = RandomStream(seed: 1, purpose: .permutation, index: 0)
  var text = "path,conversions,value,nulls\n"
  for _ in 0..<rows {
    var path: [String] = []
    repeat {
      let draw = Double.random(in: 0..<1, using: &stream)
      path.append("ch\(Int(draw * draw * Double(touchpoints)))")
    } while Double.random(in: 0..<1, using: &stream) < 0.8
    let converted = Double.random(in: 0..<1, using: &stream) < 0.2
    text += path.joined(separator: " > ") + (converted ? ",1,12.50,0\n" : ",0,0,1\n")
  }
  return text
}

private func evidence(rows: Int, touchpoints: Int) throws -> Evidence {
  let text = pathTable(rows: rows, touchpoints: touchpoints)
  return Evidence(
    paths: try PathTableReader().read(bytes: Array(text.utf8), name: "benchmark").table)
}

/// A seeded event log as CSV: five events a person, one in twenty a conversion.
private func eventLog(events: Int) -> String {
  var stream = RandomStream(seed: 2, purpose: .permutation, index: 0)
  var text = "user_id,time,touchpoint,conversion,value\n"
  for _ in 0..<events {
    let user = Int.random(in: 0..<events / 5, using: &stream)
    let time = 1_700_000_000 + Int.random(in: 0..<5_000_000, using: &stream)
    let converts = Int.random(in: 0..<20, using: &stream) == 0
    text += "\(user),\(time),t\(Int.random(in: 0..<12, using: &stream)),\(converts ? "1,20" : "0,")\n"
  }
  return text
}
