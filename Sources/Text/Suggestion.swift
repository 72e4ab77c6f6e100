/// Finds what a user probably meant.
package enum Suggestion {
  /// Longer words are no slips of the pen, and would take long.
  private static let mostCharacters = 100

  /// The candidate nearest to a word that is none of them, or `nil` where none is near: more than a third of
  /// the word, rounded up, would have to change.
  ///
  /// The distance is Levenshtein's, without case.
  /// - Complexity: O(length²) a candidate.
  package static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
    let word = Array(word.lowercased())
    guard word.count <= mostCharacters else { return nil }
    let distances = candidates.map { ($0, distance(word, Array($0.lowercased()))) }
    guard let best = distances.min(by: { $0.1 < $1.1 }) else { return nil }
    return best.1 <= (word.count + 2) / 3 ? best.0 : nil
  }

  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var row = Array(0...right.count)
    for (i, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let substitution = diagonal + (character == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[right.count]
  }
}
