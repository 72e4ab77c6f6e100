import TouchstoneJourneys
import TouchstoneText

/// All models by name, and how to make them from text such as `markov:order=2`.
public enum ModelCatalogue {
  /// A model that can be asked for by name.
  public struct Entry: Sendable {
    public let name: String
    /// One line for help texts.
    public let summary: String
    /// The parameters that the model takes, in the order of the help text.
    public let parameters: [String]
    let make: @Sendable (inout ModelParameterReader) throws(ModelListError) -> any AttributionModel
  }

  /// Every model, in the order in which outputs show them.
  public static let entries: [Entry] = [
    Entry(name: "first-touch", summary: "all credit to the first touch", parameters: []) { _ in
      FirstTouch()
    },
    Entry(name: "last-touch", summary: "all credit to the last touch", parameters: []) { _ in
      LastTouch()
    },
    Entry(
      name: "last-non-direct", summary: "all credit to the last touch that is not direct",
      parameters: ["direct"]
    ) { reader throws(ModelListError) in
      LastNonDirect(direct: try reader.names("direct") ?? LastNonDirect().direct)
    },
    Entry(name: "linear", summary: "the same credit to every touch", parameters: []) { _ in
      Linear()
    },
    Entry(
      name: "position-based",
      summary: "40 % to the first and last touch each; shape=j is 20/60, shape=inverse-j 60/20",
      parameters: ["first", "last", "shape"]
    ) { reader throws(ModelListError) in
      if let shape = try reader.choice("shape", PositionBased.Shape.allCases.map(\.rawValue)) {
        try reader.refuse(["first", "last"], with: "shape")
        return PositionBased(PositionBased.Shape(rawValue: shape)!)
      }
      let usual = PositionBased()
      let first = try reader.number("first", in: 0...1) ?? usual.first
      let last = try reader.number("last", in: 0...1) ?? usual.last
      guard PositionBased.areShares(first, last) else {
        throw ModelListError(
          "first=\(first) and last=\(last) sum to more than 1", "lower one of the shares")
      }
      return PositionBased(first: first, last: last)
    },
    Entry(
      name: "position-decay", summary: "credit halves with every half-life touches back",
      parameters: ["half-life"]
    ) { reader throws(ModelListError) in
      PositionDecay(halfLife: try reader.number("half-life", in: halfLives) ?? PositionDecay().halfLife)
    },
    Entry(
      name: "time-decay", summary: "credit halves with every half-life days back; needs times, which events have",
      parameters: ["half-life"]
    ) { reader throws(ModelListError) in
      TimeDecay(halfLife: try reader.number("half-life", in: halfLives) ?? TimeDecay().halfLife)
    },
    Entry(
      name: "participation", summary: "full credit to each distinct touchpoint; credits overlap",
      parameters: []
    ) { _ in Participation() },
    Entry(
      name: "shapley", summary: "each path's conversions split over its distinct touchpoints",
      parameters: []
    ) { _ in Shapley() },
    Entry(
      name: "shapley-ordered", summary: "shapley, broken down by position of first touch",
      parameters: []
    ) { _ in ShapleyOrdered() },
    Entry(
      name: "shapley-rate", summary: "Shapley values of the conversion rate of coalitions",
      parameters: ["permutations", "seed"]
    ) { reader throws(ModelListError) in
      let usual = ShapleyRate()
      return ShapleyRate(
        permutations: try reader.integer("permutations", in: 1...1_000_000) ?? usual.permutations,
        seed: try reader.integer("seed", in: 0...Int.max).map(UInt64.init) ?? usual.seed)
    },
    Entry(
      name: "shapley-markov", summary: "Shapley values of coalitions on the Markov chain of order 1",
      parameters: ["permutations", "precision", "seed"]
    ) { reader throws(ModelListError) in
      let usual = ShapleyMarkov()
      return ShapleyMarkov(
        permutations: try reader.integer("permutations", in: 1...10_000_000) ?? usual.permutations,
        precision: try reader.number("precision", in: 1e-6...1) ?? usual.precision,
        seed: try reader.integer("seed", in: 0...Int.max).map(UInt64.init) ?? usual.seed)
    },
    Entry(
      name: "shao-li", summary: "Shao and Li's simple probabilistic model, second order",
      parameters: []
    ) { _ in ShaoLi() },
    Entry(
      name: "markov",
      summary:
        "removal effects on the Markov chain of order 1, 2, 3, …;"
        + " order=auto is the one that touchstone order recommends",
      parameters: ["order"]
    ) { reader throws(ModelListError) in
      if reader.isChosen("order", "auto") { return AutomaticMarkov(memoryLimit: reader.memoryLimit) }
      return Markov(
        order: try reader.integer("order", in: 1...1_000_000) ?? Markov().order, memoryLimit: reader.memoryLimit)
    },
  ]

