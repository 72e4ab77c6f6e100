import Testing
import TouchstoneAttribution

@Suite struct ModelCatalogueTests {
  static func labels(_ list: String) throws -> [String] {
    try ModelCatalogue.models(list).map(ModelCatalogue.label)
  }

  @Test func listsAreRead() throws {
    #expect(try Self.labels("linear") == ["linear"])
    #expect(
      try Self.labels(" linear , markov:order=2,position-based:first=0.3, last=0.5,shapley")
        == ["linear", "markov:order=2", "position-based:first=0.3,last=0.5", "shapley"])
    #expect(try Self.labels("position-based:shape=u") == ["position-based"])
    #expect(try Self.labels(ModelCatalogue.defaultList).count == 6)
    let all = try Self.labels("all")
    #expect(all.count == ModelCatalogue.entries.count - 1)
    #expect(!all.contains("time-decay"))
  }

  @Test(arguments: [
    ("makrov", "there is no model 'makrov'; did you mean markov? the models are first-touch"),
    ("linear,,shapley", "a model's name is missing; the models are"),
    ("markov:oder=2", "markov has no parameter 'oder'; did you mean order? it takes order"),
    ("linear:x=1", "linear has no parameter 'x'; it takes none"),
    ("markov:order=0", "markov:order=0 is out of range; give a whole number from 1 to"),
    ("markov:order=2.5", "markov:order=2.5 is out of range"),
    ("markov:order", "'order' is no parameter; write name=value"),
    ("markov:order=1,order=2", "markov is given order twice; keep one of them"),
    ("position-based:first=0.7,last=0.7", "sum to more than 1; lower one of the shares"),
    ("position-based:shape=w", "position-based:shape=w is out of range; give one of u, j, inverse-j"),
    ("position-based:shape=j,first=0.1", "is given shape and first; keep one of them"),
    ("position-decay:half-life=0", "position-decay:half-life=0 is out of range"),
    ("position-decay:half-life=nan", "position-decay:half-life=nan is out of range"),
    ("last-non-direct:direct=", "give touchpoints separated by |"),
  ])
  func mistakesAreNamed(_ list: String, _ message: String) {
    do throws(ModelListError) {
      _ = try ModelCatalogue.models(list)
      Issue.record("\(list) was accepted")
    } catch {
      #expect(error.description.contains(message), "\(error)")
    }
  }
}
