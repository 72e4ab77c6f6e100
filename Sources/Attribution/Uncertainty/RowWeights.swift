import TouchstoneJourneys
import TouchstoneMonteCarlo

/// How often one replicate counts the journeys of each row.
struct RowWeights: Sendable {
  /// Converting journeys, by row.
  var conversions: [Double]
  /// The value of those.
  var value: [Double]
  /// Journeys without conversion, by row.
  var nonConverting: [Double]

  init(rows: Int) {
    conversions = [Double](repeating: 0, count: rows)
    value = conversions
    nonConverting = conversions
  }

  /// The weights of the data as they are.
  init(_ rows: CanonicalRows) {
    conversions = rows.totals.map(\.conversions)
    value = rows.totals.map(\.value)
    nonConverting = rows.totals.map(\.nonConverting)
  }

  func totals(_ row: Int) -> PathTotals {
    PathTotals(conversions: conversions[row], value: value[row], nonConverting: nonConverting[row])
  }
}

/// Draws replicates of a path table: each person is counted a Poisson(1) number of times, with all journeys.
///
/// Journeys that are their person's only one are independent of all others: those of a row are counted a Poisson(n)
/// number of times together. So are the persons whose journeys are the same. Where persons are not known, all journeys
/// are independent.
///
/// A draw is a function of the seed, the contents of the row or of the persons' journeys, and the replicate, whatever
/// the order of rows and the number of threads. A conversion of a row is worth the mean of those that are drawn
/// together: how values vary inside a row, a path table does not tell.
///
/// Source: Poisson bootstrap, after J. Hanley and B. MacGibbon, "Creating non-parametric bootstrap samples using
/// Poisson frequencies", 2006.
struct PoissonResampling: Sendable {
  let rows: CanonicalRows
  private let seed: UInt64
  private var tables = PoissonTables()
  /// By row, what does not belong to persons with several journeys.
  private var independent: [PathTotals]
  private var convertingMeans: [Int32] = []
  private var otherMeans: [Int32] = []
  private var joint: [Joint] = []
  private let bootstrapKey: UInt64

  /// Persons whose journeys are the same.
  private struct Joint {
    let key: UInt64
    let persons: Double
    let mean: Int32
    /// One person's journeys; values are means.
    let journeys: [(row: Int, totals: PathTotals)]
  }

  init(_ rows: CanonicalRows, _ jointJourneys: JointJourneys? = nil, seed: UInt64) {
    self.rows = rows
    self.seed = seed
    bootstrapKey = RandomStream.key(seed: seed, purpose: .bootstrap)
    independent = rows.totals
    if let jointJourneys { take(jointJourneys) }
    for totals in independent {
      convertingMeans.append(tables.id(ofMean: totals.conversions))
      otherMeans.append(tables.id(ofMean: totals.nonConverting))
    }
  }

  private mutating func take(_ jointJourneys: JointJourneys) {
    let rowOfKey = Dictionary(rows.keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for group in jointJourneys.groups {
      let journeys = group.journeys.map { journey -> (row: Int, totals: PathTotals) in
        guard let row = rowOfKey[journey.pathKey] else { preconditionFailure("journeys of another path table") }
        return (
          row,
          PathTotals(
            conversions: journey.conversions, value: journey.value / group.persons,
            nonConverting: journey.nonConverting)
        )
      }
      for (row, totals) in journeys {
        let rest = independent[row]
        independent[row] = PathTotals(
          conversions: max(0, rest.conversions - group.persons * totals.conversions),
          value: rest.value - group.persons * totals.value,
          nonConverting: max(0, rest.nonConverting - group.persons * totals.nonConverting))
      }
      joint.append(
        Joint(key: group.key, persons: group.persons, mean: tables.id(ofMean: group.persons), journeys: journeys))
    }
  }

  /// The value of so many of a row's independent conversions.
  private func value(_ conversions: Double, row: Int) -> Double {
    conversions == 0 ? 0 : independent[row].value / independent[row].conversions * conversions
  }

  /// The weights of a replicate.
  func draw(_ replicate: Int, into weights: inout RowWeights) {
    for row in 0..<rows.count {
      let words = Philox.block(counter: (rows.keys[row], UInt64(replicate)), key: bootstrapKey)
      let conversions = tables.draw(convertingMeans[row], words.0)
      weights.conversions[row] = conversions
      weights.value[row] = value(conversions, row: row)
      weights.nonConverting[row] = tables.draw(otherMeans[row], words.1)
    }
    for group in joint {
      // The upper half of the counter tells these draws from those of the rows.
      let words = Philox.block(counter: (group.key, 1 << 63 | UInt64(replicate)), key: bootstrapKey)
      add(group, tables.draw(group.mean, words.0), to: &weights)
    }
  }

  private func add(_ group: Joint, _ persons: Double, to weights: inout RowWeights) {
    guard persons > 0 else { return }
    for (row, totals) in group.journeys {
      weights.conversions[row] += persons * totals.conversions
      weights.value[row] += persons * totals.value
      weights.nonConverting[row] += persons * totals.nonConverting
    }
  }

  /// The number of groups of the jackknife.
  static let jackknifeGroups = 200

  /// The weights that are left when one group of persons is left out. Those who are drawn together are dealt to the
  /// groups evenly, beginning with a random one.
  func leaveOut(_ group: Int, into weights: inout RowWeights) {
    let key = RandomStream.key(seed: seed, purpose: .jackknife)
    let groups = Self.jackknifeGroups
    /// How many of `count` are left: each group gets ⌊count / groups⌋, and the rest goes to those from a random one on.
    func left(_ count: Double, _ word: UInt64) -> Double {
      let whole = (count / Double(groups)).rounded(.down)
      let rest = count - whole * Double(groups)
      let turn = Double((group + Int(word % UInt64(groups))) % groups)
      return count - whole - min(1, max(0, rest - turn))
    }
    for row in 0..<rows.count {
      let words = Philox.block(counter: (rows.keys[row], 0), key: key)
      let conversions = left(independent[row].conversions, words.0)
      weights.conversions[row] = conversions
      weights.value[row] = value(conversions, row: row)
      weights.nonConverting[row] = left(independent[row].nonConverting, words.1)
    }
    for joint in joint {
      add(joint, left(joint.persons, Philox.block(counter: (joint.key, 1 << 63), key: key).0), to: &weights)
    }
  }
}