  /// The half-lives that can be asked for, in days or touches: wide enough for any use, narrow enough that weights of
  /// neighbouring touches stay apart.
  private static let halfLives = 1e-6...1e6

  /// What `compare` shows where nothing is asked for.
  public static let defaultList =
    "first-touch,last-touch,linear,position-based,shapley,markov"

  /// The models that a list asks for: names with parameters behind a colon, separated by commas, as in
  /// `linear,position-based:first=0.3,last=0.5,markov:order=2`. `all` is every model that the evidence suffices for.
  ///
  /// - Parameters:
  ///   - list: The text.
  ///   - meets: The needs that the evidence meets; `nil` where it will be made to meet those of the models.
  ///   - memoryLimit: The most bytes that one model may take.
  /// - Throws: ``ModelListError`` for an unknown model or parameter, a value out of range, an empty list.
  public static func models(
    _ list: String, meets: EvidenceNeeds? = EvidenceNeeds(), memoryLimit: Int = Markov.defaultMemoryLimit
  ) throws(ModelListError) -> [any AttributionModel] {
    var requests: [(name: String, parameters: [(String, String)])] = []
    for piece in list.split(separator: ",", omittingEmptySubsequences: false) {
      let piece = trimmed(piece)
      let head = piece.prefix { $0 != "=" }
      if head.count < piece.count, !head.contains(":"), !requests.isEmpty {
        // A parameter of the model before it.
        requests[requests.count - 1].parameters.append(try parameter(piece))
      } else if let colon = piece.firstIndex(of: ":") {
        requests.append(
          (
            trimmed(piece[..<colon]), [try parameter(trimmed(piece[piece.index(after: colon)...]))]
          ))
      } else {
        requests.append((piece, []))
      }
    }
    var models: [any AttributionModel] = []
    for request in requests {
      if request.name == "all" {
        guard request.parameters.isEmpty else {
          throw ModelListError("all takes no parameters", "name the model that should have them")
        }
        for entry in entries {
          var reader = ModelParameterReader(entry, [], memoryLimit: memoryLimit)
          let model = try entry.make(&reader)
          if meets.map({ model.needs.isSubset(of: $0) }) ?? true { models.append(model) }
        }
        continue
      }
      guard let entry = entries.first(where: { $0.name == request.name }) else {
        throw unknownModel(request.name)
      }
      var reader = ModelParameterReader(entry, request.parameters, memoryLimit: memoryLimit)
      try reader.checkNames()
      models.append(try entry.make(&reader))
    }
    return models
  }

  /// What outputs call a model: its name, and the parameters that differ from the default, as `models(_:)` reads
  /// them; a chain always says its order.
  public static func label(of model: any AttributionModel) -> String {
    var standard: [ModelParameter] = []
    if let entry = entries.first(where: { $0.name == model.name }), model.name != "markov" {
      var reader = ModelParameterReader(entry, [], memoryLimit: Markov.defaultMemoryLimit)
      standard = (try? entry.make(&reader))?.parameters ?? []
    }
    let parameters = model.parameters.filter { !standard.contains($0) }.map { parameter in
      switch parameter.value {
      case .integer(let value): "\(parameter.name)=\(value)"
      case .number(let value): "\(parameter.name)=\(value)"
      case .text(let value): "\(parameter.name)=\(value)"
      }
    }
    return parameters.isEmpty ? model.name : "\(model.name):\(parameters.joined(separator: ","))"
  }

