import Touchstone
import TouchstoneMonteCarlo

/// Seeded inputs, the same in every run.
enum Inputs {
  /// A path table as CSV: geometric lengths of mean 5, and popularity that falls with the touchpoint's index.
  static func pathTable(rows: Int, touchpoints: Int) -> [UInt8] {
    var stream = RandomStream(seed: 1, purpose: .permutation, index: 0)
    var text = "path,conversions,value,nulls\n"
    for _ in 0..<rows {
      var path: [String] = []
      repeat {
        let draw = Double.random(in: 0..<1, using: &stream)
        path.append("ch\(Int(draw * draw * Double(touchpoints)))")
      } while Double.random(in: 0..<1, using: &stream) < 0.8
      let converted = Double.random(in: 0..<1, using: &stream) < 0.2
      text += path.joined(separator: " > ") + (converted ? ",1,12.50,0\n" : ",0,0,1\n")
    }
    return Array(text.utf8)
  }

  /// The same table, read.
  static func evidence(rows: Int = 100_000, touchpoints: Int) throws -> Evidence {
    let bytes = pathTable(rows: rows, touchpoints: touchpoints)
    return Evidence(paths: try PathTableReader().read(bytes: bytes, name: "benchmark").table)
  }

  /// An event log as CSV: five events a person, one in twenty a conversion.
  static func eventLog(events: Int) -> [UInt8] {
    var stream = RandomStream(seed: 2, purpose: .permutation, index: 0)
    var text = "user_id,time,touchpoint,conversion,value\n"
    for _ in 0..<events {
      let user = Int.random(in: 0..<events / 5, using: &stream)
      let time = 1_700_000_000 + Int.random(in: 0..<5_000_000, using: &stream)
      let converts = Int.random(in: 0..<20, using: &stream) == 0
      text += "\(user),\(time),t\(Int.random(in: 0..<12, using: &stream)),\(converts ? "1,20" : "0,")\n"
    }
    return Array(text.utf8)
  }
}
