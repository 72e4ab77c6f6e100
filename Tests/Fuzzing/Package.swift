// swift-tools-version: 6.1
import PackageDescription

// A package of its own, since everything in it, Touchstone included, is built with libFuzzer's
// instrumentation: see `./dev fuzz`.
let package = Package(
  name: "Fuzzing",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Touchstone", path: "../..")],
  targets: [
    .executableTarget(
      name: "FuzzPathTable",
      dependencies: [.product(name: "Touchstone", package: "Touchstone")]),
    .executableTarget(
      name: "FuzzEventLog",
      dependencies: [.product(name: "Touchstone", package: "Touchstone")]),
  ],
  swiftLanguageModes: [.v6]
)
