import Journeys
import MonteCarlo

/// How often one replicate counts the journeys of each row.
struct RowWeights: Sendable {
  /// Converting journeys, by row.
  var conversions: [Double]
  /// The value of those.
  var value: [Double]
  /// Journeys without conversion, by row.
  var nonConverting: [Double]
  /// Conversions and value of journeys without a touch.
  var untouched: PathTotals

  init(rows: Int) {
    conversions = [Double](repeating: 0, count: rows)
    value = conversions
    nonConverting = conversions
    untouched = PathTotals(conversions: 0)
  }

  func totals(_ row: Int) -> PathTotals {
    PathTotals(conversions: conversions[row], value: value[row], nonConverting: nonConverting[row])
  }
}

/// Draws replicates of a path table: each journey is counted a Poisson(1) number of times, so the journeys of a row n a Poisson(n)
/// number of times.
///
/// A draw is a function of the seed, the row's contents and the replicate, whatever the order of rows and the number of
/// threads. A conversion of a row is worth the row's mean: how values vary inside a row, a path table does not tell.
///
/// Source: Poisson bootstrap, after J. Hanley and B. MacGibbon, "Creating non-parametric bootstrap samples using Poisson
/// frequencies", 2006.
struct PoissonResampling: Sendable {
  let rows: CanonicalRows
  private let seed: UInt64
  private var tables = PoissonTables()
  private var convertingMeans: [Int32] = []
  private var otherMeans: [Int32] = []
  private var untouchedMeans: (Int32, Int32)
  private let bootstrapKey: UInt64

  init(_ rows: CanonicalRows, seed: UInt64) {
    self.rows = rows
    self.seed = seed
    bootstrapKey = RandomStream.key(seed: seed, purpose: .bootstrap)
    for totals in rows.totals {
      convertingMeans.append(tables.number(ofMean: totals.conversions))
      otherMeans.append(tables.number(ofMean: totals.nonConverting))
    }
    untouchedMeans = (
      tables.number(ofMean: rows.table.untouched.conversions),
      tables.number(ofMean: rows.table.untouched.nonConverting)
    )
  }

  /// The weights of a replicate.
  func draw(_ replicate: Int, into weights: inout RowWeights) {
    for row in 0..<rows.count {
      let words = Philox.block(counter: (rows.keys[row], UInt64(replicate)), key: bootstrapKey)
      let totals = rows.totals[row]
      let conversions = tables.draw(convertingMeans[row], words.0)
      weights.conversions[row] = conversions
      weights.value[row] = conversions == 0 ? 0 : totals.value / totals.conversions * conversions
      weights.nonConverting[row] = tables.draw(otherMeans[row], words.1)
    }
    let words = Philox.block(counter: (0, UInt64(replicate)), key: bootstrapKey)
    let untouched = rows.table.untouched
    let conversions = tables.draw(untouchedMeans.0, words.0)
    weights.untouched = PathTotals(
      conversions: conversions, value: conversions == 0 ? 0 : untouched.value / untouched.conversions * conversions,
      nonConverting: tables.draw(untouchedMeans.1, words.1))
  }

  /// The number of groups of the jackknife.
  static let jackknifeGroups = 200

  /// The weights that are left when one group of journeys is left out. A row's journeys are dealt to the groups evenly, beginning
  /// with a random one.
  func leaveOut(_ group: Int, into weights: inout RowWeights) {
    let key = RandomStream.key(seed: seed, purpose: .jackknife)
    let groups = Self.jackknifeGroups
    /// How many of so many journeys are in the group: one at most where there are fewer than groups.
    func share(_ journeys: Double, _ word: UInt64) -> Double {
      let whole = (journeys / Double(groups)).rounded(.down)
      let rest = journeys - whole * Double(groups)
      let place = Double((group + Int(word % UInt64(groups))) % groups)
      return whole + min(1, max(0, rest - place))
    }
    for row in 0..<rows.count {
      let words = Philox.block(counter: (rows.keys[row], 0), key: key)
      let totals = rows.totals[row]
      let left = totals.conversions - share(totals.conversions, words.0)
      weights.conversions[row] = left
      weights.value[row] = totals.conversions == 0 ? 0 : totals.value / totals.conversions * left
      weights.nonConverting[row] = totals.nonConverting - share(totals.nonConverting, words.1)
    }
    weights.untouched = rows.table.untouched
  }
}
