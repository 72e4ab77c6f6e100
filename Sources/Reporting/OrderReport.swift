import TouchstoneAttribution
import TouchstoneText

/// Chains of several orders side by side, in every output format.
public struct OrderReport: Sendable {
  private let source: String
  private let study: OrderStudy

  /// - Parameter source: The input's name, for the title.
  public init(source: String, study: OrderStudy) {
    self.source = source
    self.study = study
  }

  /// The report as text that ends in a line feed.
  public func text(_ format: OutputFormat) -> String {
    switch format {
    case .table: table.alignedText() + "\n" + notes.map { Escaping.terminal($0) + "\n" }.joined()
    case .markdown: table.markdown() + "\n" + notes.map { "- " + Escaping.markdown($0) + "\n" }.joined()
    case .csv: tidyTable.csv()
    case .json: JSONDocument.text(document)
    }
  }

  private var table: ResultTable {
    ResultTable(
      title: "\(source): orders by \(study.folds)-fold cross-validation over \(study.unit.rawValue)",
      columns: ["order", "held-out log-likelihood", "± se", "AUC", "± se", "BIC", "states", "transitions", ""],
      rows: study.orders.map { order in
        [
          .number(Double(order.order), decimals: 0), .number(order.heldOut.mean, decimals: 4),
          .number(order.heldOut.standardError, decimals: 4), order.area.map { .number($0.mean, decimals: 4) } ?? .empty,
          order.area.map { .number($0.standardError, decimals: 4) } ?? .empty, .number(order.bic, decimals: 0),
          .number(Double(order.states), decimals: 0), .number(Double(order.states + order.parameters), decimals: 0),
          .text(order.order == study.recommended ? "recommended" : ""),
        ]
      })
  }

  private var notes: [String] {
    let bic = study.orders.min { $0.bic < $1.bic }!.order
    var notes = [
      "order \(study.recommended): \(study.reason)", "BIC is lowest at order \(bic)",
      "log-likelihoods are those of a journey, in nats; AUC is that of converting, told from the last touches",
    ]
    if study.orders.contains(where: { $0.area == nil }) {
      notes.append("no AUC: all journeys convert, or none does")
    }
    if study.unit == .journeys {
      notes.append(
        "journeys held out may go along paths that others went; --hold-out paths asks how well new paths are predicted")
    }
    return notes
  }

  private var tidyTable: ResultTable {
    ResultTable(
      title: "",
      columns: [
        "order", "held_out_log_likelihood", "held_out_se", "auc", "auc_se", "log_likelihood", "bic", "states",
        "parameters", "recommended",
      ],
      rows: study.orders.map { order in
        let numbers: [Double?] = [
          Double(order.order), order.heldOut.mean, order.heldOut.standardError, order.area?.mean,
          order.area?.standardError, order.logLikelihood, order.bic, Double(order.states), Double(order.parameters),
          order.order == study.recommended ? 1 : 0,
        ]
        return numbers.map { $0.map { .number($0, decimals: 6) } ?? .empty }
      })
  }

  private var document: JSONValue {
    .object([
      "schema": .text("touchstone.order/1"), "folds": .integer(study.folds), "heldOut": .text(study.unit.rawValue),
      "recommended": .integer(study.recommended), "best": .integer(study.best), "reason": .text(study.reason),
      "orders": .list(
        study.orders.map { order in
          .object([
            "order": .integer(order.order), "heldOutLogLikelihood": JSONValue(order.heldOut.mean),
            "heldOutSE": JSONValue(order.heldOut.standardError),
            "folds": .list(order.logLikelihoods.map { JSONValue($0) }),
            "auc": order.area.map { JSONValue($0.mean) } ?? .null,
            "aucSE": order.area.map { JSONValue($0.standardError) } ?? .null,
            "logLikelihood": JSONValue(order.logLikelihood), "bic": JSONValue(order.bic),
            "states": .integer(order.states), "parameters": .integer(order.parameters),
          ])
        }),
    ])
  }
}
