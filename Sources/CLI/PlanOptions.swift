import ArgumentParser
import TouchstoneBudgeting
import TouchstoneJourneyIO
import TouchstoneJourneys
import TouchstoneText

/// What a plan is to achieve: a file, and options that win over it.
struct PlanOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A plan file (YAML): goal, budget, limits of touchpoints and groups. Options win over it.", valueName: "file"))
  var plan: String?

  @Option(
    parsing: .unconditional,
    help: "What may be spent: an amount, or a change such as +10% or -10%. Default: what is spent today.",
    transform: BudgetAmount.read)
  var budget: BudgetAmount?

  @Option(help: "What counts: conversions or value.")
  var measure: PlanRequest.Measure?

  @Option(help: "So much of the measure from touchpoints with costs, for the least budget.")
  var target: Double?

  @Option(help: "The most value while each unit of money brings so much on average.")
  var targetRoas: Double?

  @Option(help: "The most conversions while each costs no more on average.")
  var targetCpa: Double?

  @Option(help: "How far each touchpoint's spend may move from today's. Default: 30%.")
  var change: Share?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Limits of one touchpoint, as in search=1000..5000, search=-10%..+50% or search=..5000; repeat for others.",
      valueName: "name=low..high"), transform: Bounds.read)
  var bounds: [Bounds] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A touchpoint whose spend stays as it is; repeat for others.", valueName: "name"))
  var lock: [String] = []

  @Option(help: "The elasticity to assume where nothing tells how response changes with spend. Default: 0.5.")
  var elasticity: Double?

  @Option(help: "Elasticities to try the plan under besides, separated by commas. Default: 0.2,0.35,0.5,0.65,0.8.")
  var elasticities: NumberList?

  @Option(
    help: "Touchpoints whose move is less probable to be right stay where they are, as in 0.8. Default: all move.")
  var holdBelow: Double?

  @Option(
    help:
      "Lay the plan out over so many periods of equal length; a plan file also says how demand differs between them.")
  var periods: Int?

  @Option(help: "The share of a period's effect that is left in the next, for touchpoints without a fitted one.")
  var carryOver: Double?

  func validate() throws {
    if let periods, !(1...PlanRequest.mostPeriods).contains(periods) {
      throw ValidationError("--periods is \(periods); give a number from 1 to \(PlanRequest.mostPeriods)")
    }
    if let carryOver, !(0...0.99).contains(carryOver) {
      throw ValidationError("--carry-over is \(carryOver); give a share from 0 to 0.99, as in 0.5")
    }
    for (name, number) in [("--target", target), ("--target-roas", targetRoas), ("--target-cpa", targetCpa)] {
      if let number, !(number >= 1e-9 && number <= 1e15) {
        throw ValidationError("\(name) is \(number); give a number above 0")
      }
    }
    guard [target, targetRoas, targetCpa].count(where: { $0 != nil }) <= 1 else {
      throw ValidationError("give one goal: --target, --target-roas or --target-cpa")
    }
    if targetRoas != nil && measure == .conversions {
      throw ValidationError("--target-roas is about value; leave --measure conversions out")
    }
    if targetCpa != nil && measure == .value {
      throw ValidationError("--target-cpa is about conversions; leave --measure value out")
    }
    let range = PlanRequest.elasticityRange
    for number in [elasticity].compactMap({ $0 }) + (elasticities?.numbers ?? []) where !range.contains(number) {
      throw ValidationError("an elasticity is \(number); give numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    if let holdBelow, !(0...1).contains(holdBelow) {
      throw ValidationError("--hold-below is \(holdBelow); give a probability from 0 to 1, as in 0.8")
    }
    for name in lock where bounds.contains(where: { $0.name == name }) {
      throw ValidationError("\(quotedForMessage(name)) is locked and has bounds; keep one of them")
    }
  }

  /// The file, with the options on top.
  func file() throws -> PlanFile {
    var file = PlanFile()
    if let plan { file = try PlanFile(file: plan) }
    try setGoal(&file)
    if let budget { file.request.budget = budget.amount }
    if let change { file.request.change = change.share }
    if let elasticity { file.request.elasticity = elasticity }
    if let elasticities { file.request.elasticities = elasticities.numbers }
    if let holdBelow { file.request.leastCertainty = holdBelow }
    if let periods {
      let schedule = file.request.schedule
      if let stated = schedule, stated.demand.count != periods, Set(stated.demand).count > 1 {
        throw ValidationError(
          "--periods is \(periods), and the plan file says the demand of \(stated.demand.count) periods;"
            + " change one of them")
      }
      if schedule?.demand.count != periods {
        file.request.schedule = .init(
          demand: [Double](repeating: 1, count: periods), carryOver: schedule?.carryOver ?? 0)
      }
    }
    if let carryOver {
      guard file.request.schedule != nil else {
        throw ValidationError("--carry-over is for plans by period; give --periods too")
      }
      file.request.schedule?.carryOver = carryOver
    }
    for given in bounds {
      var limits = file.request.limits[given.name] ?? PlanRequest.Limits()
      limits.isLocked = false
      limits.minimum = given.minimum ?? limits.minimum
      limits.maximum = given.maximum ?? limits.maximum
      file.request.limits[given.name] = limits
    }
    for name in lock {
      file.request.limits[name, default: PlanRequest.Limits()].isLocked = true
    }
    return file
  }
}

