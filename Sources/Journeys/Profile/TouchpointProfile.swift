/// What is known of one touchpoint, before any model runs.
///
/// Counts of journeys weigh a journey once; first, middle, last and solo weigh it by its conversions, so that they can
/// be set beside credits.
public struct TouchpointProfile: Sendable, Equatable {
  /// Touches in journeys; one that stands in several counts in each.
  public internal(set) var touches = 0
  /// Touches that happened, duplicates and bots left out, whatever journeys made of them.
  public internal(set) var touchEvents = 0
  /// Persons with such a touch.
  public internal(set) var touchedPersons = 0
  /// Persons with a journey that holds it.
  public internal(set) var persons = 0
  /// Persons with a converting journey that holds it.
  public internal(set) var converters = 0
  /// Journeys that hold it.
  public internal(set) var journeys = 0
  /// Converting journeys that hold it.
  public internal(set) var convertingJourneys = 0

  /// Conversions of journeys in which it is the only touchpoint.
  public internal(set) var solo = 0.0
  /// Conversions of other journeys that it begins.
  public internal(set) var first = 0.0
  /// Conversions of other journeys that hold it at a touch that is neither the first nor the last.
  public internal(set) var middle = 0.0
  /// Conversions of other journeys that it ends.
  public internal(set) var last = 0.0

  /// Over converting journeys that hold it, the sum of days from its first touch to the conversion.
  public internal(set) var lagDays = 0.0

  /// Converters whose earliest converting journey with touches it begins.
  public internal(set) var introduced = 0
  /// Those of them who converted more than once.
  public internal(set) var repurchasers = 0
  /// What those introduced were worth in all, refunds taken off.
  public internal(set) var introducedValue = 0.0

  /// Events, duplicates and bots left out, whatever journeys made of them.
  public internal(set) var impressions = 0
  public internal(set) var clicks = 0
  /// Sums of the measures over the events that have them, and how many those are.
  public internal(set) var measureSums: [Double]
  public internal(set) var measureCounts: [Int]

  init(measures: Int) {
    measureSums = [Double](repeating: 0, count: measures)
    measureCounts = [Int](repeating: 0, count: measures)
  }

  mutating func add(_ other: Self) {
    touches += other.touches
    touchEvents += other.touchEvents
    touchedPersons += other.touchedPersons
    persons += other.persons
    converters += other.converters
    journeys += other.journeys
    convertingJourneys += other.convertingJourneys
    solo += other.solo
    first += other.first
    middle += other.middle
    last += other.last
    lagDays += other.lagDays
    introduced += other.introduced
    repurchasers += other.repurchasers
    introducedValue += other.introducedValue
    impressions += other.impressions
    clicks += other.clicks
    for index in measureSums.indices {
      measureSums[index] += other.measureSums[index]
      measureCounts[index] += other.measureCounts[index]
    }
  }
}
