import TouchstoneJourneys

/// Which media cover which stage on the way to loyalty, by what a specification says of the touchpoints.
struct StageMatrix {
  private typealias Media = TouchpointAttributes.Media
  private typealias Stage = TouchpointAttributes.Stage

  private let names: [String]
  private let attributes: [String: TouchpointAttributes]

  /// `nil` where no touchpoint has a stage or media.
  init?(_ names: [String], _ attributes: [String: TouchpointAttributes]) {
    guard attributes.values.contains(where: { $0.stage != nil || $0.media != nil }) else { return nil }
    self.names = names
    self.attributes = attributes
  }

  private func touchpoints(_ stage: Stage?, _ media: Media?) -> [String] {
    names.filter { attributes[$0]?.stage == stage && attributes[$0]?.media == media }
  }

  /// The cells without a touchpoint, as in `loyalty × earned`.
  var gaps: [String] {
    Stage.allCases.flatMap { stage in
      Media.allCases.compactMap { media in
        touchpoints(stage, media).isEmpty ? "\(stage.rawValue) × \(media.rawValue)" : nil
      }
    }
  }

  var tables: [ResultTable] {
    var rows = Stage.allCases.map { stage in
      [ResultTable.Cell.text(stage.rawValue)]
        + Media.allCases.map { .text(touchpoints(stage, $0).joined(separator: ", ")) }
    }
    let unplaced = names.filter { attributes[$0]?.stage == nil || attributes[$0]?.media == nil }
    if !unplaced.isEmpty {
      rows.append(
        [.text("(without stage or media)"), .text(unplaced.joined(separator: ", "))]
          + Array(repeating: .empty, count: Media.allCases.count - 1))
    }
    return [
      ResultTable(
        title: "Stages and media", columns: ["stage"] + Media.allCases.map(\.rawValue), rows: rows),
      ResultTable(title: "Gaps: no touchpoint here", columns: ["gap"], rows: gaps.map { [.text($0)] }),
    ]
  }

  /// The matrix as a part of a JSON document.
  var json: JSONValue {
    .object([
      "cells": .list(
        Stage.allCases.flatMap { stage in
          Media.allCases.map { media in
            .object([
              "stage": .text(stage.rawValue), "media": .text(media.rawValue),
              "touchpoints": JSONValue(touchpoints(stage, media)),
            ])
          }
        }), "gaps": JSONValue(gaps),
    ])
  }
}
