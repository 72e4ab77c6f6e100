// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Touchstone",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Touchstone", targets: ["Touchstone"]),
    .executable(name: "touchstone", targets: ["touchstone"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // Tests alone: exact rational arithmetic.
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
  ],
  targets: [
    .systemLibrary(name: "COpenBLAS", pkgConfig: "lapacke"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib"),

    .target(name: "Parallel"),
    .target(
      name: "MonteCarlo", dependencies: [.product(name: "RealModule", package: "swift-numerics")]),
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS", "Parallel"]),
    .target(name: "Journeys", dependencies: ["Parallel"]),
    .target(
      name: "JourneyIO",
      dependencies: [
        "Journeys", "Parallel", "CZlib",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Yams", package: "Yams"),
      ]),
    .target(
      name: "Attribution",
      dependencies: [
        "Journeys", "LinearAlgebra", "MonteCarlo", "Parallel",
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(
      name: "Budgeting",
      dependencies: [
        "Attribution", "JourneyIO", "Journeys", "LinearAlgebra", "MonteCarlo", "Parallel",
        .product(name: "RealModule", package: "swift-numerics"),
        .product(name: "HeapModule", package: "swift-collections"),
      ]),
    // Never Attribution: truth must not share an estimator's bug.
    .target(
      name: "Simulation",
      dependencies: [
        "Journeys", "JourneyIO", "MonteCarlo", "Parallel",
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(
      name: "Evaluation",
      dependencies: ["Attribution", "Budgeting", "Simulation", "Journeys", "MonteCarlo", "Parallel"]),
    .target(name: "Reporting", dependencies: ["Attribution", "Budgeting", "Evaluation", "Simulation", "Journeys"]),
    .target(
      name: "TouchstoneCLI",
      dependencies: [
        "Reporting", "Evaluation", "Budgeting", "Simulation", "Attribution", "JourneyIO", "Journeys", "Parallel",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .executableTarget(name: "touchstone", dependencies: ["TouchstoneCLI"]),
    .target(
      name: "Touchstone",
      dependencies: [
        "Parallel", "MonteCarlo", "LinearAlgebra", "Journeys", "JourneyIO", "Attribution", "Budgeting",
        "Simulation", "Evaluation", "Reporting",
      ]),

    .target(
      name: "TestSupport",
      dependencies: ["Journeys", .product(name: "BigInt", package: "BigInt")],
      path: "Tests/TestSupport"),
    .testTarget(name: "ParallelTests", dependencies: ["Parallel", "TestSupport"]),
    .testTarget(name: "MonteCarloTests", dependencies: ["MonteCarlo"]),
    .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "TestSupport"]),
    .testTarget(name: "JourneysTests", dependencies: ["Journeys", "Parallel", "TestSupport"]),
    .testTarget(
      name: "JourneyIOTests",
      dependencies: [
        "JourneyIO", "Journeys", "Parallel", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .testTarget(
      name: "AttributionTests",
      dependencies: [
        "Attribution", "JourneyIO", "LinearAlgebra", "Parallel", "TestSupport",
        .product(name: "BigInt", package: "BigInt"),
      ]),
    .testTarget(
      name: "BudgetingTests",
      dependencies: [
        "Budgeting", "Attribution", "JourneyIO", "Journeys", "LinearAlgebra", "MonteCarlo", "Parallel", "TestSupport",
      ]),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["Simulation", "JourneyIO", "Journeys", "MonteCarlo", "Parallel", "TestSupport"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "Simulation", "Attribution", "JourneyIO", "Journeys", "Parallel", "TestSupport"]),
    .testTarget(
      name: "ReportingTests",
      dependencies: ["Reporting", "Attribution", "JourneyIO", "Journeys", "TestSupport"]),
    .testTarget(
      name: "TouchstoneCLITests",
      dependencies: ["touchstone", "TestSupport", .product(name: "GRDB", package: "GRDB.swift")]),
  ],
  swiftLanguageModes: [.v6]
)
