#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Writes documents as JSON: indented, keys sorted, so that equal results are equal bytes, and a line feed at the end.
struct JSONRenderer: ReportRenderer {
  func text(of report: some Report) -> String { text(of: report.document) }

  func text(of document: JSONDocument) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(document.value), as: UTF8.self) + "\n"
    } catch {
      preconditionFailure("a document holds only what JSON can say: \(error)")
    }
  }
}
