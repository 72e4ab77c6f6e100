/// Journeys by column, each person's one behind the other.
struct JourneySet: ~Copyable {
  /// Where each journey's touches end.
  private(set) var ends = RawColumn<Int>()
  private(set) var touches = RawColumn<Int32>()
  private(set) var times = RawColumn<Int64>()
  /// The conversion's time; of a journey without conversion that of its last touch.
  private(set) var endTimes = RawColumn<Int64>()
  private(set) var totals = RawColumn<PathTotals>()
  /// The index, in the shard's fixed order, of the person that each journey belongs to.
  private(set) var persons = RawColumn<Int32>()

  var count: Int { ends.count }

  @inline(__always)
  mutating func addTouch(_ touchpoint: Int32, at time: Int64) {
    touches.append(touchpoint)
    times.append(time)
  }

  /// Ends the next journey with the touches given.
  @inline(__always)
  mutating func close(_ totals: PathTotals, endTime: Int64, person: Int32) {
    ends.append(touches.count)
    self.totals.append(totals)
    endTimes.append(endTime)
    persons.append(person)
  }

  @inline(__always)
  func range(_ journey: Int) -> Range<Int> {
    (journey == 0 ? 0 : ends[journey &- 1])..<ends[journey]
  }
}
