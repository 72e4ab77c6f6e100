/// What each person met day by day, and when they converted: what models read that look at exposures instead of paths.
///
/// Touches are counted by person, day, touchpoint and kind; conversions are added up by person and day. The rules about
/// duplicates, bots and refunds hold here as in journeys (see <doc:BuildingJourneys>). The rules that cut a person's
/// events into journeys do not: lookbacks, gaps, direct visits and repeats leave a history whole, since what a model
/// makes of an old touch is for the model to say. Days are those of UTC.
///
/// Persons are in an order that depends on their identifiers alone: by ``personKeys``. Exposures of a person ascend by
/// day, then touchpoint, then kind; conversions ascend by day. Neither the order of the input nor the number of threads
/// changes anything. Storage is by column, 13 bytes an exposure, 20 a day with conversions, and 24 a person.
public struct ExposureHistories: Sendable, Equatable {
  /// The touches of one touchpoint and kind that a person had on one day.
  public struct Exposure: Sendable, Equatable {
    /// Days since 1970-01-01 in UTC.
    public let day: Int
    /// The touchpoint's id.
    public let touchpoint: Int32
    public let kind: TouchKind
    /// At least 1.
    public let touches: Int

    public init(day: Int, touchpoint: Int32, kind: TouchKind, touches: Int) {
      self.day = day
      self.touchpoint = touchpoint
      self.kind = kind
      self.touches = touches
    }
  }

  /// What a person did on one day.
  public struct Conversion: Sendable, Equatable {
    /// Days since 1970-01-01 in UTC.
    public let day: Int
    /// The number of conversions.
    public let conversions: Double
    /// What they were worth, refunds taken off.
    public let value: Double

    public init(day: Int, conversions: Double, value: Double) {
      self.day = day
      self.conversions = conversions
      self.value = value
    }
  }

  /// The touchpoints that exposures refer to by id: those of the path table of the same events.
  public let touchpoints: TouchpointTable
  /// By person, a hash of the identifier; it ascends. Random weights of persons may be keyed by it.
  public internal(set) var personKeys: [UInt64] = []
  /// Where each person's exposures begin in their columns; one more for the end.
  public internal(set) var exposureStarts: [Int] = [0]
  /// By exposure, the day since 1970-01-01 in UTC.
  public internal(set) var exposureDays: [Int32] = []
  /// By exposure, the touchpoint's id.
  public internal(set) var exposureTouchpoints: [Int32] = []
  /// By exposure, how the touches came about.
  public internal(set) var exposureKinds: [TouchKind] = []
  /// By exposure, how many touches it stands for.
  public internal(set) var exposureTouches: [Int32] = []
  /// Where each person's conversions begin in their columns; one more for the end.
  public internal(set) var conversionStarts: [Int] = [0]
  /// By day of a person with conversions, the day since 1970-01-01 in UTC.
  public internal(set) var conversionDays: [Int32] = []
  /// By day of a person with conversions, their number.
  public internal(set) var conversionCounts: [Double] = []
  /// By day of a person with conversions, what they were worth, refunds taken off.
  public internal(set) var conversionValues: [Double] = []

  /// Histories of nobody.
  public init(touchpoints: TouchpointTable) { self.touchpoints = touchpoints }

  /// The number of persons with at least one touch or conversion, bots left out.
  public var personCount: Int { personKeys.count }

  /// A person's exposures, by day, touchpoint and kind.
  ///
  /// - Complexity: O(1); an element is put together when it is asked for. The columns are there for tight loops.
  public func exposures(ofPerson person: Int) -> some RandomAccessCollection<Exposure> {
    (exposureStarts[person]..<exposureStarts[person + 1]).lazy.map {
      [exposureDays, exposureTouchpoints, exposureKinds, exposureTouches] index in
      Exposure(
        day: Int(exposureDays[index]), touchpoint: exposureTouchpoints[index], kind: exposureKinds[index],
        touches: Int(exposureTouches[index]))
    }
  }

  /// A person's conversions, by day.
  ///
  /// - Complexity: O(1); an element is put together when it is asked for. The columns are there for tight loops.
  public func conversions(ofPerson person: Int) -> some RandomAccessCollection<Conversion> {
    (conversionStarts[person]..<conversionStarts[person + 1]).lazy.map {
      [conversionDays, conversionCounts, conversionValues] index in
      Conversion(
        day: Int(conversionDays[index]), conversions: conversionCounts[index], value: conversionValues[index])
    }
  }
}

extension ExposureHistories: InvariantChecking {
  func brokenInvariant() -> String? {
    func isCovering(_ starts: [Int], _ columns: [Int]) -> Bool {
      starts.count == personCount + 1 && starts[0] == 0 && zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 }
        && columns.allSatisfy { $0 == starts[personCount] }
    }
    let exposures = [exposureDays.count, exposureTouchpoints.count, exposureKinds.count, exposureTouches.count]
    if !isCovering(exposureStarts, exposures) { return "exposure columns of \(exposures) for \(exposureStarts.last!)" }
    let conversions = [conversionDays.count, conversionCounts.count, conversionValues.count]
    if !isCovering(conversionStarts, conversions) {
      return "conversion columns of \(conversions) for \(conversionStarts.last!)"
    }
    if !zip(personKeys, personKeys.dropFirst()).allSatisfy({ $0 <= $1 }) { return "persons out of order" }
    if !exposureTouches.allSatisfy({ $0 > 0 }) { return "an exposure without a touch" }
    if !exposureTouchpoints.allSatisfy({ $0 >= 0 && $0 < touchpoints.count }) { return "an exposure to no touchpoint" }
    return (0..<personCount).lazy.compactMap(brokenInvariant(ofPerson:)).first
  }

  private func brokenInvariant(ofPerson person: Int) -> String? {
    let exposures = exposureStarts[person]..<exposureStarts[person + 1]
    let days = conversionStarts[person]..<conversionStarts[person + 1]
    if exposures.isEmpty && days.isEmpty { return "person \(person) without a history" }
    for index in exposures.dropFirst() {
      let order = [index - 1, index].map { (exposureDays[$0], exposureTouchpoints[$0], exposureKinds[$0].rawValue) }
      if order[0] >= order[1] { return "exposures of person \(person) out of order" }
    }
    if days.dropFirst().contains(where: { conversionDays[$0 - 1] >= conversionDays[$0] }) {
      return "conversions of person \(person) out of order"
    }
    return nil
  }
}
