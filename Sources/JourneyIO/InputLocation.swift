/// Where an input comes from.
public enum InputLocation: Sendable, Equatable {
  case file(String)
  case standardInput
  case sqlite(SQLiteLocation)

  /// The location that a command line names: `-` is standard input, and `sqlite:FILE?table=NAME` or
  /// `sqlite:FILE?query=SELECT…` a database.
  public init(argument: String) {
    if argument == "-" {
      self = .standardInput
    } else if let database = SQLiteLocation(argument: argument) {
      self = .sqlite(database)
    } else {
      self = .file(argument)
    }
  }

  /// How messages call it.
  public var name: String {
    switch self {
    case .file(let path): path
    case .standardInput: "standard input"
    case .sqlite(let database): database.path
    }
  }

  /// The file that is read, if it is one.
  public var file: String? {
    switch self {
    case .file(let path): path
    case .standardInput: nil
    case .sqlite(let database): database.path
    }
  }
}
