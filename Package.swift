// swift-tools-version: 6.1
import PackageDescription

// Sources/README.md is the floor plan: what each module is for, and how to add to it.

/// `./dev test` sets this: the numeric tests take minutes where kernels are not optimised. Asserts stay in. Tests,
/// commands, reports and other people's libraries are not optimised: that would cost more time in the build than it
/// saves. Unset for whoever depends on this package, where unsafe flags are not allowed.
let isTested = Context.environment["TOUCHSTONE_OPTIMISED"] != nil
let optimised: [SwiftSetting] = isTested ? [.unsafeFlags(["-O", "-assert-config", "Debug"])] : []

/// A module of the library. Its name carries the package's, so that a user's package may have a module `Parallel` or
/// `Reporting` of its own; its folder does not.
func module(
  _ folder: String, _ modules: [String] = [], products: [Target.Dependency] = [], settings: [SwiftSetting] = optimised
) -> Target {
  .target(
    name: "Touchstone" + folder, dependencies: modules.map(dependency) + products, path: "Sources/" + folder,
    swiftSettings: settings)
}

/// The tests of a module, with the other modules that they use.
func tests(of folder: String, _ modules: [String] = [], products: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: folder + "Tests", dependencies: ([folder] + modules).map(dependency) + [dependency("TestSupport")] + products,
    path: "Tests/\(folder)Tests")
}

func dependency(_ folder: String) -> Target.Dependency { .byName(name: "Touchstone" + folder) }

let algorithms = Target.Dependency.product(name: "Algorithms", package: "swift-algorithms")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let real = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "Touchstone",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Touchstone", targets: ["Touchstone"]),
    .executable(name: "touchstone", targets: ["TouchstoneTool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-algorithms", from: "1.2.1"),
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
    .systemLibrary(name: "CTouchstoneOpenBLAS", path: "Sources/COpenBLAS", pkgConfig: "lapacke"),
    .systemLibrary(name: "CTouchstoneZlib", path: "Sources/CZlib", pkgConfig: "zlib"),

    // A module imports those above it in this list, never those below.
    module("Parallel"),
    module("MonteCarlo", products: [algorithms, real]),
    module("LinearAlgebra", ["Parallel"], products: ["CTouchstoneOpenBLAS"]),
    module("Text", products: [yams]),
    module("Journeys", ["Parallel", "Text"], products: [algorithms]),
    // Alone with GRDB and zlib: worlds and budgets need neither.
    module("JourneyIO", ["Journeys", "Parallel", "Text"], products: ["CTouchstoneZlib", algorithms, grdb, system]),
    module("Attribution", ["Journeys", "LinearAlgebra", "MonteCarlo", "Parallel"], products: [algorithms, real]),
    module(
      "Budgeting", ["Attribution", "Journeys", "LinearAlgebra", "MonteCarlo", "Parallel", "Text"],
      products: [algorithms, heap, real]),
    // Never Attribution: truth must not share an estimator's bug.
    module("Simulation", ["Journeys", "MonteCarlo", "Parallel", "Text"], products: [real]),
    module("Evaluation", ["Attribution", "Budgeting", "Simulation", "Journeys", "MonteCarlo", "Parallel"]),
    module(
      "Reporting", ["Attribution", "Budgeting", "Evaluation", "Simulation", "Journeys", "Text"],
      products: [algorithms], settings: []),
    module(
      "CLI",
      [
        "Reporting", "Evaluation", "Budgeting", "Simulation", "Attribution", "JourneyIO", "Journeys", "Parallel",
        "Text",
      ],
      products: [argumentParser, system], settings: []),
    .executableTarget(name: "TouchstoneTool", dependencies: [dependency("CLI")], path: "Sources/Tool"),
    .target(
      name: "Touchstone",
      dependencies: [
        "Text", "Journeys", "JourneyIO", "Attribution", "Budgeting", "Simulation", "Evaluation", "Parallel",
      ].map(dependency)),

    .target(
      name: "TouchstoneTestSupport", dependencies: [dependency("Journeys"), bigInt], path: "Tests/TestSupport"),
    tests(of: "Parallel"),
    tests(of: "MonteCarlo"),
    tests(of: "LinearAlgebra"),
    tests(of: "Journeys", ["Parallel"]),
    tests(of: "JourneyIO", ["Journeys", "Parallel", "Text"], products: [grdb]),
    tests(of: "Attribution", ["Journeys", "JourneyIO", "LinearAlgebra", "Parallel"], products: [bigInt]),
    tests(
      of: "Budgeting",
      ["Attribution", "JourneyIO", "Journeys", "LinearAlgebra", "MonteCarlo", "Parallel", "Text"]),
    tests(of: "Simulation", ["JourneyIO", "Journeys", "MonteCarlo", "Parallel", "Text"]),
    tests(of: "Evaluation", ["Simulation", "Attribution", "JourneyIO", "Journeys", "Parallel"]),
    tests(
      of: "Reporting", ["Attribution", "Budgeting", "Evaluation", "JourneyIO", "Journeys", "Simulation", "Text"]),
    tests(of: "CLI", products: ["TouchstoneTool", grdb]),
  ],
  swiftLanguageModes: [.v6]
)
