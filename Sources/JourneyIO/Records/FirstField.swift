/// Finds the first field of a column that is not empty.
struct FirstField: FieldSink {
  var lineCount = 0
  private let column: Int
  private var found: [UInt8]?

  static func of(_ column: Int, parse: (inout FirstField) -> Void) -> [UInt8]? {
    var sink = FirstField(column: column)
    parse(&sink)
    return sink.found
  }

  private init(column: Int) { self.column = column }

  func begin(_ record: UnsafePointer<UInt8>) {}

  mutating func take(_ field: FieldBytes, column: Int) throws(RecordFault) {
    if column == self.column && !field.trimmed.isEmpty { found = Array(field.trimmed.bytes) }
  }

  func end(_ record: UnsafePointer<UInt8>, columns: Int) throws(RecordFault) {
    // Enough is known: what follows need not be read.
    if found != nil { throw RecordFault(position: record, problem: "", remedy: "") }
  }
}
