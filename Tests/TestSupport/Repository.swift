import Foundation

/// Where things lie in the repository and beside it.
public enum Repository {
  /// The folder that holds Package.swift.
  public static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file of Tests/References.
  public static func reference(_ name: String) -> URL {
    root.appending(path: "Tests/References/\(name)")
  }

  /// A file of the data shared beside the repository, or `nil` where this machine has none.
  public static func shared(_ name: String) -> URL? {
    let url = root.deletingLastPathComponent().appending(path: "shared/\(name)")
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }

  /// A JSON file as dictionaries and arrays.
  public static func json(_ url: URL) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as! [String: Any]
  }
}
