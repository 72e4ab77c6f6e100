import TouchstoneJourneys
import TouchstoneParallel

extension PathTable {
  /// The table of the distinct sets of touchpoints that journeys consist of: order and repeats are
  /// forgotten, each set's ids ascend, and paths of the same set are merged.
  ///
  /// - Complexity: O(touches) on average, in parallel.
  func touchpointSets() -> PathTable {
    let occupied = parts.filter { $0.count > 0 }
    let batches = Parallel.map(occupied.count) { index in
      let batch = PathBatch()
      var distinct = DistinctTouchpoints(touchpointCount: touchpoints.count)
      occupied[index].forEachRow { path, totals in
        batch.append(distinct.list(path).sorted(), totals)
      }
      return batch
    }
    var builder = PathTableBuilder()
    builder.add(batches)
    return builder.finish(touchpoints: touchpoints)
  }
}
