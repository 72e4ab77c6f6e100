import TouchstoneAttribution

/// Chains of several orders side by side.
package struct OrderReport: Report {
  private let source: String
  private let study: OrderStudy

  /// - Parameter source: The input's name, for the title.
  package init(source: String, study: OrderStudy) {
    self.source = source
    self.study = study
  }

  package var blocks: [ReportBlock] { [.table(table), .notes(notes)] }

  private var table: ResultTable {
    ResultTable(
      title: "\(source): orders by \(study.folds)-fold cross-validation over \(study.unit.rawValue)",
      columns: ["order", "held-out log-likelihood", "± se", "AUC", "± se", "BIC", "states", "transitions", ""],
      rows: study.orders.map { order in
        [
          .init(count: order.order), .number(order.heldOut.mean, decimals: 4),
          .number(order.heldOut.standardError, decimals: 4), .init(order.area?.mean, decimals: 4),
          .init(order.area?.standardError, decimals: 4), .number(order.bic, decimals: 0), .init(count: order.states),
          .init(count: order.states + order.parameters),
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

  package var tidyTable: ResultTable {
    ResultTable(
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
        return numbers.map { .init(tidy: $0) }
      })
  }

  package var document: JSONDocument {
    JSONDocument(
      schema: "touchstone.order/1",
      fields: [
        "folds": .integer(study.folds), "heldOut": .text(study.unit.rawValue),
        "recommended": .integer(study.recommended), "best": .integer(study.best), "reason": .text(study.reason),
        "orders": .list(
          study.orders.map { order in
            .object([
              "order": .integer(order.order), "heldOutLogLikelihood": JSONValue(order.heldOut.mean),
              "heldOutSE": JSONValue(order.heldOut.standardError),
              "folds": JSONValue(order.logLikelihoods),
              "auc": JSONValue(order.area?.mean),
              "aucSE": JSONValue(order.area?.standardError),
              "logLikelihood": JSONValue(order.logLikelihood), "bic": JSONValue(order.bic),
              "states": .integer(order.states), "parameters": .integer(order.parameters),
            ])
          }),
      ])
  }
}
