import Parallel
import Reporting
import Simulation
import TestSupport
import Touchstone

/// What the README's example leaves out, and a user may do as well: a model of one's own in the bootstrap, and modules
/// of one's own beside Touchstone's.
func checkOwnModel(_ table: PathTable) throws {
  precondition(Parallel.isTheUsers && Reporting.isTheUsers && Simulation.isTheUsers && TestSupport.isTheUsers)
  let evidence = Evidence(paths: table)
  let models: [any AttributionModel] = [HalfToFirst(), Markov()]
  let total = try HalfToFirst().attribute(evidence).creditTotal.conversions
  precondition(abs(total - table.touched.conversions) < 1e-6 * total, "half and half are all conversions")
  let distributions = try Bootstrap(replicates: 20, seed: 1).distributions(of: models, on: evidence)
  precondition(distributions.map(\.replicates) == [20, 20])
}
