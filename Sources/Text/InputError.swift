/// Why an input could not be read: where, what was found, and what to do about it.
public struct InputError: Error, Equatable, CustomStringConvertible {
  /// What went wrong, as far as a program must tell apart.
  public enum Kind: Sendable {
    /// There is no such file, or it may not be read.
    case missing
    /// The file is there, and what it says makes no sense.
    case badData
    /// The operating system failed while reading.
    case readFailure
  }

  public let kind: Kind
  /// The file's path, or "standard input".
  public let source: String
  /// The line, counted from 1, where one is to blame.
  public let line: Int?
  /// The character in that line, counted from 1.
  public let column: Int?
  /// What was found.
  public let problem: String
  /// What the user can do.
  public let remedy: String

  public init(
    _ kind: Kind, source: String, line: Int? = nil, column: Int? = nil, problem: String,
    remedy: String
  ) {
    self.kind = kind
    self.source = source
    self.line = line
    self.column = column
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String {
    var position = escapedForMessage(source)
    if let line { position += ":\(line)" }
    if let column { position += ":\(column)" }
    return "\(position): \(problem); \(remedy)"
  }
}
