/// A table, or the result of a query, of an SQLite database.
public struct SQLiteLocation: Sendable, Equatable {
  /// The database's file.
  public let path: String
  /// What is read of it.
  public let selection: Selection

  /// What is read of the database: a table or view by its name, or one statement that reads.
  public enum Selection: Sendable, Equatable {
    case table(String)
    case query(String)
  }

  var isTable: Bool {
    if case .table = selection { true } else { false }
  }

  public init(path: String, selection: Selection) {
    self.path = path
    self.selection = selection
  }

  /// The location that text such as `sqlite:shop.db?table=events` names, or `nil` where the text begins differently.
  ///
  /// What follows `table=` or `query=` is taken as it stands.
  init?(argument: String) {
    guard argument.hasPrefix("sqlite:") else { return nil }
    let rest = argument.dropFirst("sqlite:".count)
    let marks = [("?table=", Selection.table), ("?query=", Selection.query)].compactMap { mark, make in
      rest.firstRange(of: mark).map { ($0, make) }
    }
    if let (range, make) = marks.min(by: { $0.0.lowerBound < $1.0.lowerBound }) {
      self.init(path: String(rest[..<range.lowerBound]), selection: make(String(rest[range.upperBound...])))
      return
    }
    self.init(path: String(rest), selection: .table(""))
  }
}
