// swift-tools-version: 6.1
import PackageDescription

// A package of its own, as a user's would be: it sees what is public and nothing else, and has modules whose names
// Touchstone's folders have too. `./dev test` puts the README's library example into it, builds it and runs it.
let package = Package(
  name: "Dependent",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Touchstone", path: "../..")],
  targets: [
    .target(name: "Parallel"),
    .target(name: "Reporting"),
    .target(name: "Simulation"),
    .target(name: "TestSupport"),
    .executableTarget(
      name: "Example",
      dependencies: [
        "Parallel", "Reporting", "Simulation", "TestSupport", .product(name: "Touchstone", package: "Touchstone"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