  private static func unknownModel(_ name: String) -> ModelListError {
    let names = entries.map(\.name) + ["all"]
    let meant = Suggestion.nearest(to: name, in: names).map { "did you mean \($0)? " } ?? ""
    return ModelListError(
      name.isEmpty ? "a model's name is missing" : "there is no model '\(name.prefix(60))'",
      "\(meant)the models are \(names.joined(separator: ", "))")
  }

  private static func parameter(_ text: String) throws(ModelListError) -> (String, String) {
    guard let sign = text.firstIndex(of: "=") else {
      throw ModelListError(
        "'\(text.prefix(60))' is no parameter", "write name=value, as in markov:order=2")
    }
    return (trimmed(text[..<sign]), trimmed(text[text.index(after: sign)...]))
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let start = text.drop { $0 == " " }
    guard let end = start.lastIndex(where: { $0 != " " }) else { return "" }
    return String(start[...end])
  }
}

/// Why a list of models makes no sense.
public struct ModelListError: Error, Equatable, CustomStringConvertible {
  public let problem: String
  public let remedy: String

  init(_ problem: String, _ remedy: String) {
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String { "\(problem); \(remedy)" }
}

/// The parameters that a request gives to one model.
struct ModelParameterReader {
  let memoryLimit: Int
  private let entry: ModelCatalogue.Entry
  private let given: [(name: String, value: String)]

  init(_ entry: ModelCatalogue.Entry, _ given: [(String, String)], memoryLimit: Int) {
    self.entry = entry
    self.given = given.map { (name: $0.0, value: $0.1) }
    self.memoryLimit = memoryLimit
  }

  /// Refuses parameters that the model does not take, and repeated ones.
  func checkNames() throws(ModelListError) {
    var seen: Set<String> = []
    for (name, _) in given {
      if !entry.parameters.contains(name) {
        let known = entry.parameters.joined(separator: ", ")
        let meant =
          Suggestion.nearest(to: name, in: entry.parameters).map { "did you mean \($0)? " } ?? ""
        throw ModelListError(
          "\(entry.name) has no parameter '\(name.prefix(60))'",
          entry.parameters.isEmpty ? "it takes none" : "\(meant)it takes \(known)")
      }
      if !seen.insert(name).inserted {
        throw ModelListError("\(entry.name) is given \(name) twice", "keep one of them")
      }
    }
  }

  func number(
    _ name: String, in range: ClosedRange<Double>
  ) throws(ModelListError) -> Double? {
    guard let text = text(name) else { return nil }
    guard let value = Double(text), range.contains(value) else {
      throw outOfRange(name, text, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(ModelListError) -> Int? {
    guard let text = text(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw outOfRange(
        name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Whether a parameter is given as this word.
  func isChosen(_ name: String, _ word: String) -> Bool { text(name) == word }

  func choice(_ name: String, _ choices: [String]) throws(ModelListError) -> String? {
    guard let text = text(name) else { return nil }
    guard choices.contains(text) else {
      throw outOfRange(name, text, "one of \(choices.joined(separator: ", "))")
    }
    return text
  }

  /// Names separated by `|`.
  func names(_ name: String) throws(ModelListError) -> [String]? {
    guard let text = text(name) else { return nil }
    let names = text.split(separator: "|").map(String.init)
    if names.isEmpty { throw outOfRange(name, text, "touchpoints separated by |") }
    return names
  }

  /// Refuses parameters that another one rules out.
  func refuse(_ names: [String], with other: String) throws(ModelListError) {
    for name in names where text(name) != nil {
      throw ModelListError(
        "\(entry.name) is given \(other) and \(name)", "keep one of them")
    }
  }

  private func text(_ name: String) -> String? { given.first { $0.name == name }?.value }

  private func outOfRange(_ name: String, _ text: String, _ wanted: String) -> ModelListError {
    ModelListError("\(entry.name):\(name)=\(text.prefix(60)) is out of range", "give \(wanted)")
  }
}