extension PlanOptions {
  /// A goal of an option takes the place of the file's, its measure included.
  private func setGoal(_ file: inout PlanFile) throws {
    if case .perUnitSpent = file.request.goal, target == nil && targetRoas == nil && targetCpa == nil, let measure,
      measure != file.request.measure
    {
      throw ValidationError(
        "--measure is \(measure.rawValue), and the goal of the plan file is about \(file.request.measure.rawValue);"
          + " leave it out, or give another goal")
    }
    if let measure { file.request.measure = measure }
    if let target {
      file.request.goal = .target(target)
      file.request.measure = measure ?? file.statedMeasure ?? .conversions
    }
    if let targetRoas { (file.request.goal, file.request.measure) = (.perUnitSpent(targetRoas), .value) }
    if let targetCpa { (file.request.goal, file.request.measure) = (.perUnitSpent(1 / targetCpa), .conversions) }
  }
}

extension PlanRequest.Measure: ExpressibleByArgument {}

/// A budget: an amount, or a change of today's.
struct BudgetAmount {
  let amount: PlanRequest.Amount

  static func read(_ text: String) throws -> BudgetAmount {
    guard let amount = PlanRequest.Amount(text) else { throw refusal(text) }
    if case .share = amount { throw refusal(text) }
    return BudgetAmount(amount: amount)
  }

  private static func refusal(_ text: String) -> ValidationError {
    ValidationError("--budget is '\(text)'; give an amount such as 100000, or a change such as +10% or -10%")
  }
}

/// A share, as 30% or 0.3.
struct Share: ExpressibleByArgument {
  let share: Double

  init?(argument: String) {
    guard let share = PlanRequest.share(argument), share <= PlanRequest.largestChange else { return nil }
    self.share = share
  }
}

/// Numbers separated by commas.
struct NumberList: ExpressibleByArgument {
  let numbers: [Double]

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0?.isFinite ?? false }) else { return nil }
    self.numbers = numbers.map { $0! }
  }
}

/// The limits of one touchpoint.
struct Bounds {
  let name: String
  let minimum: PlanRequest.Amount?
  let maximum: PlanRequest.Amount?

  static func read(_ text: String) throws -> Bounds {
    guard let bounds = Bounds(text) else {
      throw ValidationError(
        "--bounds is '\(text)'; write a name, an equals sign, and limits with two dots between them, as in"
          + " 'search=1000..5000', 'search=-10%..+50%' or 'search=..5000'")
    }
    return bounds
  }

  private init?(_ argument: String) {
    // The name may hold an equals sign, and the limits hold none.
    guard let sign = argument.lastIndex(of: "="), sign > argument.startIndex else { return nil }
    name = String(argument[..<sign])
    let limits = argument[argument.index(after: sign)...]
    guard let dots = limits.range(of: "..") else { return nil }
    let (low, high) = (String(limits[..<dots.lowerBound]), String(limits[dots.upperBound...]))
    minimum = PlanRequest.Amount(low)
    maximum = PlanRequest.Amount(high)
    guard (minimum != nil) == !low.isEmpty, (maximum != nil) == !high.isEmpty, minimum != nil || maximum != nil else {
      return nil
    }
  }
}
