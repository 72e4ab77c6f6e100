import Foundation
import Testing
import TouchstoneTestSupport

/// Holds `Sources/README.md` against the folders and the imports.
struct FloorPlanTests {
  private let sources = Repository.root.appending(path: "Sources")
  private let plan: String
  /// The folders of the plan's table, from the command down.
  private let folders: [String]

  init() throws {
    plan = try String(contentsOf: sources.appending(path: "README.md"), encoding: .utf8)
    folders = plan.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row in
      row.split(separator: "|")[0].split(separator: "`").map(String.init).filter { $0.first?.isLetter ?? false }
    }
  }

  private func swiftFiles(of folder: String) throws -> [URL] {
    let files = try #require(
      FileManager.default.enumerator(at: sources.appending(path: folder), includingPropertiesForKeys: nil))
    return files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
  }

  @Test func everyFolderStandsInThePlanOnce() throws {
    let there = try FileManager.default.contentsOfDirectory(atPath: sources.path()).filter { $0 != "README.md" }
    #expect(folders.sorted() == there.sorted())
  }

  @Test func importsPointDownThePlan() throws {
    var count = 0
    for (index, folder) in folders.enumerated() {
      for file in try swiftFiles(of: folder) {
        let imports = try String(contentsOf: file, encoding: .utf8).matches(of: /import C?Touchstone([A-Z][A-Za-z]*)/)
        for name in imports.map({ String($0.1) }) {
          let level = try #require(folders.firstIndex { $0 == name || $0 == "C" + name }, "\(name) is no folder")
          count += 1
          #expect(level > index, "\(folder)/\(file.lastPathComponent) imports \(name), which the plan has above it")
        }
      }
    }
    #expect(count > 50)
  }

  @Test func truthSharesNoCodeWithTheModels() throws {
    for file in try swiftFiles(of: "Simulation") {
      #expect(try !String(contentsOf: file, encoding: .utf8).contains("import TouchstoneAttribution"))
    }
  }

  @Test func everyFileThatThePlanNamesIsThere() throws {
    let paths = plan.matches(of: /`((?:Sources|Tests)\/[A-Za-z\/+]+(?:\.swift|\.docc|\.md)?)`/)
    let names = Set(paths.map { String($0.1) })
    #expect(names.count > 10)
    for name in names {
      #expect(FileManager.default.fileExists(atPath: Repository.root.appending(path: name).path()), "\(name)")
    }
  }
}
