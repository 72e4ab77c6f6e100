// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that users of Touchstone do not fetch the benchmark framework. Its programs draw their data
// with `TouchstoneMonteCarlo`, a module that is no product: it is built with the library and found beside it.
let package = Package(
  name: "TouchstoneBenchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Touchstone", path: ".."),
    // Without traits: the default one wants jemalloc.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Kernels",
      dependencies: [
        .product(name: "Touchstone", package: "Touchstone"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Kernels",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    .executableTarget(
      name: "Coverage", dependencies: [.product(name: "Touchstone", package: "Touchstone")],
      path: "Benchmarks/Coverage"),
    .executableTarget(
      name: "Worlds", dependencies: [.product(name: "Touchstone", package: "Touchstone")], path: "Benchmarks/Worlds"),
    .executableTarget(
      name: "Budgets", dependencies: [.product(name: "Touchstone", package: "Touchstone")], path: "Benchmarks/Budgets"),
  ],
  swiftLanguageModes: [.v6]
)
