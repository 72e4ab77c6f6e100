import TouchstoneText

/// Where an input comes from.
///
/// A new source of records is a case here, and a file of its own with what conforms to `RecordSource`.
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
  package var file: String? {
    switch self {
    case .file(let path): path
    case .standardInput: nil
    case .sqlite(let database): database.path
    }
  }
}

// MARK: Opening

extension InputLocation {
  /// Whether what lies there is text, which may be a path table or a cost table as well as events.
  var isText: Bool {
    switch self {
    case .file, .standardInput: true
    case .sqlite: false
    }
  }

  /// The bytes of text, with gzip undone where the first ones show it.
  func openBytes() throws(InputError) -> any ByteSource {
    let bytes: FileByteSource
    switch self {
    case .file(let path): bytes = try FileByteSource(path: path)
    case .standardInput: bytes = .standardInput(name: name)
    case .sqlite:
      throw InputError(
        .missing, source: name, problem: "a database holds no such table of text",
        remedy: "give a file, or - for standard input")
    }
    return GzipByteSource.begins(try bytes.peek()) ? GzipByteSource(bytes, name: name) : bytes
  }
}

extension EventReader {
  /// Reads a whole input.
  ///
  /// - Throws: ``InputError`` for the first record that makes no sense, in the order of the input.
  /// - Complexity: O(bytes), in parallel; memory for the events besides two waves of blocks.
  public func read(_ location: InputLocation) throws(InputError) -> Result {
    // The source's type is known in each case, so that parsing is compiled for it.
    switch location {
    case .file, .standardInput:
      return try read(TextSource(location.openBytes(), name: location.name, blockSize: blockSize))
    case .sqlite(let database): return try SQLiteSource.open(database) { try read($0) }
    }
  }
}
